"""How likely each area is to be hit or overflown by what one originator says of a launch.

**Impact**: share of the ellipse's Gaussian within ALERT_REACH_M of the area (1,024 points, to 0.1 %). **Overflight**: share of ALERT_PATHS_COUNT paths
that pass within OVERFLIGHT_HALF_WIDTH_M; each runs from the launch point to one possible impact, so that a short flight does not overfly what lies
beyond. The launch point's own error (a few kilometres) is left out. Sources: geo/areas; checked against plain sampling in
tests/core/inform/test_alert_decision.py.
"""

import math

import numpy as np

from bongsu.base.limits_alerts import ALERT_PATHS_COUNT, ALERT_REACH_M, ALERT_UNKNOWN_ELLIPSE_M, OVERFLIGHT_HALF_WIDTH_M
from bongsu.core.inform.alert_decision import Chance
from bongsu.geo.areas import AreaSet
from bongsu.geo.areas.areaset import GAUSSIAN_POINTS, NINETY_FIVE_PERCENT
from bongsu.geo.areas.local import EARTH_RADIUS_M, from_axes
from bongsu.geo.frames import great_circle
from bongsu.geo.path import great_circle_points
from bongsu.model.estimate import Estimate, PointEstimate
from bongsu.model.noun import Floats

LEVELS = ("province", "islands")
"""Areas are alerted at these levels until districts can be subscribed to."""
_STEP_M = 50_000.0
"""Spacing of the points of an overflown path."""
_LEAST = 0.01
"""Chances under this are not carried along: the table asks for twice as much at least."""


def chances(estimate: Estimate | None, areas: AreaSet, country: str) -> tuple[Chance, ...]:
    """Every area of the country that may be hit or overflown, by area and kind. An impact that is not known concerns nobody yet."""
    impact = None if estimate is None else estimate.impact
    if estimate is None or impact is None:
        return ()
    found = [*_hits(impact, areas, country), *_overflights(estimate.launch, impact, areas, country)]
    return tuple(chance for chance in found if chance.probability >= _LEAST)


def _hits(impact: PointEstimate, areas: AreaSet, country: str) -> list[Chance]:
    shares = areas.shares_near(
        impact.latitude_rad, impact.longitude_rad, offsets_m(impact, GAUSSIAN_POINTS), ALERT_REACH_M, LEVELS, country
    )
    return [Chance(area, "impact", share, impact.time_ns) for area, share in shares]


def _overflights(launch: PointEstimate | None, impact: PointEstimate, areas: AreaSet, country: str) -> list[Chance]:
    if launch is None or launch.time_ns is None or impact.time_ns is None:
        return []
    middle, count = _path(launch, impact.latitude_rad, impact.longitude_rad)
    ends_m = offsets_m(impact, _spread(ALERT_PATHS_COUNT))
    farthest_m = float(np.linalg.norm(ends_m, axis=1).max())
    if not areas.near_path(middle, OVERFLIGHT_HALF_WIDTH_M + farthest_m, levels=LEVELS, country=country):
        return []
    span_ns = impact.time_ns - launch.time_ns
    met: dict[str, list[int]] = {}
    for east_m, north_m in ends_m:
        latitude_rad = impact.latitude_rad + north_m / EARTH_RADIUS_M
        longitude_rad = impact.longitude_rad + east_m / (EARTH_RADIUS_M * math.cos(impact.latitude_rad))
        points, count = _path(launch, latitude_rad, longitude_rad)
        for touch in areas.near_path(points, OVERFLIGHT_HALF_WIDTH_M, levels=LEVELS, country=country):
            met.setdefault(touch.area, []).append(launch.time_ns + span_ns * touch.nearest_index // (count - 1))
    return [
        Chance(area, "overflight", len(times) / ALERT_PATHS_COUNT, sum(times) // len(times))
        for area, times in sorted(met.items())
    ]


def _path(launch: PointEstimate, latitude_rad: float, longitude_rad: float) -> tuple[Floats, int]:
    ends = (launch.latitude_rad, launch.longitude_rad, latitude_rad, longitude_rad)
    distance_m, _ = great_circle(*ends)
    count = max(2, round(distance_m / _STEP_M))
    return great_circle_points(*ends, count), count


def half_axes_m(impact: PointEstimate) -> tuple[float, float]:
    """Of its 95 % ellipse, the longer first; without one, of the widest that is assumed."""
    major_m = impact.semi_major_m if impact.semi_major_m is not None else ALERT_UNKNOWN_ELLIPSE_M
    return major_m, impact.semi_minor_m if impact.semi_minor_m is not None else major_m


def offsets_m(impact: PointEstimate, deviations: Floats) -> Floats:
    """Points of a standard Gaussian as east and north of the impact, by its 95 % ellipse."""
    return from_axes(deviations * np.array(half_axes_m(impact)) / NINETY_FIVE_PERCENT, impact.bearing_rad or 0.0)


def _spread(count: int) -> Floats:
    """Points (N, 2) of a standard Gaussian of equal weight, each turned from the last by the golden angle."""
    radius = np.sqrt(-2.0 * np.log(1.0 - (np.arange(count) + 0.5) / count))
    turn = np.arange(count) * 2.399963229728653
    return np.column_stack([radius * np.cos(turn), radius * np.sin(turn)])
