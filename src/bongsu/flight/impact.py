"""Where and when a free flight meets the ground, its highest point, and how surely: mean and Jacobian in one pass.

The uncertainty of ln beta is not small: the fall through the air is flown again at four more values of it (five-point Gauss-Hermite quadrature,
for a light body falls much shorter), and what the straight line misses is added to mean and covariance. Wind, air off the table and drag over Mach
number build up on the way (`filters.air_noise`). A vacuum covariance would be overconfident by up to 30 times.
Ground = the ellipsoid (altitude 0). ECEF, SI. Tests: tests/flight/test_impact.py (unscented and Monte Carlo).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from bongsu.flight.dynamics import step, step_length, transition
from bongsu.flight.filters import air_noise, multiply_phi
from bongsu.geo.frames import EARTH_FLATTENING, EARTH_SEMI_MAJOR_M, EARTH_SEMI_MINOR_M, altitude_of, geodetic_of
from bongsu.geo.kernels import njit

Array = NDArray[np.float64]

AIR_TOP_M = 120_000.0
_LONGEST_S = 12_000.0
_DEEP_M = 2_500.0  # of path in one step in the dense air: a third of a scale height
_DEEP_SIDE_M = 3_500.0  # a flight with another beta is only compared with the first
_HERMITE_POINTS = np.array([-2.856970013872806, -1.355626179974266, 1.355626179974266, 2.856970013872806])  # in sigmas
_HERMITE_WEIGHTS = np.array([0.011257411327720688, 0.22207592200561265, 0.22207592200561265, 0.011257411327720688])


@njit()
def _up(r: Array, up: Array) -> None:
    """Normal of the ellipsoid under `r`: Bowring's one step without angles, as in `altitude_of`."""
    flat = math.sqrt(r[0] * r[0] + r[1] * r[1])
    t, u = r[2] * EARTH_SEMI_MAJOR_M, flat * EARTH_SEMI_MINOR_M
    n = math.sqrt(t * t + u * u)
    sine, cosine = t / n, u / n
    e2 = EARTH_FLATTENING * (2.0 - EARTH_FLATTENING)
    a = r[2] + e2 / (1.0 - e2) * EARTH_SEMI_MINOR_M * sine * sine * sine
    b = flat - e2 * EARTH_SEMI_MAJOR_M * cosine * cosine * cosine
    m = math.sqrt(a * a + b * b)
    up[0], up[1], up[2] = b / m * r[0] / flat, b / m * r[1] / flat, a / m


@njit()
def _stride(altitude_m: float, speed_m_s: float, deep_m: float) -> float:
    """Length of a step (s): as elsewhere above 150 km, then by the air it passes through; `deep_m` a step in the dense air."""
    if altitude_m > 150_000.0:
        return step_length(altitude_m, speed_m_s, 1e9)
    if altitude_m > 90_000.0:
        return min(6.0, 10_000.0 / (speed_m_s + 1.0))
    return min(2.0, max(0.1, deep_m / (speed_m_s + 1.0)))


@njit()
def _fall(x: Array, elapsed: float) -> float:
    """Fly `x` (7,) to altitude 0 in place; gives the total time, or infinity if it does not come down."""
    force = np.zeros(3)
    up = np.empty(3)
    while elapsed < _LONGEST_S:
        h = altitude_of(x[0], x[1], x[2])
        _up(x, up)
        rise = up[0] * x[3] + up[1] * x[4] + up[2] * x[5]
        speed = math.sqrt(x[3] * x[3] + x[4] * x[4] + x[5] * x[5])
        sub = _stride(h, speed, _DEEP_SIDE_M)
        if rise < 0.0 and h + rise * sub < 0.0:
            for _ in range(4):
                dt = -altitude_of(x[0], x[1], x[2]) / rise
                step(x[0:3], x[3:6], x[6], force, True, dt)
                _up(x, up)
                rise = up[0] * x[3] + up[1] * x[4] + up[2] * x[5]
                elapsed += dt
                if rise > -0.1:
                    return np.inf
            return elapsed
        step(x[0:3], x[3:6], x[6], force, h < 170_000.0, sub)
        elapsed += sub
    return np.inf


@njit()
def _advance(y: Array, dt: float, total: Array, walk: Array, spread: float) -> None:
    """One step of the mean, of its transition `total`, and of the covariance `walk` that the wandering of ln beta builds up on the way."""
    room = np.zeros((17, 7))
    phi, scratch, before = room[0:7], room[7:14], room[14]
    force, middle = room[15, 0:3], room[16]
    for i in range(7):
        before[i] = y[i]
    airborne = altitude_of(y[0], y[1], y[2]) < 170_000.0
    step(y[0:3], y[3:6], y[6], force, airborne, dt)
    for i in range(6):
        middle[i] = 0.5 * (before[i] + y[i])
    transition(middle[0:3], middle[3:6], y[6], airborne, dt, 7, phi)
    wander, wind = air_noise(before, y, dt, spread)
    for i in range(6):
        for k in range(7):
            for j in range(7):
                scratch[i, j] += phi[i, k] * total[k, j]
    for i in range(6):
        for j in range(7):
            total[i, j] = scratch[i, j]
    if wander > 0.0 or walk[6, 6] > 0.0:
        multiply_phi(walk, phi, 7, scratch)
        walk[6, 6] += wander
        for i in range(3):
            walk[i, i] += wind * abs(dt) ** 3 / 3.0
            walk[3 + i, 3 + i] += wind * abs(dt)
            walk[i, 3 + i] += wind * dt * dt / 2.0
            walk[3 + i, i] = walk[i, 3 + i]


@njit()
def _rise(y: Array, up: Array) -> float:
    _up(y, up)
    return float(up[0] * y[3] + up[1] * y[4] + up[2] * y[5])


@njit()
def _come_down(
    y: Array, total: Array, walk: Array, spread: float, entry: Array, top: Array, top_slope: Array
) -> tuple[float, float]:
    """Fly `y` (7,) to the ground in place, with its transition and the walk of ln beta; gives the time taken and that to the air's top.

    `entry` (7,) is the state at the air's top; `top` (2,) gets the highest altitude and its time, `top_slope` (7,) its derivative. Time is infinite if
    the path does not meet the ground.
    """
    up = np.empty(3)
    elapsed, entry_s, rise_before, sub = 0.0, 0.0, 0.0, 0.0
    entered = False
    entry[:] = y
    _up(y, up)
    top[0], top[1] = altitude_of(y[0], y[1], y[2]), 0.0
    top_slope[:] = 0.0
    top_slope[0:3] = up
    while elapsed < _LONGEST_S:
        h = altitude_of(y[0], y[1], y[2])
        rise = _rise(y, up)
        if rise_before > 0.0 and rise <= 0.0:
            gravity = (rise_before - rise) / sub  # what is left of it: the path bends round the Earth
            back = y.copy()
            step(back[0:3], back[3:6], back[6], np.zeros(3), h < 170_000.0, rise / gravity)
            top[0], top[1] = altitude_of(back[0], back[1], back[2]), elapsed + rise / gravity
            for j in range(7):
                s = 0.0
                for k in range(3):
                    s += up[k] * total[k, j] + rise / gravity * up[k] * total[3 + k, j]
                top_slope[j] = s
        rise_before = rise
        if rise < 0.0 and h <= AIR_TOP_M and not entered:
            entered = True
            entry_s = elapsed
            entry[:] = y
        speed = math.sqrt(y[3] * y[3] + y[4] * y[4] + y[5] * y[5])
        sub = _stride(h, speed, _DEEP_M)
        if rise < 0.0 and h + rise * sub < 0.0:
            for _ in range(4):
                dt = -altitude_of(y[0], y[1], y[2]) / rise
                _advance(y, dt, total, walk, spread)
                elapsed += dt
                rise = _rise(y, up)
                if rise > -0.1:
                    return np.inf, entry_s
            return elapsed, entry_s
        _advance(y, sub, total, walk, spread)
        elapsed += sub
    return np.inf, entry_s


@njit()
def _onto_ground(y: Array, axes: Array, project: Array) -> None:
    """East and north units at `y` into `axes` (2, 3); `project` (3, 6) takes a change of the state there to east, north and time of meeting."""
    up = np.empty(3)
    rise = _rise(y, up)
    latitude, longitude, _ = geodetic_of(y[0], y[1], y[2])
    sl, cl, so, co = math.sin(latitude), math.cos(latitude), math.sin(longitude), math.cos(longitude)
    axes[0, 0], axes[0, 1], axes[0, 2] = -so, co, 0.0
    axes[1, 0], axes[1, 1], axes[1, 2] = -sl * co, -sl * so, cl
    project[:, :] = 0.0
    for k in range(3):
        project[2, k] = -up[k] / rise
    for a in range(2):
        along = axes[a, 0] * y[3] + axes[a, 1] * y[4] + axes[a, 2] * y[5]
        for k in range(3):
            project[a, k] = axes[a, k] + along * project[2, k]


@njit()
def _add_quadrature(
    entry: Array, entry_s: float, elapsed: float, p: Array, y: Array, axes: Array, slope: Array, cov: Array, shift: Array,
) -> None:  # fmt: skip
    """Replace the straight line in ln beta by flights at four more values of it: mean shift (3,) and the covariance's difference.

    Place and velocity that go with ln beta (`p`, (7, 7)) move the impact too, straight: left out, the difference may take away more than there is.
    """
    sigma = math.sqrt(p[6, 6])
    whole = np.empty(3)  # slope by ln beta and by what goes with it
    for a in range(3):
        whole[a] = slope[a, 6]
        for i in range(6):
            whole[a] += slope[a, i] * p[i, 6] / p[6, 6]
    sides = np.zeros((4, 3))
    for side in range(4):
        z = entry.copy()
        z[6] += _HERMITE_POINTS[side] * sigma
        time = _fall(z, entry_s)
        if not time < _LONGEST_S:
            return
        for a in range(2):
            s = 0.0
            for k in range(3):
                s += axes[a, k] * (z[k] - y[k])
            sides[side, a] = s
        sides[side, 2] = time - elapsed
        for a in range(3):
            sides[side, a] += (whole[a] - slope[a, 6]) * _HERMITE_POINTS[side] * sigma
    for a in range(3):
        shift[a] = 0.0
        for side in range(4):
            shift[a] += _HERMITE_WEIGHTS[side] * sides[side, a]
    for a in range(3):
        for b in range(3):
            second = -shift[a] * shift[b]
            for side in range(4):
                second += _HERMITE_WEIGHTS[side] * sides[side, a] * sides[side, b]
            cov[a, b] += second - whole[a] * whole[b] * sigma * sigma


@njit("boolean(float64[::1],float64[:,::1],float64[::1],float64[::1],float64[:,::1])")
def predict_impact(x: Array, p: Array, out: Array, state: Array, jacobian: Array) -> bool:
    """Impact of a free flight `x` (7,) with covariance `p` (7, 7).

    `out` (12,): 0 latitude, 1 longitude (rad), 2 seconds from now, 3 sigma of that, 4-6 east-north covariance (ee, en, nn, m2), 7 highest altitude
    (m) still to come or now, 8 its sigma (m), 9 seconds to it, 10 seconds until the air begins, 11 speed at impact. `state` (7,) is that at impact,
    `jacobian` (4, 7) of east, north (m), time (s) and highest altitude (m). False if the path does not meet the ground.
    """
    y = x.copy()
    total, walk = np.zeros((7, 7)), np.zeros((7, 7))
    for i in range(7):
        total[i, i] = 1.0
    entry, top = np.empty(7), np.empty(2)
    elapsed, entry_s = _come_down(y, total, walk, p[6, 6], entry, top, jacobian[3])
    if not elapsed < np.inf:
        return False
    axes, project = np.empty((2, 3)), np.empty((3, 6))
    _onto_ground(y, axes, project)
    for a in range(3):
        for j in range(7):
            s = 0.0
            for k in range(6):
                s += project[a, k] * total[k, j]
            jacobian[a, j] = s
    cov = np.zeros((4, 4))
    for a in range(4):
        for b in range(4):
            s = 0.0
            for i in range(7):
                for j in range(7):
                    s += jacobian[a, i] * p[i, j] * jacobian[b, j]
            if a < 3 and b < 3:
                for i in range(6):
                    for j in range(6):
                        s += project[a, i] * walk[i, j] * project[b, j]
            cov[a, b] = s
    shift = np.zeros(3)
    if p[6, 6] > 0.02 * 0.02:
        _add_quadrature(entry, entry_s, elapsed, p, y, axes, jacobian, cov, shift)
    for k in range(3):
        y[k] += axes[0, k] * shift[0] + axes[1, k] * shift[1]
    out[0], out[1], _ = geodetic_of(y[0], y[1], y[2])
    out[2], out[3] = elapsed + shift[2], math.sqrt(max(cov[2, 2], 0.0))
    out[4], out[5], out[6] = max(cov[0, 0], 1.0), cov[0, 1], max(cov[1, 1], 1.0)
    out[7], out[8], out[9], out[10] = top[0], math.sqrt(max(cov[3, 3], 0.0)), top[1], entry_s
    out[11] = math.sqrt(y[3] * y[3] + y[4] * y[4] + y[5] * y[5])
    state[:] = y
    return True
