"""Many tracks at once: the few compiled calls that a look of a sensor costs. Arrays hold all tracks of a tracker; `which` picks rows of them.

States (T, 2, 9), covariances (T, 2, 9, 9) as in `filters`; `free` (T,) the probability of free flight; `time_s` (T,); `mode` (T,): FREE only model 0
is kept, BOTH an IMM of the two, POWERED only model 1 (a track of one plot).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from bongsu.flight.filters import (
    FORCE_SIGMA_M_S2,
    LN_BETA_MEAN,
    LN_BETA_SIGMA,
    combined,
    mix,
    predict,
    score,
    update,
)
from bongsu.geo.frames import altitude_of
from bongsu.geo.kernels import njit

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

FREE = 0
BOTH = 1
POWERED = 2

BURNOUT_PER_S = 1.0 / 60.0  # a stage burns for about a minute or more
IGNITION_PER_S = 1.0 / 300.0  # a further stage, or a body that is steered in the air
BURNS_TO_M = 700_000.0  # nothing known burns higher than this on such flights


@njit("void(float64[:,:,::1],float64[:,:,:,::1],float64[::1],float64[::1],int64[::1],int64[::1],float64)")
def advance(x: Array, p: Array, free: Array, time_s: Array, mode: Integers, which: Integers, now_s: float) -> None:
    """Predict the tracks `which` to `now_s`, in place; a track that is already there or beyond stays."""
    for t in which:
        dt = now_s - time_s[t]
        if dt <= 0.0:
            continue
        if mode[t] == BOTH:
            h = altitude_of(x[t, 0, 0], x[t, 0, 1], x[t, 0, 2])
            ignition = IGNITION_PER_S if h < BURNS_TO_M else 0.0
            free[t] = mix(x[t], p[t], free[t], dt, BURNOUT_PER_S, ignition)
        if mode[t] != POWERED:
            predict(x[t, 0], p[t, 0], False, dt, 1.0)
        if mode[t] != FREE:
            predict(x[t, 1], p[t, 1], True, dt, 1.0)
        time_s[t] = now_s


@njit()
def near(x: Array, p: Array, row: Array, now_s: float) -> bool:
    """A cheap first gate: the plot lies within some sigma of the position, by each measured number alone."""
    rest = row[0] - now_s
    d0, d1, d2 = x[0] + rest * x[3] - row[3], x[1] + rest * x[4] - row[4], x[2] + rest * x[5] - row[5]
    reach = 6.0 * math.sqrt(p[0, 0] + p[1, 1] + p[2, 2]) + abs(rest) * 6.0 * math.sqrt(p[3, 3] + p[4, 4] + p[5, 5])
    along = row[6] * d0 + row[7] * d1 + row[8] * d2
    if along < 0.0 and reach < -along:
        return False
    if not math.isnan(row[1]):
        distance = math.sqrt(d0 * d0 + d1 * d1 + d2 * d2)
        if abs(distance - row[1]) > reach + 6.0 * row[15]:
            return False
    for a in range(2):
        o = 9 + 3 * a
        t = row[o] * d0 + row[o + 1] * d1 + row[o + 2] * d2
        if abs(t) > reach + 6.0 * row[16 + a] * abs(along):
            return False
    return True


@njit()
def pair_likelihood(x: Array, p: Array, free: float, time_s: float, mode: int, row: Array, gate_d2: float) -> float:
    """Log likelihood of a plot under the models (2, 9), (2, 9, 9) of one track, minus infinity outside the gate."""
    total = 0.0
    top = -np.inf
    for m in range(2):
        if (m == 0 and mode == POWERED) or (m == 1 and mode == FREE):
            continue
        if not near(x[m], p[m], row, time_s):
            continue
        ll, d2, _ = score(x[m], p[m], row, time_s)
        if d2 > gate_d2:
            continue
        weight = 1.0
        if mode == BOTH:
            weight = max(free if m == 0 else 1.0 - free, 1e-3)
        value = ll + math.log(weight)
        if top == -np.inf:
            total, top = 1.0, value
        elif value > top:
            total, top = 1.0 + total * math.exp(top - value), value
        else:
            total += math.exp(value - top)
    return top + math.log(total) if total > 0.0 else -np.inf


@njit(
    "void(float64[:,:,::1],float64[:,:,:,::1],float64[::1],float64[::1],int64[::1],int64[::1],float64[:,::1],"
    "float64,float64[:,::1])"
)
def gate(
    x: Array,
    p: Array,
    free: Array,
    time_s: Array,
    mode: Integers,
    which: Integers,
    rows: Array,
    gate_d2: float,
    likelihood: Array,
) -> None:
    """Log likelihood (W, N) of each plot under each track, minus infinity outside the gate."""
    for a in range(len(which)):
        t = which[a]
        for k in range(len(rows)):
            likelihood[a, k] = pair_likelihood(x[t], p[t], free[t], time_s[t], mode[t], rows[k], gate_d2)


@njit(
    "void(float64[:,:,::1],float64[:,:,:,::1],float64[::1],float64[::1],int64[::1],int64[::1],float64[:,::1],"
    "float64[:,::1])"
)
def take(
    x: Array,
    p: Array,
    free: Array,
    time_s: Array,
    mode: Integers,
    which: Integers,
    rows: Array,
    given: Array,
) -> None:
    """Update track `which[k]` with plot `rows[k]`, in place. `given` (K, 3): log likelihood, d2 under free flight (NaN if not kept), count."""
    for k in range(len(which)):
        t = which[k]
        ll0, d20, m0 = -np.inf, np.nan, 0
        ll1 = -np.inf
        if mode[t] != POWERED:
            ll0, d20, m0 = update(x[t, 0], p[t, 0], 7, rows[k], time_s[t])
        if mode[t] != FREE:
            ll1, _, m0 = update(x[t, 1], p[t, 1], 9, rows[k], time_s[t])
        if mode[t] == BOTH:
            if math.isnan(rows[k, 1]):
                ll0 += math.log(0.3)  # an infrared sensor sees what burns; a mild factor, for some see a warm body too
            top = max(ll0, ll1)
            w0 = free[t] * math.exp(ll0 - top)
            w1 = (1.0 - free[t]) * math.exp(ll1 - top)
            free[t] = min(max(w0 / (w0 + w1), 1e-6), 1.0 - 1e-6)
            given[k, 0] = top + math.log(w0 + w1)
        elif mode[t] == FREE:
            given[k, 0] = ll0
        else:
            given[k, 0] = ll1
        given[k, 1] = d20
        given[k, 2] = m0


@njit()
def joined(x: Array, p: Array, weight: float, mean: Array, cov: Array) -> None:
    """Mean (6,) and covariance (6, 6) of the models (2, 9), (2, 9, 9) of one track; `weight` is that of free flight."""
    if 0.0 < weight < 1.0:
        combined(x, p, weight, mean, cov)
        return
    m = 0 if weight == 1.0 else 1
    for i in range(6):
        mean[i] = x[m, i]
        for j in range(6):
            cov[i, j] = p[m, i, j]


@njit("void(float64[:,:,::1],float64[:,:,:,::1],float64[::1],int64[::1],int64[::1],float64[:,::1],float64[:,:,::1])")
def moments(x: Array, p: Array, free: Array, mode: Integers, which: Integers, mean: Array, cov: Array) -> None:
    """Mean (W, 6) and covariance (W, 6, 6) of the tracks `which`, their models joined."""
    for a in range(len(which)):
        t = which[a]
        weight = free[t]
        if mode[t] == FREE:
            weight = 1.0
        elif mode[t] == POWERED:
            weight = 0.0
        joined(x[t], p[t], weight, mean[a], cov[a])


@njit()
def _reach(row: Array, altitude_m: float) -> tuple[float, float]:
    """Distance (m) along a line of sight to `altitude_m`, and how fast the height changes along it there (absolute).

    From above: where it comes down to that height; from below: where it rises to it. A line that passes by: its nearest point to the Earth.
    """
    middle = -(row[3] * row[6] + row[4] * row[7] + row[5] * row[8])
    here = altitude_of(row[3], row[4], row[5])
    sign = 1.0 if here > altitude_m else -1.0
    low = 0.0
    high = max(middle, 0.0) if sign > 0.0 else 5.0e6
    if sign > 0.0 and altitude_of(row[3] + high * row[6], row[4] + high * row[7], row[5] + high * row[8]) > altitude_m:
        return high, 0.05
    for _ in range(60):
        d = 0.5 * (low + high)
        h = altitude_of(row[3] + d * row[6], row[4] + d * row[7], row[5] + d * row[8])
        if sign * (h - altitude_m) > 0.0:
            low = d
        else:
            high = d
    d = 0.5 * (low + high)
    a = altitude_of(row[3] + d * row[6], row[4] + d * row[7], row[5] + d * row[8])
    b = altitude_of(row[3] + (d + 10.0) * row[6], row[4] + (d + 10.0) * row[7], row[5] + (d + 10.0) * row[8])
    return d, abs(b - a) / 10.0


@njit("void(float64[:,:,::1],float64[:,:,:,::1],int64,float64[::1],float64,float64,float64)")
def begin(
    x: Array, p: Array, t: int, row: Array, speed_sigma_m_s: float, altitude_m: float, altitude_sigma_m: float
) -> None:
    """Start track `t` from one plot: velocity 0 +- `speed_sigma_m_s`, force 0 +- 40 m/s2, ln beta by its prior.

    Without a range the place is where the line of sight comes to `altitude_m`, +- `altitude_sigma_m` of height along it.
    """
    r = np.empty(3)
    distance = row[1]
    sigma_along = row[15]
    if math.isnan(distance):
        distance, slope = _reach(row, altitude_m)
        sigma_along = altitude_sigma_m / max(slope, 0.05)
    for i in range(3):
        r[i] = row[3 + i] + distance * row[6 + i]
    across_1 = row[16] * distance
    across_2 = row[17] * distance
    for m in range(2):
        for i in range(9):
            x[t, m, i] = 0.0
            for j in range(9):
                p[t, m, i, j] = 0.0
        for i in range(3):
            x[t, m, i] = r[i]
            for j in range(3):
                p[t, m, i, j] = (
                    sigma_along * sigma_along * row[6 + i] * row[6 + j]
                    + across_1 * across_1 * row[9 + i] * row[9 + j]
                    + across_2 * across_2 * row[12 + i] * row[12 + j]
                )
            p[t, m, 3 + i, 3 + i] = speed_sigma_m_s * speed_sigma_m_s
    x[t, 0, 6] = LN_BETA_MEAN
    p[t, 0, 6, 6] = LN_BETA_SIGMA * LN_BETA_SIGMA
    for i in range(6, 9):
        p[t, 1, i, i] = FORCE_SIGMA_M_S2 * FORCE_SIGMA_M_S2


@njit(
    "void(float64[:,:,::1],float64[:,:,:,::1],float64[::1],int64[::1],int64[::1],float64[::1],float64[::1],"
    "float64,float64,float64[::1])"
)
def covered(
    x: Array,
    p: Array,
    free: Array,
    mode: Integers,
    which: Integers,
    sensor_ecef_m: Array,
    sensor_up: Array,
    min_sine: float,
    max_range_m: float,
    chance: Array,
) -> None:
    """Whether a sensor must see each track of `which` (W,): 1 surely covered by two sigma on every side, 0 surely not, 0.5 in doubt.

    Covered: above its least elevation (`min_sine`) and the horizon of the Earth, within its range.
    """
    for a in range(len(which)):
        t = which[a]
        m = 1 if mode[t] == POWERED or (mode[t] == BOTH and free[t] < 0.5) else 0
        d = np.empty(3)
        for i in range(3):
            d[i] = x[t, m, i] - sensor_ecef_m[i]
        distance = math.sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2])
        sine = (d[0] * sensor_up[0] + d[1] * sensor_up[1] + d[2] * sensor_up[2]) / distance
        spread = 2.0 * math.sqrt(p[t, m, 0, 0] + p[t, m, 1, 1] + p[t, m, 2, 2])
        margin = spread / distance + 1e-3
        chance[a] = 1.0
        if sine < min_sine - margin or distance > max_range_m + spread:
            chance[a] = 0.0
        elif sine < min_sine + margin or distance > max_range_m - spread:
            chance[a] = 0.5
        along = -(sensor_ecef_m[0] * d[0] + sensor_ecef_m[1] * d[1] + sensor_ecef_m[2] * d[2]) / distance
        if (
            0.0 < along < distance
        ):  # the line of sight passes its lowest point before the object: is that above the ground?
            f = along / distance
            low = altitude_of(sensor_ecef_m[0] + f * d[0], sensor_ecef_m[1] + f * d[1], sensor_ecef_m[2] + f * d[2])
            if low < -spread * f:
                chance[a] = 0.0
            elif (
                low < spread * f + 500.0 and altitude_of(sensor_ecef_m[0], sensor_ecef_m[1], sensor_ecef_m[2]) > 1000.0
            ):
                chance[a] = min(chance[a], 0.5)


@njit("float64(float64[::1],float64[:,::1],float64[::1],float64)")
def update_free(x: Array, p: Array, row: Array, now_s: float) -> float:
    """One plot into one free flight `x` (9,), `p` (9, 9), in place: predicted to the plot's time, then updated; gives d2."""
    if row[0] > now_s:
        predict(x, p, False, row[0] - now_s, 1.0)
    _, d2, _ = update(x, p, 7, row, row[0])
    return d2
