"""Which sensor is off: plots of one object by several sensors, its path and one error of one sensor solved together.

Each sensor is asked in turn whether a constant error of its own (of range, of pointing, of its clock) makes all plots agree, where without one they do not.
The path is a polynomial of time of the fourth degree over a short window: under thrust all of it is solved for, in free flight place and velocity alone, the
rest following from gravity (below 80 km drag makes it a powered one). Least squares by Gauss-Newton with wide priors. Valid for windows up to about a
minute. Errors of range show in the direction of the sensor's own line of sight, so two radars apart can be told apart; an error of a clock shows along the
path, whosever clock it is, so it takes a third sensor. Rows as in `looks`; ECEF, SI, radians; range rates are not used. Not hot: plain NumPy.
Sources: Bar-Shalom, Li and Kirubarajan, on registration of sensors; tests/flight/test_offsets.py.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bongsu.flight.dynamics import EARTH_RADIUS_M, EARTH_RATE_RAD_S, J2, MU_M3_S2
from bongsu.flight.looks import Array

Kind = Literal["range", "pointing", "clock"]
KINDS: tuple[Kind, ...] = ("range", "clock", "pointing")

RANGE_SIGMA_M = 3_000.0
CLOCK_SIGMA_S = 8.0
POINTING_SIGMA_RAD = 0.01
_ROUNDS = 6
_DEGREE = 4
_PLACE_SIGMA_M = 1.0e6
_SPEED_SIGMA_M_S = 1.0e4
_FORCE_SIGMA_M_S2 = 30.0
_JERK_SIGMA_M_S3 = 2.0
_SNAP_SIGMA_M_S4 = 0.2
_PLAIN = 4.0  # cost that a second number must save to be worth telling


@dataclass(frozen=True)
class Fault:
    """One sensor's error that would explain all plots.

    `size` and `sigma`: m for range, s for the clock (ahead: positive), rad of azimuth and elevation for pointing.
    """

    sensor: int
    kind: Kind
    size: tuple[float, ...]
    sigma: tuple[float, ...]
    cost: float
    degrees: int

    @property
    def significance(self) -> float:
        """The largest number in sigmas."""
        return max(abs(a) / max(b, 1e-300) for a, b in zip(self.size, self.sigma, strict=True))

    @property
    def weight(self) -> float:
        """The cost by which faults are compared."""
        return self.cost + _PLAIN * (len(self.size) - 1)


def acceptable(cost: float, degrees: int) -> bool:
    """Whether a sum of squares fits its degrees of freedom (a chance of error of about 1e-5)."""
    free = max(degrees, 1)
    return cost < free + 4.5 * math.sqrt(2.0 * free) + 8.0


def agree(rows: Array, state: Array, at_s: float, *, powered: bool) -> Fault:
    """How well plots (N, 20) of one object agree without any error; arguments as for `explain`."""
    middle_s = float(rows[:, 0].mean())
    return _fit(rows, _begun(state, middle_s - at_s), middle_s, powered, -1, None, {})


def explain(
    rows: Array, state: Array, at_s: float, ups: dict[int, Array], *, powered: bool
) -> tuple[Fault, list[Fault]]:
    """How well plots (N, 20) of one object agree: without an error, and with each possible error of one sensor, the best first.

    `state`: a guess of position, velocity and acceleration (9,) at `at_s`; `ups`: the unit vector upward at each sensor (azimuth turns about it). A sensor of
    fewer than three plots is not asked. The fault without an error has no numbers and sensor -1.
    """
    middle_s = float(rows[:, 0].mean())
    begun = _begun(state, middle_s - at_s)
    plain = _fit(rows, begun, middle_s, powered, -1, None, ups)
    faults = []
    numbers = rows[:, 19].astype(np.int64)
    for number in sorted({int(n) for n in numbers}):
        own = numbers == number
        if own.sum() < 3 or own.all():
            continue
        for kind in KINDS:
            if kind == "range" and not np.isfinite(rows[own, 1]).any():
                continue
            fault = _fit(rows, begun, middle_s, powered, number, kind, ups)
            if math.isfinite(fault.cost):
                faults.append(fault)
    return plain, sorted(faults, key=lambda fault: fault.weight)


def gravity(r: Array, v: Array) -> Array:
    """Acceleration (..., 3) of free flight without drag at positions and velocities (..., 3)."""
    r2 = np.einsum("...i,...i->...", r, r)
    pull = MU_M3_S2 / (r2 * np.sqrt(r2))
    k = 1.5 * J2 * EARTH_RADIUS_M**2 / r2
    s = 5.0 * r[..., 2] ** 2 / r2
    w = EARTH_RATE_RAD_S
    level = w * w - pull * (1.0 + k * (1.0 - s))
    return np.stack(
        [level * r[..., 0] + 2.0 * w * v[..., 1], level * r[..., 1] - 2.0 * w * v[..., 0],
         -pull * r[..., 2] * (1.0 + k * (3.0 - s))], axis=-1,
    )  # fmt: skip


def _begun(state: Array, dt: float) -> Array:
    """Coefficients (5, 3) of the guess about a moment `dt` later."""
    r, v, a = state[0:3], state[3:6], state[6:9]
    path = np.zeros((_DEGREE + 1, 3))
    path[0], path[1], path[2] = r + dt * v + 0.5 * dt * dt * a, v + dt * a, 0.5 * a
    return path


def _fall(path: Array) -> None:
    """Give a path the higher coefficients that free flight has from its place and velocity, in place."""
    r, v = path[0], path[1]
    a = gravity(r, v)
    h = 4.0
    ahead = gravity(r + h * v + 0.5 * h * h * a, v + h * a)
    behind = gravity(r - h * v + 0.5 * h * h * a, v - h * a)
    path[2] = a / 2.0
    path[3] = (ahead - behind) / (2.0 * h) / 6.0
    path[4] = (ahead + behind - 2.0 * a) / (h * h) / 24.0


def _fit(
    rows: Array, begun: Array, middle_s: float, powered: bool, number: int, kind: Kind | None, ups: dict[int, Array]
) -> Fault:
    """Path and one error together; the cost of the plots and the error's prior."""
    own = rows[:, 19] == number
    path = begun.copy()
    count = _DEGREE + 1 if powered else 2
    error = np.zeros({None: 0, "range": 1, "clock": 1, "pointing": 2}[kind])
    prior = np.full(
        len(error), {None: 1.0, "range": RANGE_SIGMA_M, "clock": CLOCK_SIGMA_S, "pointing": POINTING_SIGMA_RAD}[kind]
    )
    loose = np.repeat(_path_sigmas()[:count], 3)
    cov = np.zeros((3 * count + len(error),) * 2)
    kept = np.ones((len(rows), 3), bool)
    kept[:, 2] = np.isfinite(rows[:, 1])
    weight = 1.0 / np.where(kept, np.stack([rows[:, 16], rows[:, 17], rows[:, 15]], axis=1), 1.0)
    cost = math.inf
    for _ in range(_ROUNDS):
        if not powered:
            _fall(path)
        times = rows[:, 0] - middle_s
        if kind == "clock":
            times = times - error[0] * own
        nu, slope = _residuals(rows, path, times, count)
        extra = _by_error(rows, path, times, own, kind, ups)
        if kind in ("range", "pointing"):
            nu = nu - extra @ error
        design = np.concatenate([slope, extra], axis=2)[kept] * weight[kept][:, None]
        left = nu[kept] * weight[kept]
        back = np.concatenate([((begun - path)[:count]).ravel() / loose, -error / prior])
        matrix = np.concatenate([design, np.diag(1.0 / np.concatenate([loose, prior]))])
        scale = np.linalg.norm(matrix, axis=0)
        try:
            cov = np.linalg.inv((matrix / scale).T @ (matrix / scale)) / np.outer(scale, scale)
        except np.linalg.LinAlgError:
            cost = math.inf
            break
        step = cov @ (matrix.T @ np.concatenate([left, back]))
        cost = float(left @ left + back[3 * count :] @ back[3 * count :])
        path[:count] += step[: 3 * count].reshape(count, 3)
        error = error + step[3 * count :]
        if not np.isfinite(step).all():
            cost = math.inf
            break
        if float(step @ np.linalg.solve(cov, step)) < 1e-4:
            break
    sigma = np.sqrt(np.diag(cov)[3 * count :])
    free = int(kept.sum()) - min(3 * count, 9) - len(error)
    told: Kind = kind or "range"
    return Fault(number, told, tuple(error.tolist()), tuple(sigma.tolist()), cost, free)


def _path_sigmas() -> Array:
    return np.array(
        [_PLACE_SIGMA_M, _SPEED_SIGMA_M_S, _FORCE_SIGMA_M_S2 / 2.0, _JERK_SIGMA_M_S3 / 6.0, _SNAP_SIGMA_M_S4 / 24.0]
    )


def _residuals(rows: Array, path: Array, times: Array, count: int) -> tuple[Array, Array]:
    """Residuals (N, 3) across azimuth, across elevation and of range, and derivatives (N, 3, 3 * count) by the path's coefficients."""
    powers = times[:, None] ** np.arange(_DEGREE + 1)
    d = powers @ path - rows[:, 3:6]
    along = np.maximum(np.einsum("ni,ni->n", rows[:, 6:9], d), 1.0)
    nu = np.empty((len(rows), 3))
    slope = np.empty((len(rows), 3, 3))
    for a, o in enumerate((9, 12)):
        t = np.einsum("ni,ni->n", rows[:, o : o + 3], d) / along
        nu[:, a] = -t
        slope[:, a] = (rows[:, o : o + 3] - t[:, None] * rows[:, 6:9]) / along[:, None]
    distance = np.linalg.norm(d, axis=1)
    nu[:, 2] = rows[:, 1] - distance
    slope[:, 2] = d / distance[:, None]
    by_path = np.einsum("nai,nk->naki", slope, powers[:, :count]).reshape(len(rows), 3, 3 * count)
    return nu, by_path


def _by_error(
    rows: Array, path: Array, times: Array, own: NDArray[np.bool_], kind: Kind | None, ups: dict[int, Array]
) -> Array:
    """What one unit of the error adds to the measured numbers (N, 3, numbers of the error)."""
    if kind is None:
        return np.zeros((len(rows), 3, 0))
    if kind == "range":
        found = np.zeros((len(rows), 3, 1))
        found[own, 2, 0] = 1.0
        return found
    if kind == "pointing":
        found = np.zeros((len(rows), 3, 2))
        sine = np.array([float(row[6:9] @ ups[int(row[19])]) for row in rows[own]])
        found[own, 0, 0] = np.sqrt(np.maximum(1.0 - sine * sine, 0.0))
        found[own, 1, 1] = 1.0
        return found
    found = np.zeros((len(rows), 3, 1))
    order = np.arange(1, _DEGREE + 1)
    velocity = (order * times[:, None] ** (order - 1)) @ path[1:]
    _, slope = _residuals(rows, path, times, 1)
    found[own, :, 0] = -np.einsum("nai,ni->na", slope, velocity)[own]
    return found
