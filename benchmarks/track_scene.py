"""Invented objects in free flight and the plots of one invented radar: the same data for our rooms and for a peer. NumPy alone.

Two-body, J2, Coriolis and centrifugal acceleration; no air (all of it happens above 100 km). ECEF, SI, radians; times are seconds from the scene's start.
Objects stand as thick as 100 in a box of 200 km, however many there are. Everything is drawn from the seed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

MU_M3_S2, J2, RADIUS_M, RATE_RAD_S = 3.986004418e14, 1.08262982e-3, 6378137.0, 7.292115e-5
_E2 = 6.69437999014e-3

PLACE_DEG = (0.0, -30.0)
"""Where the objects' box begins: open sea, mid-Atlantic."""
RADAR_DEG = (8.0, -24.0)
SIGMA_RANGE_M = 30.0
SIGMA_ANGLE_RAD = 1e-3
_ALTITUDE_M = 150_000.0
_SPEED_M_S = 2_700.0
_CLIMB_RAD = math.radians(50.0)
_BEARING_RAD = math.radians(45.0)
_BOX_M = 100_000.0  # half the side of the box that holds 100 objects
_THICK = 0.2  # the box is flat
_SPREAD_M_S = 40.0
_NEAR = (100_000.0, 0.1, 0.05)  # false plots stand among the objects and around them
_WIDE = (300_000.0, 0.3, 0.15)  # they stand anywhere in a wide sector


@dataclass
class Scene:
    """One radar and what it saw. `plots[k]` (M, 3) are range, azimuth, elevation; `of[k]` (M,) the object, -1 for a false plot."""

    radar_ecef_m: Floats
    axes: Floats
    """East, north and up at the radar as rows (3, 3)."""
    times_s: Floats
    truth: Floats
    """(K, N, 6): position and earth-fixed velocity of each object at each look."""
    alive: NDArray[np.bool_]
    """(K, N): whether the object is in the scene at that look."""
    plots: list[Floats]
    of: list[Integers]
    period_s: float


def ecef(latitude: float, longitude: float, altitude_m: float) -> Floats:
    """Position of a geodetic place (WGS-84)."""
    s, c = math.sin(latitude), math.cos(latitude)
    n = RADIUS_M / math.sqrt(1.0 - _E2 * s * s)
    return np.array(
        [
            (n + altitude_m) * c * math.cos(longitude),
            (n + altitude_m) * c * math.sin(longitude),
            (n * (1.0 - _E2) + altitude_m) * s,
        ]
    )


def east_north_up(latitude: float, longitude: float) -> Floats:
    """Unit vectors as rows."""
    sl, cl, so, co = math.sin(latitude), math.cos(latitude), math.sin(longitude), math.cos(longitude)
    return np.array([[-so, co, 0.0], [-sl * co, -sl * so, cl], [cl * co, cl * so, sl]])


def _rates(y: Floats) -> Floats:
    r, v = y[:3], y[3:]
    r2 = (r * r).sum(axis=0)
    pull = -MU_M3_S2 / (r2 * np.sqrt(r2))
    k = 1.5 * J2 * RADIUS_M * RADIUS_M / r2
    s = 5.0 * r[2] * r[2] / r2
    w = RATE_RAD_S
    out = np.empty_like(y)
    out[:3] = v
    out[3] = pull * r[0] * (1.0 + k * (1.0 - s)) + 2.0 * w * v[1] + w * w * r[0]
    out[4] = pull * r[1] * (1.0 + k * (1.0 - s)) - 2.0 * w * v[0] + w * w * r[1]
    out[5] = pull * r[2] * (1.0 + k * (3.0 - s))
    return out


def fly(y: Floats, seconds: float) -> Floats:
    """States as columns (6, N) carried over a time: one Runge-Kutta step for each second begun."""
    steps = max(1, math.ceil(abs(seconds) - 1e-9))
    h = seconds / steps
    for _ in range(steps):
        a = _rates(y)
        b = _rates(y + 0.5 * h * a)
        c = _rates(y + 0.5 * h * b)
        d = _rates(y + h * c)
        y = y + h / 6.0 * (a + 2.0 * b + 2.0 * c + d)
    return y


def measured(positions: Floats, radar_ecef_m: Floats, axes: Floats) -> Floats:
    """Range, azimuth, elevation as rows (3, N) of positions (3, N)."""
    d = axes @ (positions - radar_ecef_m[:, None])
    level = np.hypot(d[0], d[1])
    return np.array([np.hypot(level, d[2]), np.arctan2(d[0], d[1]), np.arctan2(d[2], level)])


def _beginnings(rng: np.random.Generator, objects: int, half_m: float, spread_m_s: float) -> Floats:
    """States (6, N) at the start: a flat box of places, one velocity for all with a spread."""
    latitude, longitude = (math.radians(a) for a in PLACE_DEG)
    axes = east_north_up(latitude, longitude)
    middle = ecef(latitude, longitude, _ALTITUDE_M)
    level = math.sin(_BEARING_RAD) * axes[0] + math.cos(_BEARING_RAD) * axes[1]
    velocity = _SPEED_M_S * (math.cos(_CLIMB_RAD) * level + math.sin(_CLIMB_RAD) * axes[2])
    local = rng.uniform(-half_m, half_m, size=(3, objects))
    local[2] = np.abs(local[2]) * _THICK
    y = np.empty((6, objects))
    y[:3] = middle[:, None] + axes.T @ local
    y[3:] = velocity[:, None] + rng.normal(scale=spread_m_s, size=(3, objects))
    return y


def _false_plots(rng: np.random.Generator, true: Floats, count: float, margin: tuple[float, float, float]) -> Floats:
    """False plots (M, 3), evenly where the true ones (3, N) are and by a margin of range and angles beyond."""
    number = int(rng.poisson(count))
    low, high = true.min(axis=1) - margin, true.max(axis=1) + margin
    return rng.uniform(low, high, size=(number, 3))


def coasting(
    objects: int, seconds: float, seed: int, *, rate_hz: float = 1.0, found: float = 0.95, false_plots: float = 10.0
) -> Scene:
    """Many objects in the first part of free flight, all of them there from the first look on."""
    rng = np.random.default_rng(seed)
    half_m = _BOX_M * (objects / 100.0) ** 0.5 if objects > 100 else _BOX_M
    y = _beginnings(rng, objects, half_m, _SPREAD_M_S)
    return _looked_at(rng, y, np.zeros(objects), seconds, 1.0 / rate_hz, found, false_plots, _NEAR)


def salvo(
    objects: int, seconds: float, seed: int, *, gap_s: float = 4.0, found: float = 0.85, false_plots: float = 2.0
) -> Scene:
    """A few objects on nearly one path, seconds apart, seen from where each comes over the edge of the radar's cover."""
    rng = np.random.default_rng(seed)
    y = _beginnings(rng, objects, 3_000.0, 8.0)
    begins_s = 5.0 + gap_s * np.arange(objects) + rng.uniform(-1.0, 1.0, objects)
    for n in range(objects):
        y[:, n] = fly(y[:, n : n + 1], -float(begins_s[n]))[:, 0]
    return _looked_at(rng, y, begins_s, seconds, 1.0, found, false_plots, _WIDE)


def _looked_at(
    rng: np.random.Generator, y: Floats, begins_s: Floats, seconds: float, period_s: float, found: float,
    false_plots: float, margin: tuple[float, float, float],
) -> Scene:  # fmt: skip
    """Fly on from the first look's states, and draw what the radar sees."""
    latitude, longitude = (math.radians(a) for a in RADAR_DEG)
    radar, axes = ecef(latitude, longitude, 0.0), east_north_up(latitude, longitude)
    count = int(seconds / period_s) + 1
    scene = Scene(
        radar_ecef_m=radar, axes=axes, times_s=np.arange(count) * period_s, truth=np.empty((count, y.shape[1], 6)),
        alive=np.empty((count, y.shape[1]), bool), plots=[], of=[], period_s=period_s,
    )  # fmt: skip
    sigmas = np.array([SIGMA_RANGE_M, SIGMA_ANGLE_RAD, SIGMA_ANGLE_RAD])
    for k in range(count):
        if k:
            y = fly(y, period_s)
        scene.truth[k] = y.T
        scene.alive[k] = scene.times_s[k] >= begins_s
        true = measured(y[:3], radar, axes)
        noisy = (true + sigmas[:, None] * rng.normal(size=true.shape)).T
        seen = np.flatnonzero((rng.uniform(size=y.shape[1]) < found) & scene.alive[k])
        false = _false_plots(rng, true, false_plots, margin)
        plots = np.concatenate((noisy[seen], false))
        of = np.concatenate((seen, np.full(len(false), -1)))
        order = rng.permutation(len(plots))
        scene.plots.append(np.ascontiguousarray(plots[order]))
        scene.of.append(of[order])
    return scene


def save(path: str, scene: Scene, first: int, last: int, **more: Any) -> None:
    """Looks `first` to `last` (left out) as one file for another process."""
    np.savez(
        path, radar_ecef_m=scene.radar_ecef_m, axes=scene.axes, times_s=scene.times_s[first:last],
        truth=scene.truth[first:last], alive=scene.alive[first:last],
        counts=np.array([len(p) for p in scene.plots[first:last]]),
        plots=np.concatenate(scene.plots[first:last]), of=np.concatenate(scene.of[first:last]),
        period_s=np.array(scene.period_s), **more,
    )  # fmt: skip


def load(path: str) -> tuple[Scene, dict[str, Any]]:
    """What `save` wrote, and the rest of its arrays."""
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    ends = np.cumsum(arrays.pop("counts"))[:-1]
    scene = Scene(
        radar_ecef_m=arrays.pop("radar_ecef_m"), axes=arrays.pop("axes"), times_s=arrays.pop("times_s"),
        truth=arrays.pop("truth"), alive=arrays.pop("alive"), plots=np.split(arrays.pop("plots"), ends),
        of=np.split(arrays.pop("of"), ends), period_s=float(arrays.pop("period_s")),
    )  # fmt: skip
    return scene, arrays
