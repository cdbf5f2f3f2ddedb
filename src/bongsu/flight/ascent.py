"""A whole flight from a launch site: powered phase by a generic programme, then free flight with J2 and drag, to the ground.

For reconstruction from reported figures, not for tracking. The thrust's direction leans from the vertical towards the bearing, evenly between 5 and 60 %
of the burn, and then stays; the specific thrust grows threefold over the burn. No real vehicle is described.
ECEF, SI, radians. Test: tests/flight/test_reconstruct.py.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from bongsu.flight.dynamics import step, step_length
from bongsu.geo.frames import altitude_of, enu_axes, geodetic_of, geodetic_to_ecef
from bongsu.geo.kernels import njit

Array = NDArray[np.float64]

_LN_BETA_ASCENT = math.log(8000.0)
_LN_BETA_DESCENT = math.log(4000.0)
_LONGEST_S = 20_000.0
_BURN_STEP_S = 0.5


@njit()
def _free_fall(r: Array, v: Array, elapsed: float, airborne: bool, out: Array) -> bool:
    """Fly on to the ground; fills `out` (5,): time, highest altitude, latitude, longitude, seconds to the highest point."""
    force = np.zeros(3)
    top = out[1]
    ln_beta = _LN_BETA_ASCENT
    while elapsed < _LONGEST_S:
        h = altitude_of(r[0], r[1], r[2])
        radius = math.sqrt(r[0] * r[0] + r[1] * r[1] + r[2] * r[2])
        rise = (r[0] * v[0] + r[1] * v[1] + r[2] * v[2]) / radius
        if h > top:
            top = h
            gravity = 3.986e14 / (radius * radius)
            top += 0.5 * max(rise, 0.0) ** 2 / gravity if rise < 30.0 * gravity else 0.0
            out[4] = elapsed
        if rise < 0.0:
            ln_beta = _LN_BETA_DESCENT
        speed = math.sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2])
        dt = step_length(h, speed, 1e9)
        if h > 150_000.0:
            dt = min(dt, 10.0)
        if rise < 0.0 and h + rise * dt < 0.0:
            for _ in range(4):
                rest = -altitude_of(r[0], r[1], r[2]) / rise
                step(r, v, ln_beta, force, airborne, rest)
                elapsed += rest
                rise = (r[0] * v[0] + r[1] * v[1] + r[2] * v[2]) / radius
                if rise > -0.1:
                    return False
            out[0] = elapsed
            out[1] = top
            out[2], out[3], _ = geodetic_of(r[0], r[1], r[2])
            return True
        step(r, v, ln_beta, force, airborne and h < 170_000.0, dt)
        elapsed += dt
    return False


@njit("boolean(float64,float64,float64,float64,float64,float64,float64[::1])")
def fly(
    latitude: float, longitude: float, azimuth: float, speed_gain_m_s: float, lean: float, burn_s: float, out: Array
) -> bool:
    """Fly with a powered phase of `burn_s` that gives `speed_gain_m_s` in all and leans by `lean` from the vertical towards `azimuth`.

    `out` (5,): flight time (s), highest altitude (m), latitude and longitude of impact, seconds to the highest point.
    """
    r = geodetic_to_ecef(latitude, longitude, 0.0)
    axes = enu_axes(latitude, longitude)
    level = np.empty(3)
    for i in range(3):
        level[i] = math.sin(azimuth) * axes[0, i] + math.cos(azimuth) * axes[1, i]
    v = np.zeros(3)
    force = np.empty(3)
    steps = int(burn_s / _BURN_STEP_S) + 1
    dt = burn_s / steps
    for k in range(steps):
        s = (k + 0.5) / steps
        tilt = lean * min(max((s - 0.05) / 0.55, 0.0), 1.0)
        thrust = speed_gain_m_s / burn_s * (0.5 + s)
        for i in range(3):
            force[i] = thrust * (math.cos(tilt) * axes[2, i] + math.sin(tilt) * level[i])
        step(r, v, _LN_BETA_ASCENT, force, True, dt)
    out[1] = 0.0
    return _free_fall(r, v, burn_s, True, out)


@njit("boolean(float64,float64,float64,float64,float64,float64[::1])")
def fly_free(latitude: float, longitude: float, azimuth: float, speed_m_s: float, lean: float, out: Array) -> bool:
    """Fly from the ground without powered phase and without air, at `speed_m_s` (earth-fixed) and `lean` from the vertical. `out` as `fly`."""
    r = geodetic_to_ecef(latitude, longitude, 0.0)
    axes = enu_axes(latitude, longitude)
    v = np.empty(3)
    for i in range(3):
        level = math.sin(azimuth) * axes[0, i] + math.cos(azimuth) * axes[1, i]
        v[i] = speed_m_s * (math.cos(lean) * axes[2, i] + math.sin(lean) * level)
    out[1] = 0.0
    return _free_fall(r, v, 0.0, False, out)
