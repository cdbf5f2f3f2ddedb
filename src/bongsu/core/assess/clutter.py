"""How thickly false plots lie at a place: what a sensor's late looks had there that no track explains.

False plots need not be spread evenly over all that a sensor covers: chaff, debris, weather and echoes lie in one place, or go along with the objects.
Two memories tell: where the unexplained plots of the last looks lay, and where they lay as seen from the nearest confirmed track. The density at a place
is the largest that either shows in balls of some sizes around it, with `_COUNT_LEAST` plots or more in one; without, nothing is known here and the
sensor's mean over its whole cover holds (`sensors.Watcher`). Infrared plots count by angle, in metres at a reference distance.
"""

from __future__ import annotations

import math

import msgspec
import numpy as np

from bongsu.model.noun import Floats

BALLS_M = (10e3, 20e3, 40e3, 80e3)
_COUNT_LEAST = 3
_SIGMAS = 6.0
_SPAN_S = 30.0  # looks of so long are remembered
_LOOKS = (12, 60)  # but not fewer and not more than these
_ROWS_COUNT = 256
_BESIDE_M = 150e3  # a plot so near to a confirmed track is remembered as seen from it, too
_SAME_M = 1.0


class Nearby(msgspec.Struct):
    """Unexplained plots of one sensor's late looks (M, 7): number of the look, place, place as seen from the nearest track (NaN if there is none)."""

    looks: int = 0
    plots: Floats = msgspec.field(default_factory=lambda: np.empty((0, 7)))


def window(period_s: float) -> int:
    """How many looks are remembered."""
    return int(min(max(_SPAN_S / period_s, _LOOKS[0]), _LOOKS[1]))


def places(rows: Floats, distance_m: float) -> Floats:
    """Where plots lie (N, 3), from the sensor; those without a range at `distance_m`."""
    ranges = np.where(np.isfinite(rows[:, 1]), rows[:, 1], distance_m)
    return np.asarray(rows[:, 6:9] * ranges[:, None])


def beside(points: Floats, tracks: Floats) -> Floats:
    """Points (N, 3) as seen from the nearest of the tracks' places (T, 3); NaN where none is near."""
    seen = np.full(points.shape, np.nan)
    if len(tracks) == 0 or len(points) == 0:
        return seen
    difference = points[:, None, :] - tracks[None, :, :]
    d2 = np.einsum("nti,nti->nt", difference, difference)
    nearest = d2.argmin(axis=1)
    every = np.arange(len(points))
    near = d2[every, nearest] < _BESIDE_M**2
    seen[near] = difference[every, nearest][near]
    return seen


def density(nearby: Nearby, points: Floats, seen: Floats, noise_m: Floats, flat: bool) -> Floats:
    """False plots a look and m3 (m2 if `flat`) at each point (N,); 0 where nothing is known.

    `noise_m` (N,): sigma across of a plot there. Balls of a few sigmas are left out: plots that lie together as closely as the sensor can tell are no crowd of
    false ones but an object, or some.
    """
    found = np.zeros(len(points))
    past = nearby.plots
    if len(past) < _COUNT_LEAST or len(points) == 0:
        return found
    looks = max(nearby.looks - past[0, 0], 1.0)
    least_m = np.minimum(_SIGMAS * noise_m, BALLS_M[-1])
    for own, theirs in ((points, past[:, 1:4]), (seen, past[:, 4:7])):
        difference = own[:, None, :] - theirs[None, :, :]
        d2 = np.einsum("nbi,nbi->nb", difference, difference)
        for ball_m in BALLS_M:
            count = np.count_nonzero(d2 < ball_m**2, axis=1)
            size = math.pi * ball_m**2 if flat else 4.0 / 3.0 * math.pi * ball_m**3
            found = np.maximum(
                found, np.where((count >= _COUNT_LEAST) & (ball_m >= least_m), count / (looks * size), 0.0)
            )
    return found


def learn(nearby: Nearby, points: Floats, seen: Floats, looks: int, period_s: float) -> None:
    """Take the unexplained plots of the newest look, the last of `looks`; forget old ones."""
    nearby.looks += looks
    past = nearby.plots
    kept = past[past[:, 0] > nearby.looks - window(period_s)] if len(past) else past
    if len(points):
        fresh = np.column_stack((np.full(len(points), float(nearby.looks)), points, seen))
        kept = np.concatenate((kept, fresh))[-_ROWS_COUNT:]
    nearby.plots = kept


def forget(nearby: Nearby, points: Floats) -> None:
    """Plots that a track has explained after all were no false ones."""
    past = nearby.plots
    if len(past) == 0 or len(points) == 0:
        return
    difference = past[:, None, 1:4] - points[None, :, :]
    same = (np.einsum("nbi,nbi->nb", difference, difference) < _SAME_M**2).any(axis=1)
    nearby.plots = past[~same]
