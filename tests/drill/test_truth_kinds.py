"""Kinds of truth beyond the ballistic one: what each must show whatever its figures."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from bongsu.base.errors import BadInput
from bongsu.drill import dynamics
from bongsu.drill.truth_flight import Asked, BreakUp, Flight, PullUp
from bongsu.drill.truth_kinds import KINDS

LAUNCH_NS = 1_700_000_000_000_000_000
SATELLITE = Asked(
    math.radians(39.7), math.radians(124.7), math.radians(170.0), 500e3, 2950e3, burn_s=220.0, orbit_burn_s=150.0
)
SHORT = Asked(math.radians(39.2), math.radians(125.8), math.radians(82.0), 50e3, 850e3, pull_up=PullUp(40e3, 1.7))


@pytest.fixture(scope="module")
def glider() -> Flight:
    return KINDS["manoeuvring"](SHORT, LAUNCH_NS, "here")


@pytest.fixture(scope="module")
def orbiter() -> Flight:
    return KINDS["satellite"](SATELLITE, LAUNCH_NS, "here")


def heights(flight: Flight) -> np.ndarray:
    return np.array([dynamics.height_m(*row) for row in flight.position_ecef_m])


def energy(flight: Flight, time_s: float) -> float:
    """Of a unit mass, in inertial space, without the Earth's bulge."""
    position, velocity = (row[0] for row in flight.at(np.array([time_s])))
    spin = np.cross([0.0, 0.0, dynamics.EARTH_RATE_RAD_S], position)
    speed = float(np.linalg.norm(velocity + spin))
    return 0.5 * speed**2 - dynamics.GRAVITATION_M3_S2 / float(np.linalg.norm(position))


def test_a_body_that_pulls_up_has_the_asked_figures_and_rises_again(glider: Flight) -> None:
    assert glider.apogee_m == pytest.approx(50e3, rel=0.01)
    assert glider.range_m == pytest.approx(850e3, rel=0.01)
    falling = heights(glider)[glider.time_s > glider.apogee_s + 60.0]
    assert np.diff(falling).max() > 0.0, "it never rises again"


def test_a_body_that_pulls_up_takes_far_longer_than_the_ballistic_flight(glider: Flight) -> None:
    ballistic = KINDS["ballistic"](replace(SHORT, pull_up=None, range_m=300e3), LAUNCH_NS, "here")
    assert glider.flight_s > 2.0 * ballistic.flight_s


def test_without_lift_the_glide_is_the_ballistic_flight() -> None:
    asked = replace(SHORT, range_m=300e3, pull_up=None)
    plain = KINDS["ballistic"](asked, LAUNCH_NS, "here")
    weak = KINDS["manoeuvring"](replace(asked, pull_up=PullUp(40e3, 1e-6)), LAUNCH_NS, "here")
    assert weak.flight_s == pytest.approx(plain.flight_s, rel=0.01)


def test_a_satellite_stays_at_its_height_and_at_the_speed_of_a_circle(orbiter: Flight) -> None:
    assert orbiter.in_orbit
    late = heights(orbiter)[orbiter.time_s > orbiter.burns_s[-1][1]]
    assert late.min() > 450e3
    assert late.max() < 560e3
    circle = -dynamics.GRAVITATION_M3_S2 / (2.0 * (6_371e3 + 505e3))
    assert energy(orbiter, 1_200.0) == pytest.approx(circle, rel=0.005)


def test_the_stages_of_a_satellite_launch_fall_one_after_the_other(orbiter: Flight) -> None:
    first, second = orbiter.pieces
    assert (first.name, second.name) == ("stage-1", "stage-2")
    assert first.flight.range_m < second.flight.range_m == pytest.approx(2950e3, rel=0.01)
    for piece in orbiter.pieces:
        parted, _ = piece.flight.at(np.array([piece.from_s]))
        whole, _ = orbiter.at(np.array([piece.from_s]))
        assert np.linalg.norm(parted - whole) < 5.0, "it parts from the whole where that is"


def test_a_piece_that_falls_keeps_its_energy_above_the_air(orbiter: Flight) -> None:
    stage = orbiter.pieces[1].flight
    assert energy(stage, stage.apogee_s - 30.0) == pytest.approx(energy(stage, stage.apogee_s + 60.0), rel=1e-3)


def test_a_failed_flight_falls_short_in_pieces() -> None:
    asked = replace(SATELLITE, orbit_burn_s=None, break_up=BreakUp(112.0, 3, 40.0))
    failed = KINDS["failed"](asked, LAUNCH_NS, "here")
    assert failed.range_m < 0.5 * asked.range_m
    assert failed.burns_s == ((0.0, 112.0),)
    places = [failed, *(piece.flight for piece in failed.pieces)]
    assert [piece.name for piece in failed.pieces] == ["piece-2", "piece-3"]
    assert len({(round(one.impact_latitude_rad, 5), round(one.impact_longitude_rad, 5)) for one in places}) == len(
        places
    )


def test_a_failure_after_burnout_coasts_first() -> None:
    asked = replace(SATELLITE, orbit_burn_s=None, break_up=BreakUp(330.0, 1, 0.0))
    whole = KINDS["ballistic"](replace(asked, break_up=None), LAUNCH_NS, "here")
    failed = KINDS["failed"](asked, LAUNCH_NS, "here")
    assert np.linalg.norm(failed.at(np.array([325.0]))[0] - whole.at(np.array([325.0]))[0]) < 5.0
    assert failed.range_m == pytest.approx(whole.range_m, rel=0.01)


@pytest.mark.parametrize(
    ("kind", "asked", "said"),
    [
        ("failed", replace(SHORT, pull_up=None, break_up=BreakUp(3_000.0, 1, 0.0)), "come down before"),
        ("satellite", replace(SATELLITE, orbit_burn_s=900.0), "would burn before"),
        ("manoeuvring", replace(SHORT, range_m=9_000e3), "no flight from there|not 9000"),
    ],
)
def test_what_cannot_be_is_one_line_with_its_path(kind: str, asked: Asked, said: str) -> None:
    with pytest.raises(BadInput, match=said) as caught:
        KINDS[kind](asked, LAUNCH_NS, "mine.toml: launches[0]")
    assert "mine.toml: launches[0]" in str(caught.value)
    assert "\n" not in str(caught.value)
