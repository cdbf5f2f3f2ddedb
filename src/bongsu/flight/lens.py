"""Moments of a state whose spread is thin along a sensor's range and wide across it, like a contact lens.

The best fit in Cartesian coordinates comes with the covariance of the plane that touches the lens. The lens is curved, and where its depth exceeds the
noise of range the flat covariance is overconfident, be the fit perfect. Velocity is bent likewise. In range, angles, and speed and direction across, the
posterior is a Gaussian, so the covariance goes there and comes back with its second-order terms: mean + tr(H P) / 2, covariance J P J' + tr(H P H P) / 2.
Test: tests/flight/test_filters.py (errors as large as they say for 1 m of range and 5 mrad).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from bongsu.flight.linear import cholesky, solve
from bongsu.geo.kernels import njit

Array = NDArray[np.float64]

DIRECTION_SIGMA = 0.4  # rad: a direction of motion that is less sure takes no second order
FARTHEST_RAD = 0.3


@njit()
def _to_cartesian(q: Array, axes: Array, polar: bool, out: Array) -> None:
    """Line of sight and its rate (6,) from range, two angles about the first of `axes` (3, 3), the rate of range and the motion across.

    Motion across is the rates of the angles (rad/s) or, `polar`, its speed (m/s) and its direction from the second of the axes (rad).
    """
    rate_1, rate_2 = q[4], q[5]
    if polar:
        rate_1, rate_2 = q[4] * math.cos(q[5]) / q[0], q[4] * math.sin(q[5]) / q[0]
    theta2 = q[1] * q[1] + q[2] * q[2]
    theta = math.sqrt(theta2)
    c = math.cos(theta)
    sinc = math.sin(theta) / theta if theta > 1e-4 else 1.0 - theta2 / 6.0
    slope = (c - sinc) / theta2 if theta > 1e-3 else -1.0 / 3.0 + theta2 / 30.0
    turn = q[1] * rate_1 + q[2] * rate_2
    for i in range(3):
        d = c * axes[0, i] + sinc * (q[1] * axes[1, i] + q[2] * axes[2, i])
        rate = -sinc * turn * axes[0, i] + sinc * (rate_1 * axes[1, i] + rate_2 * axes[2, i])
        rate += slope * turn * (q[1] * axes[1, i] + q[2] * axes[2, i])
        out[i] = q[0] * d
        out[3 + i] = q[3] * d + q[0] * rate


@njit()
def axes_of(line: Array, axes: Array) -> float:
    """Unit line of sight and two units across it into `axes`; gives the distance."""
    distance = math.sqrt(line[0] * line[0] + line[1] * line[1] + line[2] * line[2])
    for i in range(3):
        axes[0, i] = line[i] / distance
    least = 0
    for i in range(1, 3):
        if abs(axes[0, i]) < abs(axes[0, least]):
            least = i
    dot = axes[0, least]
    norm = math.sqrt(max(1.0 - dot * dot, 1e-12))
    for i in range(3):
        axes[1, i] = ((1.0 if i == least else 0.0) - dot * axes[0, i]) / norm
    axes[2, 0] = axes[0, 1] * axes[1, 2] - axes[0, 2] * axes[1, 1]
    axes[2, 1] = axes[0, 2] * axes[1, 0] - axes[0, 0] * axes[1, 2]
    axes[2, 2] = axes[0, 0] * axes[1, 1] - axes[0, 1] * axes[1, 0]
    return distance


@njit()
def _derivatives(q: Array, axes: Array, polar: bool, steps: Array, slope: Array, bend: Array) -> None:
    """First (6, 6) and second (6, 6, 6) derivatives of the Cartesian state by range, angles and rates."""
    low, high, both, base = np.empty(6), np.empty(6), np.empty(6), np.empty(6)
    far, moved = np.empty(6), q.copy()
    _to_cartesian(q, axes, polar, base)
    for a in range(6):
        moved[a] = q[a] + steps[a]
        _to_cartesian(moved, axes, polar, high)
        moved[a] = q[a] - steps[a]
        _to_cartesian(moved, axes, polar, low)
        moved[a] = q[a]
        for i in range(6):
            slope[i, a] = (high[i] - low[i]) / (2.0 * steps[a])
            bend[i, a, a] = (high[i] + low[i] - 2.0 * base[i]) / (steps[a] * steps[a])
    for a in range(6):
        for b in range(a):
            moved[a], moved[b] = q[a] + steps[a], q[b] + steps[b]
            _to_cartesian(moved, axes, polar, both)
            moved[a], moved[b] = q[a] - steps[a], q[b] - steps[b]
            _to_cartesian(moved, axes, polar, far)
            moved[a] = q[a] + steps[a]
            _to_cartesian(moved, axes, polar, high)
            moved[a], moved[b] = q[a] - steps[a], q[b] + steps[b]
            _to_cartesian(moved, axes, polar, low)
            moved[a], moved[b] = q[a], q[b]
            for i in range(6):
                h = (both[i] + far[i] - high[i] - low[i]) / (4.0 * steps[a] * steps[b])
                bend[i, a, b] = h
                bend[i, b, a] = h


@njit()
def _turn_to_motion(x: Array, p: Array, axes: Array) -> bool:
    """Turn the last two axes so that the first of them lies along the motion across; False, and nothing done, where its direction is not known.

    Precise ranges tell its speed, by how the range bends, far better than poor angles tell its direction: the spread of velocities is an arc.
    """
    a, b, spread = 0.0, 0.0, 0.0
    for i in range(3):
        a += axes[1, i] * x[3 + i]
        b += axes[2, i] * x[3 + i]
        for j in range(3):
            spread += (axes[1, i] * axes[1, j] + axes[2, i] * axes[2, j]) * p[3 + i, 3 + j]
    speed = math.hypot(a, b)
    if spread > (DIRECTION_SIGMA * speed) ** 2:
        return False
    for i in range(3):
        along = (a * axes[1, i] + b * axes[2, i]) / speed
        axes[2, i] = (a * axes[2, i] - b * axes[1, i]) / speed
        axes[1, i] = along
    return True


@njit()
def _bent(x: Array, p: Array, distance: float, axes: Array, q: Array, steps: Array) -> bool:
    """Bent coordinates `q` (6,) of a state and steps to differ by; whether its motion across is taken as polar (`axes` turn along it)."""
    polar = _turn_to_motion(x, p, axes)
    q[0] = distance
    for i in range(3):
        q[3] += axes[0, i] * x[3 + i]
        q[4] += axes[1, i] * x[3 + i] / distance
        q[5] += axes[2, i] * x[3 + i] / distance
    steps[:4] = np.array([1.0, 1e-4, 1e-4, 1.0])
    steps[4] = steps[5] = 1e-5
    if polar:
        q[4], q[5] = q[4] * distance, 0.0
        steps[4], steps[5] = 1.0, 1e-3
    return polar


@njit()
def bent_step(x: Array, shift: Array, place: Array, out: Array) -> None:
    """A state (7,) moved by `shift` (7,), which is linear at it, along the lens seen from `place` (3,): at once where straight steps crawl."""
    line, axes, q, moved = np.empty(3), np.empty((3, 3)), np.zeros(6), np.empty(6)
    for i in range(3):
        line[i] = x[i] - place[i]
    distance = axes_of(line, axes)
    steps = np.empty(6)
    spread = np.zeros((6, 6))
    for i in range(3):
        spread[3 + i, 3 + i] = shift[3 + i] * shift[3 + i]
    polar = _bent(x, spread, distance, axes, q, steps)
    slope, bend = np.empty((6, 6)), np.empty((6, 6, 6))
    _derivatives(q, axes, polar, steps, slope, bend)
    back = _inverse_of_square(slope)
    far = 0.0
    for a in range(6):
        moved[a] = q[a]
        for i in range(6):
            moved[a] += back[a, i] * shift[i]
        if a == 1 or a == 2:
            far = max(far, abs(moved[a]))
    out[6] = x[6] + shift[6]
    if far > FARTHEST_RAD or moved[0] < 0.5 * distance:
        for i in range(6):
            out[i] = x[i] + shift[i]
        return
    _to_cartesian(moved, axes, polar, out)
    for i in range(3):
        out[i] += place[i]


@njit()
def curved_moments(x: Array, p: Array, place: Array) -> None:
    """Turn state (7,) and covariance (7, 7) from those of the touching plane into the moments of the lens seen from `place` (3,), in place.

    Nothing is changed where the lens is flat against its own thickness, or where the spread is too wide for second order.
    """
    line = np.empty(3)
    for i in range(3):
        line[i] = x[i] - place[i]
    axes = np.empty((3, 3))
    distance = axes_of(line, axes)
    across = 0.0
    for a in range(1, 3):
        for i in range(3):
            for j in range(3):
                across += axes[a, i] * p[i, j] * axes[a, j]
    if across > (0.2 * distance) ** 2:
        return
    q, steps = np.zeros(6), np.empty(6)
    polar = _bent(x, p, distance, axes, q, steps)
    slope, bend = np.empty((6, 6)), np.empty((6, 6, 6))
    _derivatives(q, axes, polar, steps, slope, bend)
    back = _inverse_of_square(slope)
    spherical = np.zeros((6, 6))
    for a in range(6):
        for b in range(6):
            s = 0.0
            for i in range(6):
                for j in range(6):
                    s += back[a, i] * p[i, j] * back[b, j]
            spherical[a, b] = s
    product = np.empty((6, 6, 6))
    for i in range(6):
        shift = 0.0
        for a in range(6):
            for b in range(6):
                s = 0.0
                for c in range(6):
                    s += bend[i, a, c] * spherical[c, b]
                product[i, a, b] = s
            shift += product[i, a, a]
        x[i] += 0.5 * shift
    for i in range(6):
        for j in range(i + 1):
            s = 0.0
            for a in range(6):
                for b in range(6):
                    s += product[i, a, b] * product[j, b, a]
            p[i, j] += 0.5 * s
            if i != j:
                p[j, i] = p[i, j]


@njit()
def _inverse_of_square(m: Array) -> Array:
    """Inverse of a well-conditioned (6, 6) matrix of mixed units by its normal equations, rows and columns scaled."""
    n = 6
    scale = np.empty(n)
    scaled = np.empty((n, n))
    for j in range(n):
        s = 0.0
        for i in range(n):
            s += m[i, j] * m[i, j]
        scale[j] = 1.0 / math.sqrt(s)
        for i in range(n):
            scaled[i, j] = m[i, j] * scale[j]
    normal = np.zeros((n, n))
    for a in range(n):
        for b in range(n):
            for i in range(n):
                normal[a, b] += scaled[i, a] * scaled[i, b]
    out = np.empty((n, n))
    cholesky(normal, n)
    column = np.empty(n)
    for k in range(n):
        for a in range(n):
            column[a] = scaled[k, a]
        solve(normal, column, n)
        for a in range(n):
            out[a, k] = column[a] * scale[a]
    return out
