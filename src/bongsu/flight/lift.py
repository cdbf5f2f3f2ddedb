"""Free flight against steered flight in the air: two filters of the same looks, alike but for lift, and how much better lift explains them.

State (9,): position, velocity (ECEF, m, m/s), ln beta, lift over drag upwards and sideways. Lift stands across the velocity, in the plane of the vertical
(upwards) and across it (sideways). A body without fins has none but what wind feigns; a steered one has 0.5 to 4, and it wanders as it steers
(Gauss-Markov: `LIFT_SIGMA`, `LIFT_LASTS_S`). Thrust lies along the velocity, so neither filter can feign it.
Valid from the ground to 90 km. Test: tests/flight/test_lift.py.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from bongsu.flight.atmosphere import density
from bongsu.flight.batch import carry
from bongsu.flight.dynamics import gradients, step, step_length
from bongsu.flight.filters import FREE_NOISE_M2_S3, LN_BETA_SIGMA, air_noise, multiply_phi, update
from bongsu.flight.linear import scaled_inverse
from bongsu.flight.looks import residual
from bongsu.geo.frames import altitude_of
from bongsu.geo.kernels import njit

Array = NDArray[np.float64]

LIFT_SIGMA = 1.5
LIFT_LASTS_S = 15.0
LIFT_AT_FIRST = 0.7
WORST = -4.0
MOST_OF_A_LOOK = 6.0  # no single plot counts for more than this: it may be a false one
FREE = 0
STEERED = 1


@njit()
def lift_axes(x: Array, axes: Array) -> float:
    """Unit vectors (2, 3) across the velocity, upwards and sideways, and the size of drag (m/s2) at a state."""
    speed = math.sqrt(x[3] * x[3] + x[4] * x[4] + x[5] * x[5]) + 1e-9
    radius = math.sqrt(x[0] * x[0] + x[1] * x[1] + x[2] * x[2])
    climb = (x[0] * x[3] + x[1] * x[4] + x[2] * x[5]) / (radius * speed)
    across = math.sqrt(max(1.0 - climb * climb, 1e-6))
    for i in range(3):
        axes[0, i] = (x[i] / radius - climb * x[3 + i] / speed) / across
    for i in range(3):
        j, k = (i + 1) % 3, (i + 2) % 3
        axes[1, i] = (x[3 + j] * axes[0, k] - x[3 + k] * axes[0, j]) / speed
    rho, _ = density(altitude_of(x[0], x[1], x[2]))
    return 0.5 * rho * math.exp(-x[6]) * speed * speed


@njit()
def _force(x: Array, axes: Array, force: Array) -> None:
    drag = lift_axes(x, axes)
    for i in range(3):
        force[i] = drag * (x[7] * axes[0, i] + x[8] * axes[1, i])


@njit()
def _transition(middle: Array, axes: Array, drag: float, dt: float, keeps: float, phi: Array) -> None:
    """Transition (9, 9) of a step, linear at its middle: the exponential series to the third order; lift keeps a share of itself."""
    g, w, b = np.empty((3, 3)), np.empty((3, 3)), np.empty(3)
    gradients(middle[0:3].copy(), middle[3:6].copy(), middle[6], True, g, w, b)
    term = np.zeros((9, 9))
    fresh = np.zeros((6, 9))
    phi[:, :] = 0.0
    for i in range(9):
        phi[i, i] = 1.0
        term[i, i] = 1.0
    for order in range(1, 4):
        c = dt / order
        for i in range(3):
            for j in range(9):
                s = (b[i] + drag * (-middle[7] * axes[0, i] - middle[8] * axes[1, i])) * term[6, j]
                s += drag * (axes[0, i] * term[7, j] + axes[1, i] * term[8, j])
                for k in range(3):
                    s += g[i, k] * term[k, j] + w[i, k] * term[3 + k, j]
                fresh[3 + i, j] = c * s
                fresh[i, j] = c * term[3 + i, j]
        for i in range(9):
            for j in range(9):
                term[i, j] = fresh[i, j] if i < 6 else 0.0
                if i < 6:
                    phi[i, j] += fresh[i, j]
    phi[7, 7] = keeps
    phi[8, 8] = keeps


@njit()
def predict_lifted(x: Array, p: Array, dt: float, sigma: float) -> None:
    """Carry a state (9,) and its covariance over `dt` seconds in place; `sigma`: spread of lift over drag, 0 for none."""
    axes, force, later = np.empty((2, 3)), np.empty(3), np.empty(3)
    phi, scratch = np.empty((9, 9)), np.empty((9, 9))
    middle = np.empty(9)
    trial = np.empty(9)
    left = dt
    while left > 1e-9:
        h = altitude_of(x[0], x[1], x[2])
        speed = math.sqrt(x[3] * x[3] + x[4] * x[4] + x[5] * x[5])
        sub = step_length(h, speed, left, x[6])
        keeps = math.exp(-sub / LIFT_LASTS_S) if sigma > 0.0 else 1.0
        before = x.copy()
        _force(x, axes, force)
        trial[:] = x
        step(trial[0:3], trial[3:6], trial[6], force, True, sub)
        _force(trial, axes, later)
        for i in range(3):
            force[i] = 0.5 * (force[i] + later[i])
        step(x[0:3], x[3:6], x[6], force, True, sub)
        for i in range(9):
            middle[i] = 0.5 * (before[i] + x[i])
        drag = lift_axes(middle, axes)
        _transition(middle, axes, drag, sub, keeps, phi)
        multiply_phi(p, phi, 9, scratch)
        walk, wind = air_noise(before, x, sub, p[6, 6])
        q = FREE_NOISE_M2_S3 + wind
        for i in range(3):
            p[3 + i, 3 + i] += q * sub
            p[i, i] += q * sub * sub * sub / 3.0
            p[i, 3 + i] += q * sub * sub / 2.0
            p[3 + i, i] += q * sub * sub / 2.0
        if p[6, 6] < LN_BETA_SIGMA * LN_BETA_SIGMA:
            p[6, 6] += walk
        for a in range(7, 9):
            x[a] *= keeps
            p[a, a] += sigma * sigma * (1.0 - keeps * keeps)
        left -= sub


@njit("void(float64[:,::1],float64[:,:,::1])")
def begin_steered(x: Array, p: Array) -> None:
    """The steered filter of x (2, 9), p (2, 9, 9) begins from the free one: any lift from now on."""
    for i in range(9):
        x[STEERED, i] = x[FREE, i]
        for j in range(9):
            p[STEERED, i, j] = p[FREE, i, j]
    for a in range(7, 9):
        p[STEERED, a, a] = LIFT_AT_FIRST * LIFT_AT_FIRST


@njit("void(float64[:,::1],float64[:,:,::1],float64[::1],float64[::1])")
def compare(x: Array, p: Array, row: Array, told: Array) -> None:
    """Take one look into both filters, x (2, 9) and p (2, 9, 9), in place.

    `told` (4,): 0 time of the states (s), 1 how much better lift explains the looks so far (log likelihood ratio, summed up), 2 lift over drag, 3 its
    sigma along itself. Where the sum falls below `WORST`, it begins anew at zero and the steered filter from the free one.
    """
    dt = row[0] - told[0]
    if dt > 0.0:
        predict_lifted(x[FREE], p[FREE], dt, 0.0)
        predict_lifted(x[STEERED], p[STEERED], dt, LIFT_SIGMA)
        told[0] = row[0]
    free, _, _ = update(x[FREE], p[FREE], 9, row, told[0])
    steered, _, _ = update(x[STEERED], p[STEERED], 9, row, told[0])
    told[1] += min(max(steered - free, -MOST_OF_A_LOOK), MOST_OF_A_LOOK)
    if not told[1] > WORST:
        told[1] = 0.0
        begin_steered(x, p)
    a, b = x[STEERED, 7], x[STEERED, 8]
    lift = math.sqrt(a * a + b * b)
    told[2] = lift
    variance = p[STEERED, 7, 7] * a * a + 2.0 * p[STEERED, 7, 8] * a * b + p[STEERED, 8, 8] * b * b
    told[3] = math.sqrt(max(variance, 0.0)) / (lift + 1e-9)


@njit("boolean(float64[:,::1],float64[::1],float64[:,::1],float64[::1],float64[:,::1])")
def across(rows: Array, x_start: Array, information: Array, force: Array, cov: Array) -> bool:
    """What constant specific force across the velocity the looks of a free flight leave room for, upwards and sideways (m/s2).

    `x_start` (7,) is the batch solution at the time of the first of `rows`, `information` (7, 7) its prior. One step of Gauss and Newton from there, with
    two more unknowns. `force` (2,), `cov` (2, 2). False if the looks leave all open.
    """
    x = x_start.copy()
    total = np.eye(7)
    axes = np.empty((2, 3))
    h, nu, var = np.empty((4, 6)), np.empty(4), np.empty(4)
    line, gradient = np.empty(9), np.zeros(9)
    normal, inverse = np.zeros((9, 9)), np.empty((9, 9))
    normal[:7, :7] = information
    normal[7, 7] = normal[8, 8] = 1.0 / 100.0**2
    now = rows[0, 0]
    for k in range(len(rows)):
        carry(x, rows[k, 0] - now, total, 0.0)
        now = rows[k, 0]
        since = now - rows[0, 0]
        lift_axes(x, axes)
        m = residual(rows[k], x[0:3], x[3:6], h, nu, var)
        for a in range(m):
            for j in range(7):
                line[j] = 0.0
                for i in range(6):
                    line[j] += h[a, i] * total[i, j]
            for b in range(2):
                line[7 + b] = 0.0
                for i in range(3):
                    line[7 + b] += (0.5 * since * since * h[a, i] + since * h[a, 3 + i]) * axes[b, i]
            for i in range(9):
                gradient[i] += line[i] * nu[a] / var[a]
                for j in range(9):
                    normal[i, j] += line[i] * line[j] / var[a]
    if not scaled_inverse(normal, 9, inverse)[0]:
        return False
    for a in range(2):
        force[a] = 0.0
        for j in range(9):
            force[a] += inverse[7 + a, j] * gradient[j]
        for b in range(2):
            cov[a, b] = inverse[7 + a, 7 + b]
    return True
