"""Are two nations' warnings of one launch? A gate in time and place, with its reasons in words.

Squared distances in sigmas of launch time, launch place, impact time and impact place, each only where both know it. Ellipses are those that were
released, so floors stand under the sigmas (JOIN_FLOOR_M, JOIN_FLOOR_S).
"""

import math
from typing import NamedTuple

from bongsu.base.limits import JOIN_FLOOR_M, JOIN_FLOOR_S, JOIN_GATE
from bongsu.base.units import ns_to_seconds
from bongsu.geo.frames import great_circle
from bongsu.model.estimate import Estimate, PointEstimate

_FACTOR_95 = 2.448
_UNKNOWN_SEMI_M = 200_000.0
"""Half-axis assumed where an ellipse was withheld: wider than any that is released."""
_UNKNOWN_SIGMA_S = 30.0
"""Sigma assumed where a time's was withheld."""


class Fit(NamedTuple):
    """How well two estimates agree: mean squared distance a compared figure, and what was compared, in words."""

    cost: float
    reason: str

    @property
    def joined(self) -> bool:
        """Within the gate."""
        return self.cost <= JOIN_GATE


def fit(one: Estimate, other: Estimate) -> Fit | None:
    """The agreement of two estimates; None when they have no figure in common."""
    squares: list[float] = []
    words: list[str] = []
    for name in ("launch", "impact"):
        first, second = getattr(one, name), getattr(other, name)
        if first is not None and second is not None:
            found, text = _compare(name, first, second)
            squares += found
            words += text
    if not squares:
        return None
    return Fit(max(squares) if max(squares) > JOIN_GATE else sum(squares) / len(squares), ", ".join(words))


def _compare(name: str, first: PointEstimate, second: PointEstimate) -> tuple[list[float], list[str]]:
    distance_m, _ = great_circle(first.latitude_rad, first.longitude_rad, second.latitude_rad, second.longitude_rad)
    spread_m = math.hypot(_sigma_m(first), _sigma_m(second), JOIN_FLOOR_M)
    squares = [(distance_m / spread_m) ** 2]
    words = [f"{name} {distance_m / 1000.0:.0f} km apart"]
    if first.time_ns is not None and second.time_ns is not None:
        apart_s = ns_to_seconds(first.time_ns - second.time_ns)
        spread_s = math.hypot(_sigma_s(first), _sigma_s(second), JOIN_FLOOR_S)
        squares.append((apart_s / spread_s) ** 2)
        words.append(f"{name} {abs(apart_s):.0f} s apart")
    return squares, words


def _sigma_m(point: PointEstimate) -> float:
    return (point.semi_major_m if point.semi_major_m is not None else _UNKNOWN_SEMI_M) / _FACTOR_95


def _sigma_s(point: PointEstimate) -> float:
    return point.sigma_time_s if point.sigma_time_s is not None else _UNKNOWN_SIGMA_S
