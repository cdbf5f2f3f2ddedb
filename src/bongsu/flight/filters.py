"""Recursive filters of one object: prediction and update of two models, and their mixing (IMM).

Model 0, free flight: position, velocity, ln beta (7 states); two-body, J2, drag. Model 1, powered or steered: position, velocity, specific force
vector (9 states); the force holds thrust, lift and drag together and wanders, so no manner of steering is assumed.
Arrays are (9,) and (9, 9) for both; free flight uses the first 7. SI units, ECEF. Times are seconds from the tracker's own zero.
Sources: Blom and Bar-Shalom 1988 (IMM); Li and Jilkov, survey of ballistic and space objects. Tests: tests/flight/test_filters.py.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from bongsu.flight.atmosphere import density
from bongsu.flight.dynamics import step, step_length, transition
from bongsu.flight.looks import residual
from bongsu.geo.frames import altitude_of
from bongsu.geo.kernels import njit

Array = NDArray[np.float64]

LN_BETA_MEAN = math.log(
    3200.0
)  # kg/m2: re-entering bodies are taken to lie between 650 and 16,000 (2 sigma); light ones fall far short,
LN_BETA_SIGMA = (
    0.8  # so that a prior of the usual 0.7 about 4,000 puts a body of 1,000 outside four sigmas of its impact
)
FREE_NOISE_M2_S3 = 1e-7  # what the gravity model leaves out (3e-5 m/s2 that hold for minutes); with 1e-6 precise radars are doubted after a minute
LN_BETA_WALK_PER_M = (
    0.2**2 / 20_000.0
)  # density over beta wanders by 20 % in 20 km: true air, and drag over Mach number
LN_BETA_WALK_TOP_M = 90_000.0
LN_BETA_WALK_PER_LN_SPEED = 0.3**2  # and while drag slows it: the coefficient of drag may double from Mach 8 to Mach 1
WIND_SIGMA_M_S = 12.0  # along each axis, unknown; it holds for some kilometres of height
WIND_SCALE_M = 8000.0
FORCE_NOISE_M2_S5 = 6.0  # steering and thrust: about 1 m/s3 of jerk that holds for some seconds
THRUST_M_S2 = 25.0  # specific force along the path that a powered phase is taken to begin with, and its spread
THRUST_SIGMA_M_S2 = 18.0
STEERING_SIGMA_M_S2 = 12.0
FORCE_SIGMA_M_S2 = 40.0  # specific force of a powered flight that nothing is known of


@njit()
def multiply_phi(p: Array, phi: Array, n: int, out: Array) -> None:
    """`p` becomes phi p phi' for the leading n x n block, `out` being scratch. The inner loops run along rows, which the compiler takes eight at a time."""
    for i in range(n):
        for j in range(n):
            out[i, j] = 0.0
        for k in range(n):
            for j in range(n):
                out[i, j] += phi[i, k] * p[k, j]
    for i in range(n):
        for j in range(n):
            p[i, j] = 0.0
    for j in range(n):
        for k in range(n):
            for i in range(j + 1):
                p[j, i] += phi[j, k] * out[i, k]
    for i in range(n):
        for j in range(i):
            p[j, i] = p[i, j]


@njit()
def air_noise(before: Array, after: Array, dt: float, spread: float) -> tuple[float, float]:
    """What the air of a step leaves open, from the states (7,) around it: variance of ln beta, and of velocity for each axis (m2/s2 a second).

    ln beta wanders with height and with speed, as air differs from the table and drag follows the Mach number; wind pushes as hard as the
    air holds the body, and is much the same over `WIND_SCALE_M` of height. `spread` is the variance of ln beta: a light body drifts most, so the
    mean of the square counts.
    """
    h0 = altitude_of(before[0], before[1], before[2])
    if h0 >= LN_BETA_WALK_TOP_M:
        return 0.0, 0.0
    h1 = altitude_of(after[0], after[1], after[2])
    v0 = math.sqrt(before[3] * before[3] + before[4] * before[4] + before[5] * before[5]) + 1.0
    v1 = math.sqrt(after[3] * after[3] + after[4] * after[4] + after[5] * after[5]) + 1.0
    rho, _ = density(0.5 * (h0 + h1))
    hold_per_s = 0.5 * rho * v0 * math.exp(min(spread, LN_BETA_SIGMA * LN_BETA_SIGMA) - before[6])
    lasts_s = min(WIND_SCALE_M * abs(dt) / (abs(h1 - h0) + 1.0), 100.0)
    slowed = min(hold_per_s * abs(dt), abs(math.log(v1 / v0)) + 0.002 * abs(dt))
    walk = LN_BETA_WALK_PER_M * abs(h1 - h0) + LN_BETA_WALK_PER_LN_SPEED * slowed
    return walk, 2.0 * lasts_s * (hold_per_s * WIND_SIGMA_M_S) ** 2


@njit()
def predict(x: Array, p: Array, powered: bool, dt: float, noise: float) -> None:
    """Carry state and covariance of one model over `dt` seconds (positive), in place. `noise`: scale of the force noise."""
    n = 9 if powered else 7
    room = np.zeros((2 * n + 4, n))
    phi, scratch, before = room[0:n], room[n : 2 * n], room[2 * n]
    force, middle_r, middle_v = room[2 * n + 1, 0:3], room[2 * n + 2, 0:3], room[2 * n + 3, 0:3]
    if powered:
        force[:] = x[6:9]
    left = dt
    while left > 0.0:
        h = altitude_of(x[0], x[1], x[2])
        speed = math.sqrt(x[3] * x[3] + x[4] * x[4] + x[5] * x[5])
        sub = step_length(h, speed, left, math.inf if powered else x[6])
        if left - sub < 1e-9:
            sub = left
        airborne = (not powered) and h < 150_000.0 + 20_000.0
        for i in range(n):
            before[i] = x[i]
        for i in range(3):
            middle_r[i] = x[i]
            middle_v[i] = x[3 + i]
        step(x[0:3], x[3:6], x[6], force, airborne, sub)
        for i in range(3):
            middle_r[i] = 0.5 * (middle_r[i] + x[i])
            middle_v[i] = 0.5 * (middle_v[i] + x[3 + i])
        transition(middle_r, middle_v, x[6], airborne, sub, n, phi)
        multiply_phi(p, phi, n, scratch)
        if powered:
            q = FORCE_NOISE_M2_S5 * noise
            s2 = sub * sub
            for i in range(3):
                p[6 + i, 6 + i] += q * sub
                p[3 + i, 3 + i] += q * sub * s2 / 3.0
                p[i, i] += q * sub * s2 * s2 / 20.0
                for a, b, c in ((i, 3 + i, s2 * s2 / 8.0), (i, 6 + i, sub * s2 / 6.0), (3 + i, 6 + i, s2 / 2.0)):
                    p[a, b] += q * c
                    p[b, a] += q * c
        else:
            walk, wind = 0.0, 0.0
            if h < LN_BETA_WALK_TOP_M:
                walk, wind = air_noise(before, x, sub, p[6, 6])
            q = FREE_NOISE_M2_S3 + wind
            for i in range(3):
                p[3 + i, 3 + i] += q * sub
                p[i, i] += q * sub * sub * sub / 3.0
                p[i, 3 + i] += q * sub * sub / 2.0
                p[3 + i, i] += q * sub * sub / 2.0
            if p[6, 6] < LN_BETA_SIGMA * LN_BETA_SIGMA:
                p[6, 6] += walk
        left -= sub


@njit()
def residual_near(row: Array, x: Array, now_s: float, h: Array, nu: Array, var: Array) -> int:
    """`looks.residual` for a state at `now_s`, near the plot's own time: the short rest is bridged along the velocity."""
    rest = row[0] - now_s
    if abs(rest) < 1e-9:
        return residual(row, x[0:3], x[3:6], h, nu, var)
    r = np.empty(3)
    for i in range(3):
        r[i] = x[i] + rest * x[3 + i]
    m = residual(row, r, x[3:6], h, nu, var)
    for a in range(m):
        for i in range(3):
            h[a, 3 + i] += rest * h[a, i]
    return m


@njit()
def update(x: Array, p: Array, n: int, row: Array, now_s: float) -> tuple[float, float, int]:
    """Take one plot into a state: sequential scalar updates about the prior mean, in place.

    Gives the log likelihood of the plot, its squared distance d2 and the count of measured numbers.
    """
    room = np.zeros((9, 9))
    h, nu, var, shift, gain, ph = room[0:4], room[4], room[5], room[6], room[7], room[8]
    m = residual_near(row, x, now_s, h, nu, var)
    log_likelihood = 0.0
    d2 = 0.0
    for a in range(m):
        innovation = nu[a]
        s = var[a]
        for i in range(n):
            t = 0.0
            for j in range(6):
                t += p[i, j] * h[a, j]
            ph[i] = t
        for j in range(6):
            s += h[a, j] * ph[j]
            innovation -= h[a, j] * shift[j]
        d2 += innovation * innovation / s
        log_likelihood -= 0.5 * (innovation * innovation / s + math.log(2.0 * math.pi * s))
        for i in range(n):
            gain[i] = ph[i] / s
            shift[i] += gain[i] * innovation
        for i in range(n):
            for j in range(i, n):
                t = p[i, j] - gain[i] * ph[j]
                p[i, j] = t
                p[j, i] = t
    for i in range(n):
        x[i] += shift[i]
    return log_likelihood, d2, m


@njit()
def score(x: Array, p: Array, row: Array, now_s: float) -> tuple[float, float, int]:
    """Log likelihood, d2 and count of a plot against a state at `now_s`, changing nothing."""
    room = np.empty((16, 6))
    h, nu, var, s, ph = room[0:4], room[4], room[5], room[6:10], room[10:16]
    m = residual_near(row, x, now_s, h, nu, var)
    for a in range(m):
        for i in range(6):
            t = 0.0
            for j in range(6):
                t += p[i, j] * h[a, j]
            ph[i, a] = t
    for a in range(m):
        for b in range(m):
            t = 0.0
            for j in range(6):
                t += h[a, j] * ph[j, b]
            s[a, b] = t
        s[a, a] += var[a]
    d2 = 0.0
    log_determinant = 0.0
    for a in range(m):  # Cholesky, forward substitution as it goes
        for b in range(a + 1):
            t = s[a, b]
            for k in range(b):
                t -= s[a, k] * s[b, k]
            if a == b:
                s[a, a] = math.sqrt(max(t, 1e-30))
            else:
                s[a, b] = t / s[b, b]
        t = nu[a]
        for k in range(a):
            t -= s[a, k] * nu[k]
        nu[a] = t / s[a, a]
        d2 += nu[a] * nu[a]
        log_determinant += math.log(s[a, a])
    return -0.5 * (d2 + m * math.log(2.0 * math.pi)) - log_determinant, d2, m


@njit()
def mix(x: Array, p: Array, free_probability: float, dt: float, burnout_per_s: float, ignition_per_s: float) -> float:
    """Interaction step of the IMM for x (2, 9), p (2, 9, 9): gives the predicted probability of free flight.

    The models share position and velocity. What one lacks comes from its prior: thrust along the path, ln beta.
    """
    go = 1.0 - math.exp(-dt * burnout_per_s)
    back = 1.0 - math.exp(-dt * ignition_per_s)
    free = free_probability * (1.0 - back) + (1.0 - free_probability) * go
    weight_free = (
        free_probability * (1.0 - back) / max(free, 1e-300)
    )  # share of the free model's own past in free flight
    powered = 1.0 - free
    weight_powered = (1.0 - free_probability) * (1.0 - go) / max(powered, 1e-300)
    delta = np.empty(6)
    for i in range(6):
        delta[i] = x[1, i] - x[0, i]
    old = np.empty((2, 6, 6))
    for a in range(2):
        for i in range(6):
            for j in range(6):
                old[a, i, j] = p[a, i, j]
    for a in range(2):
        own = weight_free if a == 0 else weight_powered
        other = 1.0 - own
        if other < 1e-12:
            continue
        sign = 1.0 if a == 0 else -1.0
        for i in range(6):
            x[a, i] += sign * other * delta[i]
            for j in range(6):
                p[a, i, j] = own * old[a, i, j] + other * old[1 - a, i, j] + own * other * delta[i] * delta[j]
        top = 7 if a == 0 else 9
        for k in range(6, top):
            for i in range(6):
                p[a, i, k] *= own
                p[a, k, i] = p[a, i, k]
            for m in range(6, top):
                p[a, k, m] *= own
        if a == 0:
            p[a, 6, 6] += other * LN_BETA_SIGMA**2 + own * other * (x[a, 6] - LN_BETA_MEAN) ** 2
            x[a, 6] = own * x[a, 6] + other * LN_BETA_MEAN
        else:
            _mix_force(x[1], p[1], own, other)
    return free


@njit()
def _mix_force(x: Array, p: Array, own: float, other: float) -> None:
    """Mix the force of the powered model with its prior: thrust along the velocity, steering and lift across it."""
    speed = math.sqrt(x[3] * x[3] + x[4] * x[4] + x[5] * x[5])
    sure = math.sqrt(p[3, 3] + p[4, 4] + p[5, 5])
    directed = speed > 2.0 * sure and speed > 150.0
    mean = np.zeros(3)
    for i in range(3):
        if directed:
            mean[i] = THRUST_M_S2 * x[3 + i] / speed
    for i in range(3):
        for j in range(3):
            if directed:
                unit = x[3 + i] * x[3 + j] / (speed * speed)
                prior = (THRUST_SIGMA_M_S2**2 - STEERING_SIGMA_M_S2**2) * unit
                if i == j:
                    prior += STEERING_SIGMA_M_S2**2
            else:
                prior = FORCE_SIGMA_M_S2**2 if i == j else 0.0
            p[6 + i, 6 + j] += other * prior + own * other * (x[6 + i] - mean[i]) * (x[6 + j] - mean[j])
    for i in range(3):
        x[6 + i] = own * x[6 + i] + other * mean[i]


@njit()
def combined(x: Array, p: Array, free: float, mean: Array, cov: Array) -> None:
    """Moments (6,), (6, 6) of the two models together."""
    for i in range(6):
        mean[i] = free * x[0, i] + (1.0 - free) * x[1, i]
    for i in range(6):
        for j in range(6):
            cov[i, j] = (
                free * (p[0, i, j] + (x[0, i] - mean[i]) * (x[0, j] - mean[j]))
                + (1.0 - free) * (p[1, i, j] + (x[1, i] - mean[i]) * (x[1, j] - mean[j]))
            )  # fmt: skip
