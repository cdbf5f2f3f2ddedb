"""Errors of one sensor, told from plots of several: drawn flights, drawn errors, and none at all."""

import json
import math

import numpy as np
import pytest

from bongsu.flight import offsets
from bongsu.flight.looks import rows_of
from tests.oracles import flights as oracle


def rows_from(flight, sensors, rng, start_s, seconds, spoiled=None, kind=None, size=0.0):
    """Rows of the plots of a flight between two times; one sensor may be off."""
    rows = []
    for number, sensor in enumerate(sensors):
        la, lo = math.radians(sensor["latitude_deg"]), math.radians(sensor["longitude_deg"])
        place, axes = oracle.ecef(la, lo, sensor["altitude_m"]), oracle.enu(la, lo)
        sigmas = np.array(
            [
                sensor.get("sigma_range_m", 0.0),
                math.radians(sensor["sigma_azimuth_deg"]),
                math.radians(sensor["sigma_elevation_deg"]),
                0.0,
            ]
        )
        for k in range(int(seconds * sensor["rate_hz"])):
            now = start_s + k / sensor["rate_hz"]
            off = number == spoiled
            seen = oracle._plot(
                rng,
                flight,
                now - (size if off and kind == "clock" else 0.0),
                {**sensor, "min_elevation_deg": -90.0},
                place,
                axes,
                sensor["kind"] == "radar",
            )
            if seen is None:
                continue
            azimuth, elevation, distance = seen
            if off and kind == "range":
                distance += size
            if off and kind == "azimuth":
                azimuth += size
            measured = math.nan if distance is None else distance
            rows.append(
                rows_of(
                    np.array([now]), np.array([measured]), np.array([math.radians(azimuth)]), np.array([math.radians(elevation)]),
                    np.array([math.nan]), place, axes, sigmas, float(number),
                )[0]
            )  # fmt: skip
    rows.sort(key=lambda row: (row[0], row[19]))
    return np.array(rows), {
        k: oracle.enu(math.radians(s["latitude_deg"]), math.radians(s["longitude_deg"]))[2]
        for k, s in enumerate(sensors)
    }


def scene(seed, infrared, radars):
    rng = np.random.default_rng(seed)
    flight = oracle.random_flight(rng)
    sensors = oracle.random_sensors(rng, flight, infrared, radars, rate_hz=1.0)
    for sensor in sensors:
        if sensor["kind"] == "radar":
            sensor.update(sigma_range_m=50.0, sigma_azimuth_deg=0.03, sigma_elevation_deg=0.03, max_range_m=1e7)
    return rng, flight, sensors


def asked(rows, ups, flight, at_s, powered):
    r, v = flight.state(at_s)
    state = np.concatenate([r + 3e3, v, offsets.gravity(r, v)])
    return offsets.explain(rows, state, at_s, ups, powered=powered)


def free_from(flight):
    """A moment of free flight above the air."""
    return flight.vehicle.burnout_s + 40.0


@pytest.mark.parametrize("seed", range(6))
def test_plots_of_good_sensors_agree(seed):
    rng, flight, sensors = scene(seed, 0, 3)
    start = free_from(flight)
    rows, ups = rows_from(flight, sensors, rng, start, 30.0)
    plain, _ = asked(rows, ups, flight, start + 15.0, powered=False)
    assert offsets.acceptable(plain.cost, plain.degrees)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("kind", "size"), [("range", 1000.0), ("range", -1000.0), ("clock", 1.0), ("clock", -10.0)])
def test_one_of_three_radars_is_off_and_told(seed, kind, size):
    rng, flight, sensors = scene(seed, 0, 3)
    start = free_from(flight)
    rows, ups = rows_from(flight, sensors, rng, start, 30.0, 1, kind, size)
    plain, faults = asked(rows, ups, flight, start + 15.0, powered=False)
    assert not offsets.acceptable(plain.cost, plain.degrees)
    best = faults[0]
    assert (best.sensor, best.kind) == (1, kind)
    assert offsets.acceptable(best.cost, best.degrees)
    assert abs(best.size[0] - size) < 4.0 * best.sigma[0] + 0.01 * abs(size)


def test_a_clock_of_one_of_two_radars_is_off_but_not_whose():
    rng, flight, sensors = scene(2, 0, 2)
    start = free_from(flight)
    rows, ups = rows_from(flight, sensors, rng, start, 30.0, 1, "clock", 3.0)
    _, faults = asked(rows, ups, flight, start + 15.0, powered=False)
    clocks = [fault for fault in faults if fault.kind == "clock"]
    assert {fault.sensor for fault in clocks} == {0, 1}
    assert abs(clocks[0].cost - clocks[1].cost) < 9.0


def test_under_thrust_too():
    rng, flight, sensors = scene(3, 0, 3)
    start = 0.5 * flight.vehicle.burns[0][1]
    rows, ups = rows_from(flight, sensors, rng, start, 12.0, 0, "range", 1000.0)
    plain, faults = asked(rows, ups, flight, start + 6.0, powered=True)
    assert not offsets.acceptable(plain.cost, plain.degrees)
    assert (faults[0].sensor, faults[0].kind) == (0, "range")
    assert abs(faults[0].size[0] - 1000.0) < 5.0 * faults[0].sigma[0]
    assert json.dumps(faults[0].size)
