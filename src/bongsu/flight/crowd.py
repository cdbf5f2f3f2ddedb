"""What one look costs when there are many tracks: which plots may be of which track, and what is told of them, each in one compiled call.

Arrays as in `tables`. Pairs are found without looking at every plot for every track: plots stand in order of range, and a track looks only at those that its
own range and spread allow. So the cost grows with the pairs that are possible, not with tracks times plots.
Tests: tests/flight/test_crowd.py (against every pair tried).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from bongsu.flight.tables import FREE, POWERED, joined, near, pair_likelihood
from bongsu.geo.frames import altitude_of
from bongsu.geo.kernels import njit

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

BOOST = 0
COAST = 1
REENTRY = 2
_SURELY_FREE = 0.9
_LOW_M = 6.5e6  # from the Earth's middle: only below this is an altitude worked out
_REENTRY_M = 100_000.0


@njit()
def _first_at_least(rows: Array, order: Integers, count: int, range_m: float) -> int:
    """Place in `order` (by range) of the first plot at least so far away."""
    low, high = 0, count
    while low < high:
        middle = (low + high) // 2
        if rows[order[middle], 1] < range_m:
            low = middle + 1
        else:
            high = middle
    return low


@njit()
def _listed_once(listed: Integers, count: int, k: int) -> int:
    """Put `k` into the first `count` of `listed`, which are in order, unless it is there; gives their count then."""
    place = count
    while place > 0 and listed[place - 1] >= k:
        if listed[place - 1] == k:
            return count
        place -= 1
    for i in range(count, place, -1):
        listed[i] = listed[i - 1]
    listed[place] = k
    return count + 1


@njit(
    "int64(float64[:,:,::1],float64[:,:,:,::1],float64[::1],float64[::1],int64[::1],int64[::1],float64[:,::1],"
    "int64[::1],float64,int64[:,::1],float64[::1])"
)
def candidates(
    x: Array,
    p: Array,
    free: Array,
    time_s: Array,
    mode: Integers,
    which: Integers,
    rows: Array,
    order: Integers,
    gate_d2: float,
    pairs: Integers,
    likelihood: Array,
) -> int:
    """Pairs (K, 2) of a place in `which` and one in `rows` within the gate, by track and then by plot, and the log likelihood (K,) of each; gives their count.

    `order`: places of the rows of one sensor by range, those without a range (NaN) last. A count beyond the room in `pairs` means: come again with more.
    """
    count = len(rows)
    ranged = count
    while ranged > 0 and math.isnan(rows[order[ranged - 1], 1]):
        ranged -= 1
    least_s, most_s, sigma_m = np.inf, -np.inf, 0.0
    for k in range(count):
        least_s = min(least_s, rows[k, 0])
        most_s = max(most_s, rows[k, 0])
        sigma_m = max(sigma_m, rows[k, 15])
    found = 0
    listed = np.empty(count, np.int64)
    for a in range(len(which)):
        t = which[a]
        rest = max(abs(least_s - time_s[t]), abs(most_s - time_s[t]))
        near_count = 0
        for m in range(2):
            if (m == 0 and mode[t] == POWERED) or (m == 1 and mode[t] == FREE):
                continue
            first, last = 0, 0
            if ranged > 0:
                d0, d1, d2 = x[t, m, 0] - rows[0, 3], x[t, m, 1] - rows[0, 4], x[t, m, 2] - rows[0, 5]
                distance = math.sqrt(d0 * d0 + d1 * d1 + d2 * d2)
                speed = math.sqrt(x[t, m, 3] ** 2 + x[t, m, 4] ** 2 + x[t, m, 5] ** 2)
                reach = 6.0 * math.sqrt(p[t, m, 0, 0] + p[t, m, 1, 1] + p[t, m, 2, 2]) + 6.0 * sigma_m
                reach += rest * (speed + 6.0 * math.sqrt(p[t, m, 3, 3] + p[t, m, 4, 4] + p[t, m, 5, 5]))
                first = _first_at_least(rows, order, ranged, distance - reach)
                last = first
                while last < ranged and rows[order[last], 1] <= distance + reach:
                    last += 1
            for place in range(first, last):
                if near(x[t, m], p[t, m], rows[order[place]], time_s[t]):
                    near_count = _listed_once(listed, near_count, order[place])
            for place in range(ranged, count):
                if near(x[t, m], p[t, m], rows[order[place]], time_s[t]):
                    near_count = _listed_once(listed, near_count, order[place])
        for place in range(near_count):
            k = listed[place]
            value = pair_likelihood(x[t], p[t], free[t], time_s[t], mode[t], rows[k], gate_d2)
            if value > -np.inf:
                if found < len(pairs):
                    pairs[found, 0], pairs[found, 1] = a, k
                    likelihood[found] = value
                found += 1
    return found


@njit(
    "void(float64[:,:,::1],float64[:,:,:,::1],float64[::1],int64[::1],boolean[::1],int64[::1],float64[:,:,::1],"
    "float64[:,:,::1],float64[:,::1],int64[::1])"
)
def told(
    x: Array, p: Array, free: Array, mode: Integers, locked: NDArray[np.bool_], which: Integers, mean: Array,
    cov: Array, drag: Array, phase: Integers,
) -> None:  # fmt: skip
    """What a track's line says: `mean` (W, 2, 3), `cov` (W, 6, 6), ln beta and its row of the covariance in `drag` (W, 8), the phase's number (W,).

    `locked` (W,): free flight is believed, and the free model alone speaks.
    """
    both = np.empty(6)
    for a in range(len(which)):
        t = which[a]
        weight = free[t]
        if locked[a] or mode[t] == FREE:
            weight = 1.0
        elif mode[t] == POWERED:
            weight = 0.0
        joined(x[t], p[t], weight, both, cov[a])
        for i in range(3):
            mean[a, 0, i], mean[a, 1, i] = both[i], both[3 + i]
        drag[a, 0] = x[t, 0, 6]
        for i in range(7):
            drag[a, 1 + i] = p[t, 0, 6, i]
        phase[a] = COAST
        if not locked[a]:
            phase[a] = BOOST if free[t] < _SURELY_FREE else COAST
        elif both[0] * both[3] + both[1] * both[4] + both[2] * both[5] < 0.0:
            radius2 = both[0] * both[0] + both[1] * both[1] + both[2] * both[2]
            if radius2 < _LOW_M * _LOW_M and altitude_of(both[0], both[1], both[2]) < _REENTRY_M:
                phase[a] = REENTRY
