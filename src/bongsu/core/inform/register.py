"""The disagreement register: who says what of each figure of an event, as claims, and which figures all who state them agree on.

Pure. A figure is agreed when at least two nations state it and no two lie further apart than their stated uncertainties together, or than the
floor within which public reports of one flight usually agree (base/limits.py, AGREED_*). One nation alone agrees with nobody.
"""

import math
from collections.abc import Callable, Sequence

from bongsu.base.limits import AGREED_DISTANCE_M, AGREED_LENGTH_M, AGREED_SHARE, AGREED_TIME_S
from bongsu.base.units import NANOSECONDS_PER_SECOND
from bongsu.model.estimate import Estimate, PointEstimate
from bongsu.model.event import Assessment, Event
from bongsu.model.register import Figure, Register, Stated
from bongsu.model.warning import WarningStatus

_EARTH_M = 6_371_000.0
_SILENT = frozenset({WarningStatus.SUPERSEDED, WarningStatus.RETRACTED})
_DIGITS_RAD = 6


def updated(before: Register | None, event: Event, now_ns: int) -> Register | None:
    """The register of an event's new version; None when nobody's word has changed."""
    known = {} if before is None else {(claim.reporter, claim.field): claim for claim in before.claims}
    claims: list[Stated] = []
    for assessment in event.assessments:
        if assessment.warning.status in _SILENT or assessment.basis == "fused":
            continue
        for field, value, precision in _stated(assessment.warning.estimate):
            old = known.get((assessment.origin, field))
            if old is not None and old.value == value and old.precision == precision:
                claims.append(old)
            else:
                claims.append(_claim(event, assessment, field, value, precision, old, now_ns))
    if before is not None and tuple(claims) == before.claims:
        return None
    if before is None and not claims:
        return None
    return Register(
        event=event.event,
        version=1 if before is None else before.version + 1,
        time_ns=now_ns,
        claims=tuple(claims),
        figures=figures(claims),
    )


def figures(claims: Sequence[Stated]) -> tuple[Figure, ...]:
    """Each field that somebody states, in the order of `FIELDS`."""
    found: list[Figure] = []
    for field in FIELDS:
        stated = [claim for claim in claims if claim.field == field]
        if stated:
            found.append(_figure(field, stated))
    return tuple(found)


def _claim(
    event: Event,
    assessment: Assessment,
    field: str,
    value: float | int,
    precision: float | None,
    old: Stated | None,
    now_ns: int,
) -> Stated:
    warning = assessment.warning
    return Stated(
        id=f"{warning.warning}.{warning.version}.{field}",
        event=event.event,
        reporter=assessment.origin,
        field=field,
        value=value,
        source=assessment.item,
        recorded_ns=now_ns,
        said_ns=warning.time_ns,
        precision=precision,
        corrects=None if old is None else old.id,
    )


def _stated(estimate: Estimate | None) -> list[tuple[str, float | int, float | None]]:
    """Field, value and half width of the 95 % interval (None: not released) of all that an estimate states."""
    if estimate is None:
        return []
    stated = [
        ("apogee_m", estimate.apogee_m, None if estimate.sigma_apogee_m is None else 2.0 * estimate.sigma_apogee_m),
        ("range_m", estimate.range_m, None),
        ("bearing_rad", _rounded(estimate.bearing_rad), None),
        *_point("launch_time_ns", "site", estimate.launch),
        *_point("impact_time_ns", "impact", estimate.impact),
    ]
    return [(field, value, precision) for field, value, precision in stated if value is not None]


def _point(
    time_field: str, place: str, point: PointEstimate | None
) -> list[tuple[str, float | int | None, float | None]]:
    if point is None:
        return []
    sigma_s, wide_m = point.sigma_time_s, point.semi_major_m
    wide_rad = None if wide_m is None else wide_m / _EARTH_M
    across = max(math.cos(point.latitude_rad), 0.01)
    return [
        (time_field, point.time_ns, None if sigma_s is None else 2.0 * sigma_s * NANOSECONDS_PER_SECOND),
        (f"{place}_latitude_rad", _rounded(point.latitude_rad), wide_rad),
        (f"{place}_longitude_rad", _rounded(point.longitude_rad), None if wide_rad is None else wide_rad / across),
    ]


def _rounded(value: float | None) -> float | None:
    """To six metres: below it nothing has changed for a reader."""
    return None if value is None else round(value, _DIGITS_RAD)


def _figure(field: str, stated: Sequence[Stated]) -> Figure:
    values = [float(claim.value) for claim in stated]
    low, high = min(values), max(values)
    spread = high - low
    if field.endswith(("longitude_rad", "bearing_rad")):
        spread = min(spread, 2.0 * math.pi - spread)
    precisions = sorted((claim.precision or 0.0 for claim in stated), reverse=True)
    allowed = max(FIELDS[field](max(abs(low), abs(high))), sum(precisions[:2]))
    reporters = tuple(sorted(claim.reporter for claim in stated))
    return Figure(
        field=field,
        reporters=reporters,
        low=low,
        high=high,
        spread=spread,
        agreed=len(reporters) > 1 and spread <= allowed,
    )


def _length(value_m: float) -> float:
    return max(AGREED_LENGTH_M, AGREED_SHARE * value_m)


def _time(_: float) -> float:
    return AGREED_TIME_S * NANOSECONDS_PER_SECOND


def _angle(_: float) -> float:
    return AGREED_DISTANCE_M / _EARTH_M


FIELDS: dict[str, Callable[[float], float]] = {
    "launch_time_ns": _time,
    "site_latitude_rad": _angle,
    "site_longitude_rad": _angle,
    "apogee_m": _length,
    "range_m": _length,
    "bearing_rad": lambda _: math.radians(5.0),
    "impact_time_ns": _time,
    "impact_latitude_rad": _angle,
    "impact_longitude_rad": _angle,
}
"""The fields of the register in the order of an officer's questions, each with the spread that always agrees. Their names are the ledger's."""
