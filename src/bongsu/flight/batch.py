"""Start of a free flight in batch: all looks of its first part solved together (maximum a posteriori, Gauss-Newton).

A one-pass filter is overconfident when range is precise and angles are poor: its first updates are linear about a poor mean, and what they threw
away never comes back. Here every look is linearised about the same path, again and again, and the result is handed to the filter.
State (7,): position, velocity (ECEF, m, m/s), ln beta. Prior as an information matrix, so that "nothing known" is zero.
Test: tests/flight/test_batch.py (against the posterior of a dense least-squares solution).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from bongsu.flight.dynamics import rates, step, step_length, transition
from bongsu.flight.lens import axes_of, bent_step, curved_moments
from bongsu.flight.linear import cholesky, damped_step, scaled_inverse, solve
from bongsu.flight.looks import residual
from bongsu.geo.frames import altitude_of
from bongsu.geo.kernels import njit

Array = NDArray[np.float64]

LINE_S = 20.0
TURNS = np.array([0.0, 0.12, -0.12, 0.25, -0.25, 0.4, -0.4, 0.7, -0.7])  # rad
FAR_COST = 4.5  # squared residuals a look, about 3 for a good guess, from which on another one is tried


@njit()
def carry(x: Array, dt: float, total: Array, push: float) -> None:
    """Move a free flight (7,) over `dt` seconds (either sign), in place, and multiply its transition onto `total` (7, 7).

    `push` is a constant specific force (m/s2) along the velocity: 0 for free flight, else to try whether it still burns.
    """
    phi = np.empty((7, 7))
    fresh = np.empty((7, 7))
    force = np.zeros(3)
    middle_r = np.empty(3)
    middle_v = np.empty(3)
    left = dt
    while left != 0.0:
        h = altitude_of(x[0], x[1], x[2])
        speed = math.sqrt(x[3] * x[3] + x[4] * x[4] + x[5] * x[5])
        sub = step_length(h, speed, abs(left), x[6])
        if abs(left) - sub < 1e-9:
            sub = abs(left)
        sub = math.copysign(sub, left)
        airborne = h < 170_000.0
        for i in range(3):
            middle_r[i] = x[i]
            middle_v[i] = x[3 + i]
            force[i] = push * x[3 + i] / max(speed, 1.0)
        step(x[0:3], x[3:6], x[6], force, airborne, sub)
        for i in range(3):
            middle_r[i] = 0.5 * (middle_r[i] + x[i])
            middle_v[i] = 0.5 * (middle_v[i] + x[3 + i])
        transition(middle_r, middle_v, x[6], airborne, sub, 7, phi)
        for i in range(7):
            for j in range(7):
                s = 0.0
                for k in range(7):
                    s += phi[i, k] * total[k, j]
                fresh[i, j] = s
        for i in range(7):
            for j in range(7):
                total[i, j] = fresh[i, j]
        left -= sub
        if abs(left) < 1e-9:
            left = 0.0


@njit()
def _normal_equations(
    rows: Array, x0: Array, start_s: float, push: float, information: Array, gradient: Array
) -> float:
    """Add the looks' information and gradient about the path from `x0`; gives the sum of squared residuals."""
    x = x0.copy()
    total = np.zeros((7, 7))
    for i in range(7):
        total[i, i] = 1.0
    h = np.empty((4, 6))
    nu = np.empty(4)
    var = np.empty(4)
    line = np.empty(7)
    cost = 0.0
    now = start_s
    for k in range(len(rows)):
        carry(x, rows[k, 0] - now, total, push)
        now = rows[k, 0]
        m = residual(rows[k], x[0:3], x[3:6], h, nu, var)
        for a in range(m):
            for j in range(7):
                s = 0.0
                for i in range(6):
                    s += h[a, i] * total[i, j]
                line[j] = s
            weight = 1.0 / var[a]
            cost += nu[a] * nu[a] * weight
            for i in range(7):
                gradient[i] += line[i] * nu[a] * weight
                for j in range(7):
                    information[i, j] += line[i] * line[j] * weight
    return cost


@njit()
def _ranged(rows: Array) -> int:
    """The last of the rows with a range, or -1."""
    for k in range(len(rows) - 1, -1, -1):
        if not math.isnan(rows[k, 1]):
            return k
    return -1


@njit()
def _better_guess(rows: Array, start_s: float, push: float, guess: Array, out: Array) -> None:
    """`guess` (7,), or where the looks agree badly with it what they agree with best of some others: a straight fall through the ranged places of the first
    `LINE_S`, and the paths of `_ring`.

    A filter that was led astray by poor angles and precise ranges may be kilometres a second off; from there the rounds would run out.
    """
    for i in range(7):
        out[i] = guess[i]
    best = _normal_equations(rows, guess, start_s, push, np.zeros((7, 7)), np.zeros(7))
    if best < FAR_COST * len(rows):
        return
    count, s1, s2 = 0.0, 0.0, 0.0
    a, b = np.zeros(3), np.zeros(3)
    begin = rows[0, 0]
    for k in range(len(rows)):
        t = rows[k, 0] - start_s
        if rows[k, 0] - begin > LINE_S:
            break
        if math.isnan(rows[k, 1]):
            continue
        count += 1.0
        s1 += t
        s2 += t * t
        radius2 = 0.0
        for i in range(3):
            radius2 += (rows[k, 3 + i] + rows[k, 1] * rows[k, 6 + i]) ** 2
        g = 3.986e14 / (radius2 * math.sqrt(radius2))
        for i in range(3):
            place = rows[k, 3 + i] + rows[k, 1] * rows[k, 6 + i]
            place += 0.5 * g * place * t * t
            a[i] += place
            b[i] += place * t
    spread = count * s2 - s1 * s1
    if count < 4.0 or spread < 1.0:
        return
    line = guess.copy()
    for i in range(3):
        line[3 + i] = (count * b[i] - s1 * a[i]) / spread
        line[i] = (a[i] - line[3 + i] * s1) / count
    best = _keep_better(rows, start_s, push, line, best, out)
    around = np.empty((len(TURNS), 7))
    if _ring(rows, start_s, line, around):
        for k in range(len(TURNS)):
            best = _keep_better(rows, start_s, push, around[k], best, out)


@njit()
def _keep_better(rows: Array, start_s: float, push: float, trial: Array, best: float, out: Array) -> float:
    """Take `trial` into `out` if its squared residuals are less than `best`; gives the lesser."""
    cost = _normal_equations(rows, trial, start_s, push, np.zeros((7, 7)), np.zeros(7))
    if cost < best:
        for i in range(7):
            out[i] = trial[i]
        return cost
    return best


@njit()
def _ring(rows: Array, start_s: float, line: Array, around: Array) -> bool:
    """States (9, 7) whose range goes as one sensor saw it, with the motion across in directions about that of `line`.

    How the range bends tells the speed across; poor angles leave its direction open, and the rounds may end at the wrong one.
    """
    number = rows[0, 19]
    last = 0
    for k in range(len(rows)):
        if rows[k, 0] - rows[0, 0] <= LINE_S:
            last = k
    middle_s = 0.5 * (rows[0, 0] + rows[last, 0])  # there a parabola tells the range's second derivative without bias
    a, b = np.zeros((3, 3)), np.zeros(3)
    count = 0
    for k in range(last + 1):
        if rows[k, 19] != number or math.isnan(rows[k, 1]):
            continue
        count += 1
        t = rows[k, 0] - middle_s
        for i in range(3):
            b[i] += t**i * (rows[k, 1] - rows[0, 1])
            for j in range(3):
                a[i, j] += t ** (i + j)
    if count < 5 or not cholesky(a, 3):
        return False
    solve(a, b, 3)
    center, axes, sight, none = line.copy(), np.empty((3, 3)), np.empty(3), np.eye(7)
    carry(center, middle_s - start_s, none, 0.0)
    for i in range(3):
        sight[i] = center[i] - rows[0, 3 + i]
    axes_of(sight, axes)
    distance = rows[0, 1] + b[0]
    turn = math.atan2(
        center[3] * axes[2, 0] + center[4] * axes[2, 1] + center[5] * axes[2, 2],
        center[3] * axes[1, 0] + center[4] * axes[1, 1] + center[5] * axes[1, 2],
    )
    for k in range(len(TURNS)):
        trial = around[k]
        c, s = math.cos(turn + TURNS[k]), math.sin(turn + TURNS[k])
        trial[:] = center
        for _ in range(3):  # how gravity and the Earth's turning bend the range depends on the motion itself
            ax, ay, az = rates(center[0], center[1], center[2], trial[3], trial[4], trial[5], 0.0, False)
            speed2 = distance * (2.0 * b[2] - ax * axes[0, 0] - ay * axes[0, 1] - az * axes[0, 2])
            if not (distance > 0.0 and speed2 > 0.0):
                return False
            speed = math.sqrt(speed2)
            for i in range(3):
                trial[i] = rows[0, 3 + i] + distance * axes[0, i]
                trial[3 + i] = b[1] * axes[0, i] + speed * (c * axes[1, i] + s * axes[2, i])
        carry(trial, start_s - middle_s, none, 0.0)
    return True


@njit()
def solve_free_flight(
    rows: Array,
    start_s: float,
    prior_x: Array,
    prior_information: Array,
    guess: Array,
    x: Array,
    p: Array,
    rounds: int,
    push: float,
) -> float:
    """MAP state `x` (7,) and covariance `p` (7, 7) at `start_s`; gives the cost (squared residuals and prior), or infinity if it failed.

    `rows` in time order, none before `start_s` by more than the prior allows. Gauss-Newton with Levenberg's damping when a round does not help.
    """
    for i in range(7):
        x[i] = guess[i]
    best = np.inf
    damping = 0.0
    trial = x.copy()
    information = np.empty((7, 7))
    gradient = np.empty(7)
    kept_information = np.zeros((7, 7))
    kept_gradient = np.zeros(7)
    shift = np.empty(7)
    ranged = _ranged(rows)
    if ranged >= 0:
        _better_guess(rows, start_s, push, x, trial)
        for i in range(7):
            x[i] = trial[i]
    for _ in range(rounds):
        for i in range(7):
            s = 0.0
            for j in range(7):
                information[i, j] = prior_information[i, j]
                s += prior_information[i, j] * (prior_x[j] - trial[j])
            gradient[i] = s
        cost = 0.0
        for i in range(7):
            cost += gradient[i] * (prior_x[i] - trial[i])
        cost += _normal_equations(rows, trial, start_s, push, information, gradient)
        gain = best - cost
        if cost < best:
            best = cost
            for i in range(7):
                x[i] = trial[i]
            kept_information[:, :] = information
            kept_gradient[:] = gradient
            damping *= 0.1
            if damping < 1e-6:
                damping = 0.0
        else:
            damping = max(damping * 10.0, 1e-3)
        if gain >= 0.0 and gain < 1e-3 and damping < 1e-2:
            break
        if not damped_step(kept_information, kept_gradient, 7, damping, shift):
            return np.inf
        if ranged >= 0:
            bent_step(x, shift, rows[ranged, 3:6], trial)
        else:
            for i in range(7):
                trial[i] = x[i] + shift[i]
        if abs(trial[6] - prior_x[6]) > 3.0:
            trial[6] = prior_x[6] + math.copysign(3.0, trial[6] - prior_x[6])
    if not scaled_inverse(kept_information, 7, p)[0]:
        return np.inf
    return best


@njit(
    "float64(float64[:,::1],float64,float64[::1],float64[:,::1],float64[::1],float64[::1],float64[:,::1],"
    "float64[::1],float64[:,::1],int64,float64)"
)
def batch_start(
    rows: Array,
    start_s: float,
    prior_x: Array,
    prior_information: Array,
    guess: Array,
    x_start: Array,
    p_start: Array,
    x_end: Array,
    p_end: Array,
    rounds: int,
    push: float,
) -> float:
    """`solve_free_flight`, its result at `start_s` and carried to the last look's time as well."""
    cost = solve_free_flight(rows, start_s, prior_x, prior_information, guess, x_start, p_start, rounds, push)
    if not cost < np.inf:
        return cost
    total = np.zeros((7, 7))
    for i in range(7):
        total[i, i] = 1.0
        x_end[i] = x_start[i]
    carry(x_end, rows[len(rows) - 1, 0] - start_s, total, push)
    for i in range(7):
        for j in range(7):
            s = 0.0
            for k in range(7):
                for m in range(7):
                    s += total[i, k] * p_start[k, m] * total[j, m]
            p_end[i, j] = s
    ranged = _ranged(rows)
    if ranged >= 0:
        curved_moments(x_end, p_end, rows[ranged, 3:6])
    return cost


@njit("void(float64[::1],float64[:,::1],float64)")
def carry_state(x: Array, p: Array, dt: float) -> None:
    """Carry a free flight `x` (7,), `p` (7, 7) over `dt` seconds, forward or back, in place and without process noise."""
    total = np.zeros((7, 7))
    for i in range(7):
        total[i, i] = 1.0
    carry(x, dt, total, 0.0)
    half = np.empty((7, 7))
    for i in range(7):
        for j in range(7):
            s = 0.0
            for k in range(7):
                s += total[i, k] * p[k, j]
            half[i, j] = s
    for i in range(7):
        for j in range(7):
            s = 0.0
            for k in range(7):
                s += half[i, k] * total[j, k]
            p[i, j] = s
