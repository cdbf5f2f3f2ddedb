"""Sensors that are off: one object stays one track, the sensor is named, and good sensors are left alone."""

import json
import math

import numpy as np
import pytest

from bongsu.base.time import format_time, parse_time
from bongsu.cli.track import tracked
from tests.oracles import flights as oracle


def sample(data, name, seconds):
    """Rows of a sample flight, up to some seconds after its first plot."""
    rows = [json.loads(line) for line in (data / "flights" / f"{name}.detections.jsonl").read_bytes().splitlines()]
    head = [row for row in rows if row["type"] == "sensor"]
    body = [row for row in rows if row["type"] != "sensor"]
    first_ns = parse_time(body[0]["time"])
    return head, [row for row in body if parse_time(row["time"]) - first_ns < seconds * 1e9]


def spoiled(head, body, sensor, kind, size):
    """The same with one sensor off."""
    out = []
    for row in body:
        row = dict(row)
        if row["sensor"] == sensor:
            if kind == "range":
                row["range_m"] += size
            elif kind == "clock":
                row["time"] = format_time(parse_time(row["time"]) + round(size * 1e9))
            else:
                row["azimuth_deg"] += size
        out.append(row)
    out.sort(key=lambda row: row["time"])
    return [json.dumps(row).encode() for row in [*head, *out]]


def tracks_of(rows):
    return {row["track"] for row in rows if row["type"] == "track"}


def faults_of(rows):
    return [row for row in rows if row["type"] == "sensor_fault"]


CASES = [
    ("jp-ship-1", "range", 1000.0), ("jp-ship-1", "range", -1000.0), ("kr-ship-1", "range", 1000.0),
    ("jp-ship-1", "clock", 1.0), ("jp-ship-1", "clock", 3.0), ("jp-ship-1", "clock", 10.0), ("kr-ship-1", "clock", -3.0),
    ("us-infrared-1", "clock", 3.0), ("us-infrared-1", "clock", -3.0),
]  # fmt: skip


@pytest.mark.parametrize(("sensor", "kind", "size"), CASES)
def test_a_sensor_that_is_off_makes_no_second_track_and_is_named(data, sensor, kind, size):
    rows = list(tracked(spoiled(*sample(data, "lofted", 170.0), sensor, kind, size)))
    assert tracks_of(rows) == {"T1"}
    assert len({row["event"] for row in rows if row["type"] == "warning"}) == 1
    standing = {}
    for fault in faults_of(rows):
        standing[fault["sensor"]] = fault
    last = standing.pop(sensor)
    assert (last["state"], last["kind"]) == ("flagged", kind)
    found, sigma = (last["size_m"], last["sigma_m"]) if kind == "range" else (last["size_s"], last["sigma_s"])
    assert abs(found - size) < 4.0 * sigma + 0.02 * abs(size)
    assert all(fault["state"] == "cleared" for fault in standing.values())


def radars(seed, count=2, seconds=60.0):
    """Radars of a middling kind, and what they see of a flight until all have seen it fly freely above the air for a while; None where they do not."""
    rng = np.random.default_rng(seed)
    flight = oracle.random_flight(rng)
    sensors = oracle.random_sensors(rng, flight, 0, count, rate_hz=1.0)
    for sensor in sensors:
        sensor.update(
            sigma_range_m=50.0, sigma_azimuth_deg=0.03, sigma_elevation_deg=0.03, min_elevation_deg=2.0, max_range_m=4e6
        )
    body = [json.loads(line) for line in oracle.detections(rng, [flight], sensors)[len(sensors) :]]
    of = [
        [parse_time(row["time"]) / 1e9 - oracle.T0_S for row in body if row["sensor"] == one["id"]] for one in sensors
    ]
    if not all(of):
        return None
    high_s = [t for t in flight.t if t > flight.vehicle.burnout_s and oracle.geodetic(flight.state(t)[0])[2] > 90e3]
    if not high_s:
        return None
    begun_s = max(high_s[0], *(times[0] for times in of)) + 15.0
    if min(high_s[-1], *(times[-1] for times in of)) < begun_s + seconds:
        return None
    return sensors, [row for row in body if parse_time(row["time"]) / 1e9 - oracle.T0_S < begun_s + seconds]


@pytest.mark.parametrize(("kind", "size"), [("range", 1000.0), ("clock", 3.0)])
def test_two_radars_alone(kind, size):
    judged = 0
    for seed in range(40, 60):
        drawn = radars(seed)
        if drawn is None:
            continue
        rows = list(tracked(spoiled(*drawn, "dish-1", kind, size)))
        assert tracks_of(rows) == {"T1"}, seed
        faults = faults_of(rows)
        assert faults, seed
        if faults[-1]["certain"]:
            assert (faults[-1]["sensor"], faults[-1]["kind"]) == ("dish-1", kind), seed
        else:
            assert {faults[-1]["sensor"], *faults[-1]["others"]} == {"dish-0", "dish-1"}, seed
        judged += 1
        if judged == 3:
            break
    assert judged == 3


def test_a_sensor_that_is_off_and_alone_cannot_be_found(data):
    head, body = sample(data, "lofted", 170.0)
    alone = [row for row in head if row["id"] == "jp-ship-1"], [row for row in body if row["sensor"] == "jp-ship-1"]
    rows = list(tracked(spoiled(*alone, "jp-ship-1", "range", 1000.0)))
    assert tracks_of(rows) == {"T1"}
    assert faults_of(rows) == []


def test_good_sensors_are_not_flagged(data):
    for name in ("lofted", "overflight", "salvo"):
        head, body = sample(data, name, 300.0)
        rows = list(tracked([json.dumps(row).encode() for row in [*head, *body]]))
        assert faults_of(rows) == []


def clean_run(seed):
    """Faults told in a drawn flight of one to three radars, infrared or none, and false plots or none: all sensors good."""
    rng = np.random.default_rng(seed)
    flight = oracle.random_flight(rng)
    sensors = oracle.random_sensors(rng, flight, seed % 2, 2 + seed % 2)
    lines = oracle.detections(rng, [flight], sensors, found=0.9, false_plots=float(seed % 3 == 0))
    return faults_of(tracked(lines))


@pytest.mark.long
def test_no_false_flag_in_a_hundred_clean_runs():
    assert [seed for seed in range(1000, 1100) if clean_run(seed)] == []


def test_numbers_of_faults_are_of_one_kind(data):
    rows = list(tracked(spoiled(*sample(data, "lofted", 170.0), "jp-ship-1", "azimuth", 0.5)))
    assert tracks_of(rows) == {"T1"}
    last = faults_of(rows)[-1]
    assert last["kind"] == "pointing"
    assert abs(last["size_azimuth_deg"] - 0.5) < 4.0 * last["sigma_azimuth_deg"] + 0.01
    assert math.isfinite(last["size_elevation_deg"])
