"""A whole flight from reported figures: site, bearing, highest altitude, range; and the time below which no report can be right.

`flight_s` has a generic powered phase, J2 and drag. `drag_free_s` is the time from ground to ground on a path without air or powered phase over the turning
Earth that reaches the same altitude and range: no real flight of these figures is quicker. Both are found by Newton's method on three numbers (speed,
lean, azimuth) against three (highest altitude, range, bearing). Range and bearing are geodesic (WGS-84).
Reports say "about" and "at least": figures may be intervals; then each result is the least and greatest over their ends.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod

from bongsu.base.errors import BadValue
from bongsu.flight.ascent import fly, fly_free

_GEOD = Geod(ellps="WGS84")
_ROUNDS = 40
_CLOSE_M = 20.0
_LOWEST_APOGEE_M = 20_000.0
_HIGHEST_APOGEE_M = 30_000_000.0
_LONGEST_RANGE_M = 18_000_000.0
_MU = 3.986004418e14
_RADIUS_M = 6_371_000.0


class Interval(NamedTuple):
    """A reported figure: `high` None means "at least"."""

    low: float
    high: float | None

    @property
    def exact(self) -> bool:
        """Whether it is one number."""
        return self.high == self.low


class Flight(NamedTuple):
    """One solved flight."""

    flight_s: float
    apogee_m: float
    latitude_rad: float
    longitude_rad: float


class Reconstruction(NamedTuple):
    """What follows of the reported figures; each number as an interval (low = high where all figures were exact)."""

    flight_s: Interval
    drag_free_s: Interval
    apogee_m: Interval
    range_m: Interval
    bearing_rad: float
    latitude_rad: Interval
    longitude_rad: Interval
    reported_possible: bool | None


def reconstruct(
    latitude_rad: float,
    longitude_rad: float,
    bearing_rad: float,
    apogee_m: Interval,
    range_m: Interval,
    reported_flight_s: float | None = None,
) -> Reconstruction:
    """Flights at the ends of the intervals, joined. Raises `BadValue` for figures that no flight has."""
    ends = list(itertools.product(_ends(apogee_m), _ends(range_m)))
    full = [powered(latitude_rad, longitude_rad, bearing_rad, apogee, reach) for apogee, reach in ends]
    free = [drag_free(latitude_rad, longitude_rad, bearing_rad, apogee, reach) for apogee, reach in ends]
    opened = apogee_m.high is None or range_m.high is None
    drag_free_s = _joined([one.flight_s for one in free], opened)
    return Reconstruction(
        flight_s=_joined([one.flight_s for one in full], opened),
        drag_free_s=drag_free_s,
        apogee_m=apogee_m,
        range_m=range_m,
        bearing_rad=bearing_rad,
        latitude_rad=_joined([one.latitude_rad for one in full], range_m.high is None),
        longitude_rad=_joined([one.longitude_rad for one in full], range_m.high is None),
        reported_possible=None if reported_flight_s is None else reported_flight_s >= drag_free_s.low,
    )


def _ends(figure: Interval) -> tuple[float, ...]:
    """The ends of an interval that are known, each once."""
    return (figure.low,) if figure.high is None or figure.exact else (figure.low, figure.high)


def _joined(values: list[float], opened: bool) -> Interval:
    return Interval(min(values), None if opened else max(values))


def powered(latitude: float, longitude: float, bearing: float, apogee_m: float, range_m: float) -> Flight:
    """The flight with powered phase, J2 and drag."""

    def attempt(azimuth: float, speed: float, lean: float, out: NDArray[np.float64]) -> bool:
        return bool(fly(latitude, longitude, azimuth, speed, lean, burn_of(speed), out))

    speed, lean = _first_guess(apogee_m, range_m)
    return _solve(attempt, latitude, longitude, bearing, apogee_m, range_m, 1.2 * speed + 400.0, lean)


def drag_free(latitude: float, longitude: float, bearing: float, apogee_m: float, range_m: float) -> Flight:
    """The path without air and powered phase."""

    def attempt(azimuth: float, speed: float, lean: float, out: NDArray[np.float64]) -> bool:
        return bool(fly_free(latitude, longitude, azimuth, speed, lean, out))

    speed, lean = _first_guess(apogee_m, range_m)
    return _solve(attempt, latitude, longitude, bearing, apogee_m, range_m, speed, lean)


def burn_of(speed_gain_m_s: float) -> float:
    """Length (s) of the generic powered phase for a gain of speed: 60 s for 2 km/s, 190 s for 9 km/s."""
    return 22.0 + 0.019 * speed_gain_m_s


def _first_guess(apogee_m: float, range_m: float) -> tuple[float, float]:
    """Speed and lean of an ellipse over a still, round Earth with this highest altitude and range."""
    if not (_LOWEST_APOGEE_M <= apogee_m <= _HIGHEST_APOGEE_M):
        raise BadValue(f"an apogee of {apogee_m / 1000.0:g} km", "give 20 to 30,000 km")
    if not (1_000.0 <= range_m <= _LONGEST_RANGE_M):
        raise BadValue(f"a range of {range_m / 1000.0:g} km", "give 1 to 18,000 km")
    half = 0.5 * range_m / _RADIUS_M
    top = _RADIUS_M + apogee_m
    # r = p / (1 + e cos nu), nu = pi - half at the ground, and top = p / (1 - e)
    e = (top - _RADIUS_M) / (top - _RADIUS_M * math.cos(half))
    p = top * (1.0 - e)
    level = math.sqrt(_MU * p) / _RADIUS_M
    rise = math.sqrt(_MU / p) * e * math.sin(math.pi - half)
    return math.hypot(level, rise), math.atan2(level, rise)


def _solve(
    attempt: Callable[[float, float, float, NDArray[np.float64]], bool],
    latitude: float,
    longitude: float,
    bearing: float,
    apogee_m: float,
    range_m: float,
    speed: float,
    lean: float,
) -> Flight:
    """Newton's method with halving, on azimuth, speed and lean."""
    goal_longitude, goal_latitude, _ = _GEOD.fwd(longitude, latitude, bearing, range_m, radians=True)

    def misses(numbers: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
        out = np.zeros(5)
        if not attempt(numbers[0], numbers[1], numbers[2], out):
            return None
        forward, _, distance = _GEOD.inv(longitude, latitude, out[3], out[2], radians=True)
        turn = math.remainder(forward - bearing, 2.0 * math.pi)
        miss = [distance * math.cos(turn) - range_m, distance * math.sin(turn), out[1] - apogee_m]
        return np.array(miss), out

    numbers = np.array([bearing, speed, lean])
    now = misses(numbers)
    if now is None:
        raise _no_flight(apogee_m, range_m)
    for _ in range(_ROUNDS):
        miss, out = now
        if float(np.abs(miss).max()) < _CLOSE_M:
            return Flight(float(out[0]), float(out[1]), float(goal_latitude), float(goal_longitude))
        slope = np.empty((3, 3))
        for j, h in enumerate((1e-4, 1.0, 1e-4)):
            moved = numbers.copy()
            moved[j] += h
            there = misses(moved)
            if there is None:
                raise _no_flight(apogee_m, range_m)
            slope[:, j] = (there[0] - miss) / h
        shift = np.linalg.lstsq(slope, -miss, rcond=None)[0]
        shift = np.clip(shift, [-0.5, -600.0, -0.2], [0.5, 600.0, 0.2])
        for halving in range(8):
            trial = misses(numbers + shift / 2.0**halving)
            if trial is not None and float(np.abs(trial[0]).max()) < float(np.abs(miss).max()) * 1.05:
                numbers, now = numbers + shift / 2.0**halving, trial
                break
        else:
            raise _no_flight(apogee_m, range_m)
    raise _no_flight(apogee_m, range_m)


def _no_flight(apogee_m: float, range_m: float) -> BadValue:
    return BadValue(
        f"no ballistic flight has an apogee of {apogee_m / 1000.0:g} km and a range of {range_m / 1000.0:g} km",
        "check both figures",
    )
