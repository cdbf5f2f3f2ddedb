"""Names what differs between the assessments of one event, so that an officer reads "range 1,000 km, 500 km" and need not look for it.

Two values differ when they lie further apart than both the stated uncertainties and the floor of the field; the floors are those within
which public reports of one flight usually agree (rounding to 10 km, to a minute).
"""

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

from bongsu.base.limits import AGREED_DISTANCE_M, AGREED_LENGTH_M, AGREED_SHARE, AGREED_TIME_S
from bongsu.base.units import NANOSECONDS_PER_SECOND
from bongsu.geo.frames import great_circle
from bongsu.model.estimate import Estimate, PointEstimate
from bongsu.model.event import Assessment
from bongsu.model.warning import WarningStatus
from bongsu.views.shape import Difference

SILENT = frozenset({WarningStatus.SUPERSEDED, WarningStatus.RETRACTED})


def differences(assessments: Sequence[Assessment]) -> tuple[Difference, ...]:
    """The fields in which these assessments differ, in the order of an officer's questions.

    The figures of a superseded or retracted one no longer count; that it was retracted while another still warns does.
    """
    speaking = [assessment for assessment in assessments if assessment.warning.status is not WarningStatus.SUPERSEDED]
    known = [(one.origin, one.warning.estimate) for one in speaking if one.warning.status not in SILENT]
    estimates = [(origin, estimate) for origin, estimate in known if estimate is not None]
    found = [
        _status(speaking),
        _points("launch_point", [(origin, estimate.launch) for origin, estimate in estimates]),
        _times("launch_time", [(origin, estimate.launch) for origin, estimate in estimates]),
        _figures("apogee_m", estimates, lambda estimate: estimate.apogee_m),
        _figures("range_m", estimates, lambda estimate: estimate.range_m),
        _points("impact_point", [(origin, estimate.impact) for origin, estimate in estimates]),
        _times("impact_time", [(origin, estimate.impact) for origin, estimate in estimates]),
    ]
    return tuple(difference for difference in found if difference is not None)


def _status(assessments: Sequence[Assessment]) -> Difference | None:
    """One says retracted (or not ballistic any more), another still warns."""
    values = tuple((assessment.origin, assessment.warning.status.value) for assessment in assessments)
    retracted = [status == WarningStatus.RETRACTED for _, status in values]
    return Difference("status", values) if any(retracted) and not all(retracted) else None


def _figures(
    field: str, estimates: Sequence[tuple[str, Estimate]], figure: Callable[[Estimate], float | None]
) -> Difference | None:
    values = tuple((origin, value) for origin, estimate in estimates if (value := figure(estimate)) is not None)
    if len(values) < 2:
        return None
    low, high = min(value for _, value in values), max(value for _, value in values)
    if high - low <= max(AGREED_LENGTH_M, AGREED_SHARE * abs(high)):
        return None
    return Difference(field, values, high - low)


def _stated(points: Sequence[tuple[str, PointEstimate | None]]) -> list[tuple[str, PointEstimate]]:
    return [(origin, point) for origin, point in points if point is not None]


def _points(field: str, points: Sequence[tuple[str, PointEstimate | None]]) -> Difference | None:
    """Points differ when they lie further apart than the two 95 % half-axes together."""
    stated = _stated(points)
    apart = list(_too_far(stated))
    if not apart:
        return None
    return Difference(field, tuple((origin, "") for origin, _ in stated), max(apart))


def _too_far(stated: Sequence[tuple[str, PointEstimate]]) -> Iterator[float]:
    for (_, one), (_, other) in combinations(stated, 2):
        distance_m, _bearing = great_circle(
            one.latitude_rad, one.longitude_rad, other.latitude_rad, other.longitude_rad
        )
        if distance_m > max(AGREED_DISTANCE_M, (one.semi_major_m or 0.0) + (other.semi_major_m or 0.0)):
            yield distance_m


def _times(field: str, points: Sequence[tuple[str, PointEstimate | None]]) -> Difference | None:
    """Times differ when they lie further apart than two of their joint standard deviations."""
    stated = [(origin, point, point.time_ns) for origin, point in _stated(points) if point.time_ns is not None]
    if len(stated) < 2:
        return None
    _, first, first_ns = min(stated, key=lambda row: row[2])
    _, last, last_ns = max(stated, key=lambda row: row[2])
    spread_s = (last_ns - first_ns) / NANOSECONDS_PER_SECOND
    if spread_s <= max(AGREED_TIME_S, 2.0 * math.hypot(first.sigma_time_s or 0.0, last.sigma_time_s or 0.0)):
        return None
    return Difference(field, tuple((origin, time_ns) for origin, _, time_ns in stated), spread_s)
