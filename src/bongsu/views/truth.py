"""What really happened in a drill, as far as measures need it, and which launch a nation's estimate is of.

Frames: geodetic WGS-84 in radians, earth-fixed metres for the path. A false alarm is a truth that is not real: the flight that its plots look like.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from bongsu.base.units import ns_to_seconds
from bongsu.geo.ellipses import Ellipse, distance_squared
from bongsu.geo.frames import great_circle
from bongsu.model.estimate import Estimate, PointEstimate

Floats = NDArray[np.float64]

LAUNCH_SCALE_M = 20_000.0
LAUNCH_SCALE_S = 5.0
IMPACT_SCALE_M = 30_000.0
"""Errors that count as one when an estimate is set against a truth: those of a usual estimate without infrared."""
FARTHEST_M = 500_000.0
FARTHEST_S = 300.0
"""An estimate whose launch is further from every truth than this stands on none of them."""


class Truth(msgspec.Struct, frozen=True, eq=False):
    """One launch or false alarm. `_s` of the review count from `from_ns`; `figures` are those that the review tells, None for a false alarm;
    `impact_rad` is None for what stays in orbit.

    `path_s` (N,) are seconds from `launch_ns`, `path_ecef_m` (N, 3) earth-fixed positions then; it can be seen from `seen_from_ns` to `seen_until_ns`.
    """

    id: str
    from_ns: int
    launch_ns: int
    launch_rad: tuple[float, float]
    impact_ns: int
    impact_rad: tuple[float, float] | None
    path_s: Floats
    path_ecef_m: Floats
    seen_from_ns: int
    seen_until_ns: int
    figures: dict[str, Any] | None

    @property
    def real(self) -> bool:
        """Whether anything flew."""
        return self.figures is not None

    def seconds(self, time_ns: int) -> float:
        """A time as the review tells it: seconds from launch, to the millisecond."""
        return round(ns_to_seconds(time_ns - self.from_ns), 3)

    def positions(self, time_ns: NDArray[np.int64]) -> Floats:
        """Earth-fixed positions (N, 3) at times; linear between rows (within 30 m of the flight)."""
        since_s = (time_ns - self.launch_ns) / 1e9
        return np.stack([np.interp(since_s, self.path_s, self.path_ecef_m[:, axis]) for axis in range(3)], axis=1)


def error_m(point: PointEstimate, place_rad: tuple[float, float]) -> tuple[float, float, float]:
    """Distance, and east and north components, from an estimated point to a true place, in metres."""
    distance_m, bearing_rad = great_circle(point.latitude_rad, point.longitude_rad, *place_rad)
    return distance_m, distance_m * math.sin(bearing_rad), distance_m * math.cos(bearing_rad)


def d2_of(point: PointEstimate, place_rad: tuple[float, float]) -> float | None:
    """d2 of DESIGN.md section 4; None where the ellipse is not known."""
    if point.semi_major_m is None or point.semi_minor_m is None or point.bearing_rad is None:
        return None
    _, east_m, north_m = error_m(point, place_rad)
    return distance_squared(Ellipse(point.semi_major_m, point.semi_minor_m, point.bearing_rad), east_m, north_m)


def cost_of(estimate: Estimate, truth: Truth) -> float | None:
    """How ill an estimate fits a truth: mean square of its errors in their scales; None beyond the farthest, or without a launch point."""
    launch = estimate.launch
    if launch is None:
        return None
    distance_m, _, _ = error_m(launch, truth.launch_rad)
    squares = [(distance_m / LAUNCH_SCALE_M) ** 2]
    if launch.time_ns is not None:
        apart_s = abs(ns_to_seconds(launch.time_ns - truth.launch_ns))
        squares.append((apart_s / LAUNCH_SCALE_S) ** 2)
        if apart_s > FARTHEST_S:
            return None
    if distance_m > FARTHEST_M:
        return None
    if estimate.impact is not None and truth.impact_rad is not None:
        squares.append((error_m(estimate.impact, truth.impact_rad)[0] / IMPACT_SCALE_M) ** 2)
    return sum(squares) / len(squares)


def nearest(estimate: Estimate, truths: Iterable[Truth]) -> str | None:
    """Id of the truth that an estimate fits best; None when it fits none."""
    costs = [(cost, truth.id) for truth in truths if (cost := cost_of(estimate, truth)) is not None]
    return min(costs)[1] if costs else None


def assign(estimates: dict[str, Estimate], truths: Sequence[Truth]) -> dict[str, str]:
    """Which truth each of one nation's warnings is of: best fits first, one warning a truth; those left over go to the truth they fit best.

    A warning that fits none is left out.
    """
    costs = sorted(
        (cost, name, truth.id)
        for name, estimate in estimates.items()
        for truth in truths
        if (cost := cost_of(estimate, truth)) is not None
    )
    found: dict[str, str] = {}
    taken: dict[str, str] = {}
    for _, name, truth in costs:
        if name not in found and truth not in taken:
            found[name] = taken[truth] = truth
    for _, name, truth in costs:
        found.setdefault(name, truth)
    return found
