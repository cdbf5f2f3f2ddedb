"""The tracking and estimating rooms on flights and sensors drawn at random (tests/oracles/flights.py)."""

import json
import math

import numpy as np
import pytest
from pyproj import Geod

from bongsu.cli import track as program
from bongsu.cli.track import tracked
from bongsu.core.assess.estimate import Estimator
from bongsu.core.assess.screen import Screen
from bongsu.core.assess.track import Tracker
from bongsu.geo.ellipses import Ellipse, distance_squared
from tests.oracles import flights as oracle

GEOD = Geod(ellps="WGS84")


def judged(point, place):
    """d2 of a point of the contract against a place (radians)."""
    azimuth, _, distance = GEOD.inv(
        math.degrees(place[1]), math.degrees(place[0]), point["longitude_deg"], point["latitude_deg"]
    )
    ellipse = Ellipse(point["semi_major_m"], point["semi_minor_m"], math.radians(point["bearing_deg"]))
    turn = math.radians(azimuth)
    return distance_squared(ellipse, distance * math.sin(turn), distance * math.cos(turn))


def drawn(seed, infrared=1, radars=2, false_plots=0.0, **options):
    """A random flight, its detections' lines and what `bongsu track` says of them."""
    rng = np.random.default_rng(seed)
    flight = oracle.random_flight(rng)
    sensors = oracle.random_sensors(rng, flight, infrared, radars)
    lines = oracle.detections(rng, [flight], sensors, found=0.9, false_plots=false_plots, **options)
    return flight, lines, list(tracked(lines))


def last_estimate(rows):
    return next(row for row in reversed(rows) if row["type"] == "estimate")


@pytest.mark.parametrize("seed", [1, 8, 14, 24])
def test_random_flights_are_one_track_with_true_ellipses(seed):
    flight, _, rows = drawn(seed)
    assert {row["track"] for row in rows if row["type"] == "track"} == {"T1"}
    estimate = last_estimate(rows)
    assert judged(estimate["launch"], (flight.latitude, flight.longitude)) < 16.0
    assert judged(estimate["impact"], flight.impact) < 16.0


def test_false_plots_make_no_track_and_spoil_none():
    flight, _, rows = drawn(18, radars=2, false_plots=2.0, numbers=False)
    assert {row["track"] for row in rows if row["type"] == "track"} == {"T1"}
    assert judged(last_estimate(rows)["impact"], flight.impact) < 16.0


def test_clutter_alone_gives_nothing():
    rng = np.random.default_rng(5)
    flight = oracle.random_flight(rng)
    sensors = oracle.random_sensors(rng, flight, 1, 2, rate_hz=1.0)
    lines = oracle.detections(rng, [flight], sensors, found=0.0, false_plots=2.0)
    assert [row for row in tracked(lines) if row["type"] != "refusal"] == []


def test_impact_is_not_told_while_it_burns():
    flight, _, rows = drawn(20)
    burnout_s = flight.vehicle.burnout_s
    for row in rows:
        if row["type"] == "estimate" and row["impact"] is not None:
            assert (np.datetime64(row["time"][:-1]).astype("M8[us]").astype(float) / 1e6 - oracle.T0_S) > burnout_s
        if row["type"] == "estimate":
            assert (row["impact"] is None) or (row["ballistic"] is True)


def test_covariances_of_tracks_are_positive_definite():
    _, _, rows = drawn(8)
    for row in rows:
        if row["type"] == "track":
            cov = np.zeros((6, 6))
            cov[np.triu_indices(6)] = row["covariance"]
            cov = cov + cov.T - np.diag(np.diag(cov))
            scale = np.sqrt(np.diag(cov))
            assert np.linalg.eigvalsh(cov / np.outer(scale, scale)).min() > -1e-9


def test_reordered_and_duplicated_lines_are_survived():
    flight, lines, _ = drawn(14)
    head = [line for line in lines if json.loads(line)["type"] == "sensor"]
    body = lines[len(head) :]
    shuffled = []
    for k in range(0, len(body), 4):
        shuffled += reversed(body[k : k + 4])
        shuffled.append(body[k])
    again = list(tracked([*head, *shuffled]))
    assert sum(row["type"] == "refusal" and row["reason"] == "duplicate" for row in again) > 0
    assert {row["track"] for row in again if row["type"] == "track"} == {"T1"}
    assert judged(last_estimate(again)["impact"], flight.impact) < 16.0


def test_a_snapshot_in_mid_flight_changes_nothing():
    rng = np.random.default_rng(9)
    flight = oracle.random_flight(rng)
    sensors = oracle.random_sensors(rng, flight, 1, 1, rate_hz=0.5)
    lines = oracle.detections(rng, [flight], sensors)
    whole = list(tracked(lines))
    player_class = program._Player
    taken = []

    class Restarted(player_class):
        def take(self, body, time_ns):
            taken.append(time_ns)
            if len(taken) % 40 == 0:
                old = self._pipeline
                snapshot = old.snapshot()
                parsed = tuple(old._rooms[0]._sensors.values())
                rooms = [Screen(parsed), Tracker(parsed), Estimator(), old._rooms[3]]
                self._pipeline = type(old)(old._configuration, rooms)
                self._pipeline.restore(snapshot)
            yield from super().take(body, time_ns)

    program._Player = Restarted
    try:
        again = list(tracked(lines))
    finally:
        program._Player = player_class
    assert len(taken) > 80
    assert again == whole


def test_looks_that_come_seconds_late_go_into_a_free_flight():
    flight, lines, rows = drawn(14)
    head = [line for line in lines if json.loads(line)["type"] == "sensor"]
    body = [json.loads(line) for line in lines[len(head) :]]
    names = [json.loads(line)["id"] for line in head if json.loads(line)["kind"] == "radar"]
    late = names[-1]

    def arrival(row):
        return np.datetime64(row["time"][:-1]) + np.timedelta64(7 if row["sensor"] == late else 0, "s")

    body.sort(key=arrival)
    again = list(tracked([*head, *(json.dumps(row).encode() for row in body)]))
    assert {row["track"] for row in again if row["type"] == "track"} == {"T1"}
    assert judged(last_estimate(again)["impact"], flight.impact) < 16.0
    assert not [row for row in again if row["type"] == "refusal"]
    assert len(rows) > len(again) / 2
