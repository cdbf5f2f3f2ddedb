"""Motion in the earth-fixed frame: gravity (two-body and J2), Coriolis and centrifugal terms, drag.

State of a free flight: position (m), velocity (m/s), both ECEF WGS-84, and the logarithm of the ballistic coefficient beta (kg/m2).
The air turns with the Earth, so drag acts against the ECEF velocity: a = -rho |v| v / (2 beta).
Valid from the ground to about 50,000 km. Accuracy: gravity terms left out (J3 and higher, Moon, Sun) stay under 100 m of impact for a flight
of 75 minutes; the integrators are checked against scipy's DOP853 (tests/flight/test_dynamics.py).
Sources: WGS-84 (NIMA TR8350.2) for constants; Vallado, Fundamentals of Astrodynamics, for J2.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from bongsu.flight.atmosphere import density
from bongsu.geo.frames import altitude_of
from bongsu.geo.kernels import njit

MU_M3_S2 = 3.986004418e14
J2 = 1.08262982e-3
EARTH_RADIUS_M = 6378137.0
EARTH_RATE_RAD_S = 7.292115e-5

Array = NDArray[np.float64]


@njit()
def free_acceleration(r: Array, v: Array, a: Array) -> None:
    """Acceleration (3,) without drag or thrust, written into `a` (ECEF, m/s2)."""
    x, y, z = r[0], r[1], r[2]
    r2 = x * x + y * y + z * z
    mu_r3 = MU_M3_S2 / (r2 * math.sqrt(r2))
    k = 1.5 * J2 * EARTH_RADIUS_M * EARTH_RADIUS_M / r2
    s = 5.0 * z * z / r2
    w = EARTH_RATE_RAD_S
    a[0] = -mu_r3 * x * (1.0 + k * (1.0 - s)) + 2.0 * w * v[1] + w * w * x
    a[1] = -mu_r3 * y * (1.0 + k * (1.0 - s)) - 2.0 * w * v[0] + w * w * y
    a[2] = -mu_r3 * z * (1.0 + k * (3.0 - s))


@njit()
def drag_acceleration(r: Array, v: Array, ln_beta: float, a: Array) -> None:
    """Drag (m/s2) added to `a`; nothing above the atmosphere's table."""
    h = altitude_of(r[0], r[1], r[2])
    if h >= 150_000.0:
        return
    rho, _ = density(h)
    k = -0.5 * rho * math.exp(-ln_beta) * math.sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2])
    for i in range(3):
        a[i] += k * v[i]


@njit()
def _rates(r: Array, v: Array, ln_beta: float, force: Array, airborne: bool, a: Array) -> None:
    free_acceleration(r, v, a)
    if airborne:
        drag_acceleration(r, v, ln_beta, a)
    for i in range(3):
        a[i] += force[i]


@njit()
def step(r: Array, v: Array, ln_beta: float, force: Array, airborne: bool, dt: float) -> None:
    """One Runge-Kutta step (4th order) of `r` and `v` in place over `dt` seconds; `force` is a constant specific force (3,)."""
    a1 = np.empty(3)
    a2 = np.empty(3)
    a3 = np.empty(3)
    a4 = np.empty(3)
    rt = np.empty(3)
    v2 = np.empty(3)
    v3 = np.empty(3)
    v4 = np.empty(3)
    h = 0.5 * dt
    _rates(r, v, ln_beta, force, airborne, a1)
    for i in range(3):
        rt[i] = r[i] + h * v[i]
        v2[i] = v[i] + h * a1[i]
    _rates(rt, v2, ln_beta, force, airborne, a2)
    for i in range(3):
        rt[i] = r[i] + h * v2[i]
        v3[i] = v[i] + h * a2[i]
    _rates(rt, v3, ln_beta, force, airborne, a3)
    for i in range(3):
        rt[i] = r[i] + dt * v3[i]
        v4[i] = v[i] + dt * a3[i]
    _rates(rt, v4, ln_beta, force, airborne, a4)
    for i in range(3):
        r[i] += dt / 6.0 * (v[i] + 2.0 * v2[i] + 2.0 * v3[i] + v4[i])
        v[i] += dt / 6.0 * (a1[i] + 2.0 * a2[i] + 2.0 * a3[i] + a4[i])


@njit()
def gradients(r: Array, v: Array, ln_beta: float, airborne: bool, g: Array, w: Array, b: Array) -> None:
    """Derivatives of the acceleration: `g` (3, 3) by position, `w` (3, 3) by velocity, `b` (3,) by ln beta.

    Gravity to two bodies (J2's part is 0.1 % of it), centrifugal, Coriolis, drag.
    """
    r2 = r[0] * r[0] + r[1] * r[1] + r[2] * r[2]
    radius = math.sqrt(r2)
    mu_r3 = MU_M3_S2 / (r2 * radius)
    for i in range(3):
        for j in range(3):
            g[i, j] = 3.0 * mu_r3 * r[i] * r[j] / r2
            w[i, j] = 0.0
        g[i, i] -= mu_r3
        b[i] = 0.0
    rate = EARTH_RATE_RAD_S
    g[0, 0] += rate * rate
    g[1, 1] += rate * rate
    w[0, 1] = 2.0 * rate
    w[1, 0] = -2.0 * rate
    if not airborne:
        return
    h = altitude_of(r[0], r[1], r[2])
    if h >= 150_000.0:
        return
    rho, inverse_scale = density(h)
    speed = math.sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]) + 1e-9
    k = 0.5 * rho * math.exp(-ln_beta)
    for i in range(3):
        a = -k * speed * v[i]
        b[i] = -a
        w[i, i] -= k * speed
        for j in range(3):
            w[i, j] -= k * v[i] * v[j] / speed
            g[i, j] -= a * inverse_scale * r[j] / radius


@njit()
def step_length(altitude_m: float, speed_m_s: float, remaining_s: float) -> float:
    """Length of a step (s) that keeps the error of `step` and of `transition` far below the noise of any sensor."""
    high = altitude_m > 150_000.0
    h = min(30.0, 2.0 + (altitude_m - 150_000.0) / 20_000.0) if high else min(2.0, max(0.1, 2500.0 / (speed_m_s + 1.0)))
    return min(h, remaining_s)


@njit()
def transition(r: Array, v: Array, ln_beta: float, airborne: bool, dt: float, n: int, phi: Array) -> None:
    """Transition matrix (n, n) over `dt` of the free flight (n = 7) or of thrust (n = 9), linear at the middle (r, v) of the step.

    The exponential series of the rates' matrix to the fourth order. With n = 9 the states 6 to 8 are a specific force.
    """
    g = np.empty((3, 3))
    w = np.empty((3, 3))
    b = np.empty(3)
    gradients(r, v, ln_beta, airborne, g, w, b)
    term = np.zeros((n, n))
    fresh = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            phi[i, j] = 0.0
        phi[i, i] = 1.0
        term[i, i] = 1.0
    for order in range(1, 5):
        c = dt / order
        for j in range(n):
            for i in range(3):
                fresh[i, j] = c * term[3 + i, j]
                s = 0.0
                for k in range(3):
                    s += g[i, k] * term[k, j] + w[i, k] * term[3 + k, j]
                if n == 7:
                    s += b[i] * term[6, j]
                else:
                    s += term[6 + i, j]
                fresh[3 + i, j] = c * s
        for i in range(6):
            for j in range(n):
                term[i, j] = fresh[i, j]
                phi[i, j] += fresh[i, j]
        for i in range(6, n):
            for j in range(n):
                term[i, j] = 0.0
