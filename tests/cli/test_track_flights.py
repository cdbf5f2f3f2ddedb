"""The four sample flights through `bongsu track`: counts, launch points, impacts (DESIGN.md section 4)."""

import itertools
import json
import math

import pytest
from pyproj import Geod

from bongsu.base.time import parse_time
from bongsu.cli.track import tracked
from bongsu.geo.ellipses import Ellipse, distance_squared

GEOD = Geod(ellps="WGS84")
COUNTS = [("lofted", 1), ("overflight", 1), ("salvo", 3), ("clutter", 1)]
ONE_NATION = [("lofted", "kr"), ("lofted", "us"), ("lofted", "jp"), ("clutter", "jp"), ("overflight", "us")]


def play(data, name, **options):
    """Newest estimate of each track, all rows by type, and the true flights."""
    lines = (data / "flights" / f"{name}.detections.jsonl").read_bytes().splitlines()
    truth = json.loads((data / "flights" / f"{name}.truth.json").read_text())["flights"]
    rows = list(tracked(lines, **options))
    estimates = {row["track"]: row for row in rows if row["type"] == "estimate"}
    return rows, estimates, truth


def judge(point, latitude_deg, longitude_deg):
    """Error in km and d2 of a point of the contract."""
    azimuth, _, distance = GEOD.inv(longitude_deg, latitude_deg, point["longitude_deg"], point["latitude_deg"])
    ellipse = Ellipse(point["semi_major_m"], point["semi_minor_m"], math.radians(point["bearing_deg"]))
    azimuth = math.radians(azimuth)
    return distance / 1e3, distance_squared(ellipse, distance * math.sin(azimuth), distance * math.cos(azimuth))


def nearest(estimate, truth):
    """The true flight whose launch is nearest in place and time."""

    def apart(flight):
        launch = estimate["launch"]
        _, _, distance = GEOD.inv(
            launch["longitude_deg"], launch["latitude_deg"], flight["launch"]["longitude_deg"],
            flight["launch"]["latitude_deg"],
        )  # fmt: skip
        seconds = abs(parse_time(launch["time"]) - parse_time(flight["launch"]["time"])) / 1e9
        return distance / 500.0 + seconds

    return min(truth, key=apart)


def check(rows, estimates, truth, count):
    tracks = {row["track"]: None for row in rows if row["type"] == "track"}
    assert list(tracks) == [f"T{k}" for k in range(1, count + 1)]
    met = [nearest(estimate, truth)["name"] for estimate in estimates.values()]
    assert sorted(met) == sorted(flight["name"] for flight in truth)
    for estimate in estimates.values():
        flight = nearest(estimate, truth)
        error_km, d2 = judge(estimate["launch"], flight["launch"]["latitude_deg"], flight["launch"]["longitude_deg"])
        assert error_km < 20.0
        assert d2 < 16.0
        assert estimate["ballistic"] is True
        _, d2 = judge(estimate["impact"], flight["impact"]["latitude_deg"], flight["impact"]["longitude_deg"])
        assert d2 < 16.0
        assert abs(estimate["apogee_m"] - flight["apogee_m"]) < 0.01 * flight["apogee_m"]


@pytest.mark.parametrize(("name", "count"), COUNTS)
def test_sample_flights(data, name, count):
    check(*play(data, name), count)


@pytest.mark.parametrize(("name", "owner"), ONE_NATION)
def test_sample_flights_as_one_nation_sees_them(data, name, owner):
    check(*play(data, name, owner=owner), 1)


def test_first_estimate_comes_with_the_third_look(data):
    for name in ("lofted", "overflight"):
        rows, _, truth = play(data, name)
        first = next(row for row in rows if row["type"] == "estimate")
        launch_ns = parse_time(truth[0]["launch"]["time"])
        assert (parse_time(first["time"]) - launch_ns) / 1e9 < 8.4 + 2 * 2.0 + 3.0
        assert first["launch"] is not None
        assert first["impact"] is None
        assert first["ballistic"] is None
        warning = next(row for row in rows if row["type"] == "warning")
        assert warning["status"] == "initial"
        assert (parse_time(warning["time"]) - launch_ns) / 1e9 < 18.4


def test_thinning_and_the_end(data):
    rows, _, _ = play(data, "clutter", every_s=10.0)
    times = [parse_time(row["time"]) for row in rows if row["type"] == "track" and row["status"] != "ended"]
    assert min(b - a for a, b in itertools.pairwise(times)) >= 10_000_000_000
    assert [row["status"] for row in rows if row["type"] == "track"].count("ended") == 1


def test_the_same_input_gives_the_same_rows(data):
    assert play(data, "salvo", owner="us")[0] == play(data, "salvo", owner="us")[0]
