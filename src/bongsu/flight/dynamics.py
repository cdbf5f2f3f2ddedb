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
_STEP_LEAST_S = 0.005  # so that no state, however absurd, takes steps without number


@njit()
def rates(
    x: float, y: float, z: float, vx: float, vy: float, vz: float, hold: float, airborne: bool
) -> tuple[float, float, float]:  # fmt: skip
    """Acceleration (ECEF, m/s2) without thrust, in numbers and not in arrays, which would cost more than the arithmetic; `hold` is 1 / (2 beta).

    Drag acts below 150 km, and only if `airborne`.
    """
    inverse = 1.0 / (x * x + y * y + z * z)
    mu_r3 = MU_M3_S2 * inverse * math.sqrt(inverse)
    k = 1.5 * J2 * EARTH_RADIUS_M * EARTH_RADIUS_M * inverse
    s = 5.0 * z * z * inverse
    w = EARTH_RATE_RAD_S
    level = w * w - mu_r3 * (1.0 + k * (1.0 - s))
    drag = 0.0
    if airborne:
        h = altitude_of(x, y, z)
        if h < 150_000.0:
            rho, _ = density(h)
            drag = rho * hold * math.sqrt(vx * vx + vy * vy + vz * vz)
    return (
        level * x + 2.0 * w * vy - drag * vx,
        level * y - 2.0 * w * vx - drag * vy,
        -mu_r3 * z * (1.0 + k * (3.0 - s)) - drag * vz,
    )


@njit()
def step(r: Array, v: Array, ln_beta: float, force: Array, airborne: bool, dt: float) -> None:
    """One Runge-Kutta step (4th order) of `r` and `v` in place over `dt` seconds; `force` is a constant specific force (3,)."""
    hold = 0.5 * math.exp(-ln_beta) if airborne else 0.0
    h = 0.5 * dt
    fx, fy, fz = force[0], force[1], force[2]
    x, y, z, vx, vy, vz = r[0], r[1], r[2], v[0], v[1], v[2]
    ax, ay, az = rates(x, y, z, vx, vy, vz, hold, airborne)
    ax, ay, az = ax + fx, ay + fy, az + fz
    ux, uy, uz = vx + h * ax, vy + h * ay, vz + h * az
    bx, by, bz = rates(x + h * vx, y + h * vy, z + h * vz, ux, uy, uz, hold, airborne)
    bx, by, bz = bx + fx, by + fy, bz + fz
    wx, wy, wz = vx + h * bx, vy + h * by, vz + h * bz
    cx, cy, cz = rates(x + h * ux, y + h * uy, z + h * uz, wx, wy, wz, hold, airborne)
    cx, cy, cz = cx + fx, cy + fy, cz + fz
    qx, qy, qz = vx + dt * cx, vy + dt * cy, vz + dt * cz
    dx, dy, dz = rates(x + dt * wx, y + dt * wy, z + dt * wz, qx, qy, qz, hold, airborne)
    sixth = dt / 6.0
    r[0] = x + sixth * (vx + 2.0 * ux + 2.0 * wx + qx)
    r[1] = y + sixth * (vy + 2.0 * uy + 2.0 * wy + qy)
    r[2] = z + sixth * (vz + 2.0 * uz + 2.0 * wz + qz)
    v[0] = vx + sixth * (ax + 2.0 * bx + 2.0 * cx + dx + fx)
    v[1] = vy + sixth * (ay + 2.0 * by + 2.0 * cy + dy + fy)
    v[2] = vz + sixth * (az + 2.0 * bz + 2.0 * cz + dz + fz)


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
def step_length(altitude_m: float, speed_m_s: float, remaining_s: float, ln_beta: float = math.inf) -> float:
    """Length of a step (s) that keeps the error of `step` and of `transition` far below the noise of any sensor.

    In the air it is no longer than drag on a body of `ln_beta` (infinite: none) takes to stop it: beyond that neither series holds.
    """
    high = altitude_m > 150_000.0
    h = min(30.0, 2.0 + (altitude_m - 150_000.0) / 20_000.0) if high else min(2.0, max(0.1, 2500.0 / (speed_m_s + 1.0)))
    if not high and ln_beta < math.inf:
        rho, _ = density(altitude_m)
        slows_per_s = 0.5 * rho * math.exp(-ln_beta) * speed_m_s
        if slows_per_s * h > 1.0:
            h = max(1.0 / slows_per_s, _STEP_LEAST_S)
    return min(h, remaining_s)


@njit()
def transition(r: Array, v: Array, ln_beta: float, airborne: bool, dt: float, n: int, phi: Array) -> None:
    """Transition matrix (n, n) over `dt` of the free flight (n = 7) or of thrust (n = 9), linear at the middle (r, v) of the step.

    The exponential series of the rates' matrix to the fourth order. With n = 9 the states 6 to 8 are a specific force.
    The lower rows of that matrix' powers follow R(k + 1) = G R(k - 1) + W R(k); its upper rows are those of the power before.
    """
    rates = np.empty((7, 3))
    g, w, b = rates[0:3], rates[3:6], rates[6]
    gradients(r, v, ln_beta, airborne, g, w, b)
    powers = np.zeros((15, n))
    for i in range(3):
        powers[i, 3 + i] = 1.0
        for j in range(3):
            powers[3 + i, j] = g[i, j]
            powers[3 + i, 3 + j] = w[i, j]
        if n == 7:
            powers[3 + i, 6] = b[i]
        else:
            powers[3 + i, 6 + i] = 1.0
    for order in range(2, 5):
        for i in range(3):
            for k in range(3):
                for j in range(n):
                    powers[3 * order + i, j] += (
                        g[i, k] * powers[3 * order - 6 + k, j] + w[i, k] * powers[3 * order - 3 + k, j]
                    )
    for i in range(n):
        for j in range(n):
            phi[i, j] = 0.0
        phi[i, i] = 1.0
    for i in range(3):
        phi[3 + i, 3 + i] = 0.0
        c = 1.0
        for order in range(5):
            for j in range(n):
                phi[3 + i, j] += c * powers[3 * order + i, j]
            c *= dt / (order + 1)
            if order < 4:
                for j in range(n):
                    phi[i, j] += c * powers[3 * order + i, j]
