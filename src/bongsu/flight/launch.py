"""Launch point and time from looks at the powered phase and, once there is one, the state of the free flight after it.

The ascent is described by 21 numbers: place (east, north of a reference), time, ln burn time, the final tilt from the vertical as a vector (east,
north), a slow yaw, ln of the acceleration along the path at 8 moments and ln of the shape of the turn at 6. Templates of one, two and three
stages (`boost_table`) are priors for the last 15; they are wide on purpose, so the ellipse is true when no template is. All looks are solved
together for each template (maximum a posteriori, Gauss-Newton with damping) and the three results are joined by their evidence.
Never a path flown backwards without thrust. Tests: tests/flight/test_launch.py.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from bongsu.flight.boost_table import COVARIANCES, MEANS
from bongsu.flight.dynamics import step
from bongsu.flight.linear import damped_step, scaled_inverse
from bongsu.flight.looks import residual
from bongsu.geo.frames import geodetic_of
from bongsu.geo.kernels import njit

Array = NDArray[np.float64]

NUMBERS = 21
TEMPLATES = 3
LOOKS_COUNT = (
    64  # looks that one solution takes; more are thinned evenly, for a fit of 21 numbers gains nothing from them
)
_KNOTS = 8
_PARTS = 8  # pieces of each interval between knots
_NODES = (_KNOTS - 1) * _PARTS + 1
_MODEL_SIGMA_M = 120.0  # what the description of an ascent leaves out (steps of staging, site above the ellipsoid)
_MODEL_SIGMA_M_S = 8.0
_TILT_SIGMA = 0.7
_YAW_SIGMA = 0.03
_SITE_SIGMA_M = 4.0e5
_TIME_SIGMA_S = 200.0

PRIOR_MEANS: Array = np.ascontiguousarray(MEANS)
PRIOR_INFORMATION: Array = np.ascontiguousarray(np.linalg.inv(COVARIANCES))
PRIOR_LOG_DETERMINANT: Array = np.ascontiguousarray(np.linalg.slogdet(COVARIANCES)[1])


@njit()
def _profile(theta: Array, ref_latitude: float, ref_longitude: float, position: Array, velocity: Array) -> None:
    """Position and velocity (nodes, 3), ECEF, of the powered phase at equally spaced moments of it."""
    latitude = ref_latitude + theta[1] / 6.36e6
    longitude = ref_longitude + theta[0] / (6.38e6 * math.cos(ref_latitude))
    burn = math.exp(theta[3])
    sl, cl, so, co = math.sin(latitude), math.cos(latitude), math.sin(longitude), math.cos(longitude)
    n0 = 6378137.0 / math.sqrt(1.0 - 6.69437999014e-3 * sl * sl)
    site = np.array([n0 * cl * co, n0 * cl * so, n0 * (1.0 - 6.69437999014e-3) * sl])
    pace = 0.0
    e_before, n_before, u_before = 0.0, 0.0, 0.0
    pe, pn, pu = 0.0, 0.0, 0.0
    ds = 1.0 / (_NODES - 1)
    acceleration_before = math.exp(theta[7])
    for k in range(_NODES):
        s = k * ds
        knot = min(k // _PARTS, _KNOTS - 2)
        f = (k - knot * _PARTS) / _PARTS
        a0, a1 = math.exp(theta[7 + knot]), math.exp(theta[8 + knot])
        acceleration = a0 + f * (a1 - a0)
        if k > 0:
            pace += 0.5 * (acceleration + acceleration_before) * ds * burn
        acceleration_before = acceleration
        left = 0.0 if knot == 0 else math.exp(theta[14 + knot])
        right = 1.0 if knot == _KNOTS - 2 else math.exp(theta[15 + knot])
        shape = left + f * (right - left)
        ce = shape * (theta[4] + theta[6] * s * theta[5])
        cn = shape * (theta[5] - theta[6] * s * theta[4])
        tilt = math.sqrt(ce * ce + cn * cn)
        sinc = math.sin(tilt) / tilt if tilt > 1e-9 else 1.0
        ve, vn, vu = pace * sinc * ce, pace * sinc * cn, pace * math.cos(tilt)
        if k > 0:
            half = 0.5 * ds * burn
            pe += half * (ve + e_before)
            pn += half * (vn + n_before)
            pu += half * (vu + u_before)
        e_before, n_before, u_before = ve, vn, vu
        position[k, 0] = site[0] - so * pe - sl * co * pn + cl * co * pu
        position[k, 1] = site[1] + co * pe - sl * so * pn + cl * so * pu
        position[k, 2] = site[2] + cl * pn + sl * pu
        velocity[k, 0] = -so * ve - sl * co * vn + cl * co * vu
        velocity[k, 1] = co * ve - sl * so * vn + cl * so * vu
        velocity[k, 2] = cl * vn + sl * vu


@njit()
def _state_at(theta: Array, position: Array, velocity: Array, time_s: float, r: Array, v: Array) -> None:
    """State at a time: on the pad before ignition, on the profile, or in free flight after burnout."""
    burn = math.exp(theta[3])
    s = (time_s - theta[2]) / burn * (_NODES - 1)
    if s <= 0.0:
        for i in range(3):
            r[i] = position[0, i]
            v[i] = 0.0
        return
    if s < _NODES - 1:
        k = int(s)
        f = s - k
        h = burn / (_NODES - 1)
        for i in range(3):
            a = (velocity[k + 1, i] - velocity[k, i]) / h
            v[i] = velocity[k, i] + f * h * a
            r[i] = position[k, i] + f * h * (velocity[k, i] + 0.5 * f * h * a)
        return
    for i in range(3):
        r[i] = position[_NODES - 1, i]
        v[i] = velocity[_NODES - 1, i]
    _coast(r, v, time_s - theta[2] - burn)


@njit()
def _coast(r: Array, v: Array, rest: float) -> None:
    """Fly on freely for `rest` seconds, in place; the first 40 in short steps, for there may be air."""
    force = np.zeros(3)
    low = min(rest, 40.0)
    parts = int(low / 8.0) + 1
    for _ in range(parts):
        step(r, v, 8.3, force, True, low / parts)
    rest -= low
    if rest > 0.0:
        steps = min(int(rest / 40.0) + 1, 100)
        for _ in range(steps):
            step(r, v, 8.3, force, True, rest / steps)


@njit()
def _residuals(
    theta: Array,
    ref_latitude: float,
    ref_longitude: float,
    rows: Array,
    anchor_s: float,
    anchor_x: Array,
    anchor_whitener: Array,
    moments: Array,
    out: Array,
) -> int:
    """Residuals of all looks, of the anchor and of a known burnout, each divided by its sigma, into `out`; gives their count."""
    position = np.empty((_NODES, 3))
    velocity = np.empty((_NODES, 3))
    _profile(theta, ref_latitude, ref_longitude, position, velocity)
    r = np.empty(3)
    v = np.empty(3)
    h = np.empty((4, 6))
    nu = np.empty(4)
    var = np.empty(4)
    count = 0
    burnout_s = theta[2] + math.exp(theta[3])
    before_s = -1e18
    for k in range(len(rows)):
        row = rows[k]
        if before_s > burnout_s:
            _coast(r, v, row[0] - before_s)  # rows are in time order: fly on from the last one
        else:
            _state_at(theta, position, velocity, row[0], r, v)
        before_s = row[0]
        m = residual(row, r, v, h, nu, var)
        distance = math.sqrt((r[0] - row[3]) ** 2 + (r[1] - row[4]) ** 2 + (r[2] - row[5]) ** 2)
        for a in range(m):
            extra = _MODEL_SIGMA_M / distance if a < 2 else (_MODEL_SIGMA_M if a == 2 else 5.0 * _MODEL_SIGMA_M_S)
            out[count] = nu[a] / math.sqrt(var[a] + extra * extra)
            count += 1
    if anchor_s > -1e17:
        _state_at(theta, position, velocity, anchor_s, r, v)
        delta = np.empty(6)
        for i in range(3):
            delta[i] = anchor_x[i] - r[i]
            delta[3 + i] = anchor_x[3 + i] - v[i]
        for a in range(6):
            s = 0.0
            for i in range(a + 1):
                s += anchor_whitener[a, i] * delta[i]
            out[count] = s
            count += 1
    if moments[1] > 0.0:
        out[count] = (moments[0] - theta[2] - math.exp(theta[3])) / moments[1]
        count += 1
    return count


@njit()
def _prior_terms(theta: Array, mean: Array, information: Array, start: Array, out_i: Array, out_g: Array) -> float:
    """Write the prior's information and gradient; gives its cost. `start`: middle of the wide prior of place and time."""
    n = NUMBERS
    for i in range(n):
        out_g[i] = 0.0
        for j in range(n):
            out_i[i, j] = 0.0
    wide = np.array([_SITE_SIGMA_M, _SITE_SIGMA_M, _TIME_SIGMA_S])
    cost = 0.0
    for i in range(3):
        w = 1.0 / (wide[i] * wide[i])
        out_i[i, i] = w
        out_g[i] = w * (start[i] - theta[i])
        cost += w * (start[i] - theta[i]) ** 2
    for i in range(4, 7):
        sigma = _TILT_SIGMA if i < 6 else _YAW_SIGMA
        w = 1.0 / (sigma * sigma)
        out_i[i, i] = w
        out_g[i] = -w * theta[i]
        cost += w * theta[i] * theta[i]
    for a in range(15):
        i = 3 if a == 0 else 6 + a
        for b in range(15):
            j = 3 if b == 0 else 6 + b
            out_i[i, j] = information[a, b]
            d = mean[b] - theta[j]
            out_g[i] += information[a, b] * d
            cost += (mean[a] - theta[i]) * information[a, b] * d
    return cost


@njit()
def _add_normal_equations(
    theta: Array, ref_latitude: float, ref_longitude: float, rows: Array, anchor_s: float, anchor_x: Array,
    anchor_whitener: Array, moments: Array, base: Array, count: int, info: Array, gradient: Array,
) -> None:  # fmt: skip
    """Add the residuals' information and gradient by forward differences about `theta`, whose residuals are `base`."""
    n = NUMBERS
    moved = np.empty(len(base))
    jacobian = np.empty((count, n))
    trial = theta.copy()
    for j in range(n):
        h = 20.0 if j < 2 else (0.02 if j == 2 else 1e-4)
        trial[j] += h
        _residuals(trial, ref_latitude, ref_longitude, rows, anchor_s, anchor_x, anchor_whitener, moments, moved)
        trial[j] = theta[j]
        for k in range(count):
            jacobian[k, j] = (base[k] - moved[k]) / h
    for k in range(count):
        for i in range(n):
            c = jacobian[k, i]
            gradient[i] += c * base[k]
            for j in range(i + 1):
                info[i, j] += c * jacobian[k, j]
    for i in range(n):
        for j in range(i):
            info[j, i] = info[i, j]


@njit()
def _fit(
    theta: Array,
    ref_latitude: float,
    ref_longitude: float,
    rows: Array,
    anchor_s: float,
    anchor_x: Array,
    anchor_whitener: Array,
    moments: Array,
    mean: Array,
    information: Array,
    start: Array,
    rounds: int,
    cov: Array,
) -> tuple[float, float]:
    """Best `theta` in place, its covariance; gives the cost and the log determinant of the information (inf, 0 on failure)."""
    n = NUMBERS
    base = np.empty(4 * len(rows) + 7)
    info, gradient, shift = np.empty((n, n)), np.empty(n), np.empty(n)
    latest = anchor_s if anchor_s > -1e17 else 1e18
    if len(rows) > 0:  # nothing is seen before it is launched: from there on no look would say anything of the launch
        latest = min(latest, rows[0, 0] - 0.2)
    theta[2] = min(theta[2], latest)
    trial = theta.copy()
    best, damping = np.inf, 1e-3
    kept_info, kept_gradient = np.zeros((n, n)), np.zeros(n)
    for turn in range(rounds):
        cost = _prior_terms(trial, mean, information, start, info, gradient)
        m = _residuals(trial, ref_latitude, ref_longitude, rows, anchor_s, anchor_x, anchor_whitener, moments, base)
        for k in range(m):
            cost += base[k] * base[k]
        gain = best - cost
        if cost < best:
            best = cost
            theta[:] = trial
            _add_normal_equations(
                theta, ref_latitude, ref_longitude, rows, anchor_s, anchor_x, anchor_whitener, moments, base, m, info,
                gradient,
            )  # fmt: skip
            kept_info[:, :] = info
            kept_gradient[:] = gradient
            damping = max(damping * 0.1, 1e-9)
        else:
            damping *= 10.0
        if not damping < 1e8 or (turn > 0 and gain >= 0.0 and gain < 0.02):
            break
        if not damped_step(kept_info, kept_gradient, n, damping, shift):
            return np.inf, 0.0
        for i in range(n):  # keep a wild step inside what the description means
            bound = 1.0 if i >= 3 else 1e9
            trial[i] = theta[i] + min(max(shift[i], -bound), bound)
        trial[2] = min(trial[2], latest)
    good, log_determinant = scaled_inverse(kept_info, n, cov)
    if not (best < np.inf and good):
        return np.inf, 0.0
    return best, log_determinant


@njit()
def _state_of(theta: Array, ref_latitude: float, ref_longitude: float, time_s: float, out: Array) -> None:
    """State (6,) at a time under one description of the ascent."""
    position = np.empty((_NODES, 3))
    velocity = np.empty((_NODES, 3))
    _profile(theta, ref_latitude, ref_longitude, position, velocity)
    _state_at(theta, position, velocity, time_s, out[0:3], out[3:6])


@njit()
def _join_launches(
    thetas: Array, cov: Array, weight: Array, ref_latitude: float, ref_longitude: float, out: Array
) -> None:
    """Moments of place, time and length of the burn over all templates, into the first nine of `out`."""
    mean = np.zeros(4)
    for t in range(TEMPLATES):
        for a in range(4):
            mean[a] += weight[t] * thetas[t, a]
    joint = np.zeros((4, 4))
    for t in range(TEMPLATES):
        if weight[t] > 0.0:
            for a in range(4):
                for b in range(4):
                    joint[a, b] += weight[t] * (cov[t, a, b] + (thetas[t, a] - mean[a]) * (thetas[t, b] - mean[b]))
    out[0] = ref_latitude + mean[1] / 6.36e6
    out[1] = ref_longitude + mean[0] / (6.38e6 * math.cos(ref_latitude))
    out[2] = mean[2]
    out[3], out[4], out[5] = joint[0, 0], joint[0, 1], joint[1, 1]
    out[6] = math.sqrt(joint[2, 2])
    out[7] = math.exp(mean[3])
    out[8] = out[7] * math.sqrt(joint[3, 3])


@njit()
def _join_states(
    thetas: Array, cov: Array, weight: Array, ref_latitude: float, ref_longitude: float, time_s: float, state: Array,
    state_cov: Array,
) -> None:  # fmt: skip
    """Moments of the state at a time over all templates, each linearised about its solution."""
    means = np.zeros((TEMPLATES, 6))
    moved = np.empty(6)
    slope = np.empty((6, NUMBERS))
    state[:] = 0.0
    state_cov[:, :] = 0.0
    for t in range(TEMPLATES):
        if weight[t] > 0.0:
            _state_of(thetas[t], ref_latitude, ref_longitude, time_s, means[t])
            for i in range(6):
                state[i] += weight[t] * means[t, i]
    for t in range(TEMPLATES):
        if not weight[t] > 1e-6:
            continue
        for j in range(NUMBERS):
            h = 20.0 if j < 2 else (0.02 if j == 2 else 1e-4)
            kept = thetas[t, j]
            thetas[t, j] = kept + h
            _state_of(thetas[t], ref_latitude, ref_longitude, time_s, moved)
            thetas[t, j] = kept
            for i in range(6):
                slope[i, j] = (moved[i] - means[t, i]) / h
        for a in range(6):
            for b in range(6):
                s = (means[t, a] - state[a]) * (means[t, b] - state[b])
                for i in range(NUMBERS):
                    for j in range(NUMBERS):
                        s += slope[a, i] * cov[t, i, j] * slope[b, j]
                state_cov[a, b] += weight[t] * s


@njit(
    "int64(float64[:,::1],float64,float64,float64[:,::1],float64,float64[::1],float64[:,::1],float64[::1],"
    "float64[:,::1],float64[:,:,::1],float64[::1],float64[::1],int64,float64[::1],float64[::1],float64[:,::1])"
)
def fit_launch(
    thetas: Array,
    ref_latitude: float,
    ref_longitude: float,
    rows: Array,
    anchor_s: float,
    anchor_x: Array,
    anchor_whitener: Array,
    moments: Array,
    means: Array,
    informations: Array,
    log_determinants: Array,
    start: Array,
    rounds: int,
    out: Array,
    state: Array,
    state_cov: Array,
) -> int:
    """Fit every template; gives the number that could be fitted.

    `thetas` (3, 21) start values in, solutions out. `rows` (N, 20) of `looks`, in time order. `anchor_s` below -1e17: none; else state (6,) of free
    flight then and the lower whitener W (W' W = inverse covariance). `moments` (3,): time of burnout, its sigma (0: not known), the time for
    which `state` (6,) and `state_cov` (6, 6) are wanted (below -1e17: not wanted). `out` (11,): 0 latitude, 1 longitude (rad), 2 time (s), 3-5
    east-north covariance (ee, en, nn; m2), 6 sigma of time (s), 7 burn time (s), 8 its sigma (s), 9 least cost, 10 count of residuals.
    """
    cov = np.empty((TEMPLATES, NUMBERS, NUMBERS))
    evidence = np.full(TEMPLATES, -np.inf)
    best = -np.inf
    for t in range(TEMPLATES):
        cost, log_det = _fit(
            thetas[t], ref_latitude, ref_longitude, rows, anchor_s, anchor_x, anchor_whitener, moments,
            means[t], informations[t], start, rounds, cov[t],
        )  # fmt: skip
        if cost < np.inf:
            evidence[t] = -0.5 * (cost + log_det + log_determinants[t])
            if evidence[t] > best:
                best = evidence[t]
                out[9] = cost
    if not best > -np.inf:
        return 0
    weight = np.zeros(TEMPLATES)
    fitted = 0
    for t in range(TEMPLATES):
        if evidence[t] > -np.inf:
            fitted += 1
            weight[t] = math.exp(evidence[t] - best)
    weight /= weight.sum()
    _join_launches(thetas, cov, weight, ref_latitude, ref_longitude, out)
    numbers = 6 if anchor_s > -1e17 else 0
    for k in range(len(rows)):
        numbers += 2 if math.isnan(rows[k, 1]) else 3
    out[10] = numbers
    if moments[2] > -1e17:
        _join_states(thetas, cov, weight, ref_latitude, ref_longitude, moments[2], state, state_cov)
    return fitted


def credible_cost(count: float) -> float:
    """The cost that a fit of `count` residuals seldom passes; above it another start may find a better one."""
    return count + 5.0 * math.sqrt(2.0 * count) + 15.0


def first_guess(
    position_ecef_m: Array, velocity_ecef_m_s: Array, time_s: float, start: Array | None = None
) -> tuple[float, float, Array]:
    """Where to start the fit: reference latitude and longitude (rad) and `thetas` (3, 21), from one state of the ascent (or just after it).

    The height tells how long the climb took under each template, the velocity's tilt how far back the site lies.
    """
    r, v = position_ecef_m, velocity_ecef_m_s
    latitude, longitude, altitude = geodetic_of(r[0], r[1], r[2])
    sl, cl, so, co = math.sin(latitude), math.cos(latitude), math.sin(longitude), math.cos(longitude)
    east = float(-so * v[0] + co * v[1])
    north = float(-sl * co * v[0] - sl * so * v[1] + cl * v[2])
    up = float(cl * co * v[0] + cl * so * v[1] + sl * v[2])
    level = math.hypot(east, north)
    tilt = min(math.atan2(level, max(up, 1.0)), 1.3)
    altitude = max(altitude, 100.0)
    back = 0.6 * altitude * math.tan(min(tilt, 1.2)) if altitude > 5000.0 else 0.0
    direction = (east / level, north / level) if level > 1.0 else (0.0, 0.0)
    latitude -= back * direction[1] / 6.36e6
    longitude -= back * direction[0] / (6.38e6 * math.cos(latitude))
    thetas = np.zeros((TEMPLATES, NUMBERS))
    speed = math.hypot(level, up)
    for t in range(TEMPLATES):
        thetas[t, 3] = PRIOR_MEANS[t, 0]
        thetas[t, 7:] = PRIOR_MEANS[t, 1:]
        mean_acceleration = float(np.exp(PRIOR_MEANS[t, 1:4]).mean())
        climb = max(math.sqrt(2.0 * altitude / mean_acceleration), 0.0)
        if altitude > 40_000.0:  # late in the ascent or after it: the speed says more
            climb = 2.2 * altitude / max(speed * math.cos(tilt), 300.0)
        thetas[t, 2] = time_s - climb
        if altitude > 5000.0:
            thetas[t, 4] = tilt * direction[0]
            thetas[t, 5] = tilt * direction[1]
    if start is not None:
        thetas[:, :3] = start
    return latitude, longitude, thetas
