"""An impact kept current between full predictions: the state's change since the last one, through its Jacobian.

A full prediction (`impact`) flies the whole path; it costs a hundred times what this does. In between the reference path is carried on as free flight, its
Jacobian with it, and with x the newest state: impact = reference impact + J (x - reference), covariance = J P J' + what the
way down adds (wandering and curvature of ln beta). P is always the newest, so an ellipse is never older than its state.
What is lost is the bend of the impact over the shift: shift^2 / `BEND_M`. A full prediction is made when that could be more than `BENT_SHARE` of the
ellipse's smaller sigma, over a shift of `STRETCHED_M`, when ln beta has become known, in the air, and every `LONGEST_S`.
Test: tests/flight/test_current.py (middle within a sixth of a sigma of the full prediction's, covariance within 5 %).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from bongsu.flight.dynamics import step, step_length, transition
from bongsu.flight.impact import AIR_TOP_M, predict_impact
from bongsu.geo.ellipses import FACTOR_95
from bongsu.geo.frames import altitude_of
from bongsu.geo.geodesic import geodesic_inverse
from bongsu.geo.kernels import njit

Array = NDArray[np.float64]

BEND_M = 1.0e6
BENT_SHARE = 0.1
STRETCHED_M = 15_000.0  # the Jacobian itself changes by some percent over such a shift
LONGEST_S = 300.0
BETA_SHARE = 0.02
WIND_SIGMA_M = 40.0  # wind, and a ground that is not the ellipsoid
PLACED_M = 2000.0  # a place known so well may count as the highest point of a flight

RECORD = 56
_TIME, _STATE, _SLOPE, _PLACE, _EXTRA, _FULL_S, _BETA, TOP = 0, 1, 8, 36, 41, 46, 47, 49

NOTHING = 0
CARRIED = 1
PREDICTED = 2


def new_record() -> Array:
    """The memory of one track: nothing predicted yet, no height known."""
    record = np.full(RECORD, np.nan)
    record[TOP] = 0.0
    return record


def place_seen(record: Array, position: Array, covariance: Array) -> None:
    """A place before free flight counts as the highest point so far if it is known well."""
    if covariance[0, 0] + covariance[1, 1] + covariance[2, 2] < PLACED_M**2:
        x, y, z = position.tolist()
        record[TOP] = max(float(record[TOP]), altitude_of(x, y, z))


@njit()
def _carry_reference(record: Array, now_s: float) -> None:
    """Bring the reference state to `now_s` and its Jacobian with it: each step's own transition, taken backwards."""
    x = record[_STATE : _STATE + 7]
    force, middle, phi, row = np.zeros(3), np.empty(6), np.empty((7, 7)), np.empty(7)
    left = now_s - record[_TIME]
    while left > 1e-9:
        h = altitude_of(x[0], x[1], x[2])
        speed = math.sqrt(x[3] * x[3] + x[4] * x[4] + x[5] * x[5])
        sub = step_length(h, speed, left, x[6])
        if left - sub < 1e-9:
            sub = left
        airborne = h < 170_000.0
        for i in range(6):
            middle[i] = x[i]
        step(x[0:3], x[3:6], x[6], force, airborne, sub)
        for i in range(6):
            middle[i] = 0.5 * (middle[i] + x[i])
        transition(middle[0:3], middle[3:6], x[6], airborne, -sub, 7, phi)
        for a in range(4):
            slope = record[_SLOPE + 7 * a : _SLOPE + 7 * a + 7]
            row[:] = 0.0
            for i in range(7):
                for j in range(7):
                    row[j] += slope[i] * phi[i, j]
            slope[:] = row
        left -= sub
    record[_TIME] = now_s


@njit()
def _spread(record: Array, p: Array, cov: Array) -> None:
    """J P J' (4, 4) of the record's Jacobian."""
    half = np.empty(7)
    for a in range(4):
        for j in range(7):
            s = 0.0
            for i in range(7):
                s += record[_SLOPE + 7 * a + i] * p[i, j]
            half[j] = s
        for b in range(a + 1):
            s = 0.0
            for j in range(7):
                s += half[j] * record[_SLOPE + 7 * b + j]
            cov[a, b] = s
            cov[b, a] = s


@njit()
def _predict(record: Array, x: Array, p: Array, now_s: float, cov: Array) -> bool:
    """A full prediction becomes the reference."""
    out, state, jacobian = np.empty(12), np.empty(7), np.empty((4, 7))
    if not predict_impact(x, p, out, state, jacobian):
        record[_TIME] = math.nan
        return False
    record[_TIME], record[_FULL_S], record[_BETA] = now_s, now_s, math.sqrt(max(p[6, 6], 0.0))
    record[_STATE : _STATE + 7] = x
    for a in range(4):
        record[_SLOPE + 7 * a : _SLOPE + 7 * a + 7] = jacobian[a]
    record[_PLACE], record[_PLACE + 1], record[_PLACE + 2] = out[0], out[1], now_s + out[2]
    record[_PLACE + 3], record[_PLACE + 4] = out[7], now_s + out[9]
    _spread(record, p, cov)
    record[_EXTRA], record[_EXTRA + 1], record[_EXTRA + 2] = out[4] - cov[0, 0], out[5] - cov[0, 1], out[6] - cov[1, 1]
    record[_EXTRA + 3] = out[3] * out[3] - cov[2, 2]
    return True


@njit()
def _stale(record: Array, x: Array, p: Array, now_s: float) -> bool:
    """Whether nothing may be carried on, whatever has changed."""
    if not (record[_TIME] <= now_s) or now_s - record[_FULL_S] > LONGEST_S:
        return True
    if abs(math.sqrt(max(p[6, 6], 0.0)) - record[_BETA]) > BETA_SHARE * record[_BETA]:
        return True
    return x[0] * x[3] + x[1] * x[4] + x[2] * x[5] < 0.0 and altitude_of(x[0], x[1], x[2]) < AIR_TOP_M


@njit()
def _ellipse(record: Array, cov: Array, out: Array) -> None:
    """Half-axes and bearing of the 95 % ellipse into `out`, as `geo.ellipses` has them."""
    ee = max(cov[0, 0] + record[_EXTRA], 1.0) + WIND_SIGMA_M * WIND_SIGMA_M
    nn = max(cov[1, 1] + record[_EXTRA + 2], 1.0) + WIND_SIGMA_M * WIND_SIGMA_M
    en = cov[0, 1] + record[_EXTRA + 1]
    middle, spread = 0.5 * (ee + nn), math.hypot(0.5 * (nn - ee), en)
    out[4] = FACTOR_95 * math.sqrt(max(middle + spread, 0.0))
    out[5] = FACTOR_95 * math.sqrt(
        max(middle - spread, WIND_SIGMA_M * WIND_SIGMA_M)
    )  # what is carried may be off, never below this
    out[6] = (0.5 * math.atan2(2.0 * en, nn - ee)) % math.pi


@njit("int64(float64[::1],float64[::1],float64[::1],float64[:,::1],float64[::1],float64,float64,float64,float64[::1])")
def keep_current(
    record: Array, position: Array, velocity: Array, covariance: Array, drag: Array, now_s: float, latitude: float,
    longitude: float, out: Array,
) -> int:  # fmt: skip
    """Impact of a free flight at `now_s`: NOTHING if it does not come down, else CARRIED or PREDICTED.

    `record`: `new_record`. `covariance` (6, 6) of position and velocity, `drag` (8,) ln beta and its row of the (7, 7). `latitude`, `longitude`: of
    the launch, NaN if unknown. `out` (12,): 0 latitude, 1 longitude (rad), 2 time (s, of the same zero as `now_s`), 3 its sigma, 4, 5 half-axes of the 95 %
    ellipse (m), 6 bearing of the major one, 7 highest altitude (m), 8 its sigma, 9 range from the launch (m), 10 bearing there (NaN if
    unknown), 11 seconds to the highest point, 0 when it lies behind.
    """
    x, p, cov, shift = np.empty(7), np.empty((7, 7)), np.empty((4, 4)), np.zeros(4)
    for i in range(3):
        x[i], x[3 + i] = position[i], velocity[i]
    x[6] = drag[0]
    for i in range(6):
        for j in range(6):
            p[i, j] = covariance[i, j]
        p[i, 6] = drag[1 + i]
        p[6, i] = drag[1 + i]
    p[6, 6] = drag[7]
    if p[0, 0] + p[1, 1] + p[2, 2] < PLACED_M * PLACED_M:
        record[TOP] = max(record[TOP], altitude_of(x[0], x[1], x[2]))
    kept = not _stale(record, x, p, now_s)
    if kept:
        _carry_reference(record, now_s)
        for a in range(4):
            for i in range(7):
                shift[a] += record[_SLOPE + 7 * a + i] * (x[i] - record[_STATE + i])
        _spread(record, p, cov)
    elif not _predict(record, x, p, now_s, cov):
        return NOTHING
    _ellipse(record, cov, out)
    shift2 = shift[0] * shift[0] + shift[1] * shift[1]
    if kept and (shift2 > STRETCHED_M * STRETCHED_M or shift2 / BEND_M > BENT_SHARE * out[5] / FACTOR_95):
        kept = False
        shift[:] = 0.0
        if not _predict(record, x, p, now_s, cov):
            return NOTHING
        _ellipse(record, cov, out)
    sine = math.sin(record[_PLACE])
    root = math.sqrt(1.0 - 6.69437999014e-3 * sine * sine)
    out[0] = record[_PLACE] + shift[1] / (6378137.0 * (1.0 - 6.69437999014e-3) / root**3)
    out[1] = record[_PLACE + 1] + shift[0] / (6378137.0 / root * math.cos(record[_PLACE]))
    out[2] = record[_PLACE + 2] + shift[2]
    out[3] = math.sqrt(max(cov[2, 2] + record[_EXTRA + 3], 0.0))
    out[7], out[8] = record[_PLACE + 3] + shift[3], math.sqrt(max(cov[3, 3], 0.0))
    out[9], out[10] = math.nan, math.nan
    if not math.isnan(latitude):
        out[9], out[10] = geodesic_inverse(latitude, longitude, out[0], out[1])
    out[11] = max(record[_PLACE + 4] - now_s, 0.0)
    return CARRIED if kept else PREDICTED
