"""One object of a session as the row of a scenario that flies like it."""

import math
from collections.abc import Callable
from typing import Any

from bongsu.base.units import METRES_PER_KILOMETRE, seconds_to_ns
from bongsu.geo.geodesic import geodesic_inverse
from bongsu.model.estimate import PointEstimate
from bongsu.model.warning import WarningStatus
from bongsu.views.objects import Known

_IN_ORBIT_M = 150_000.0
_LEAST_KM, _MOST_KM = 20.0, 15_000.0
_PULL_UP = {"height_km": 40.0, "lift_to_drag": 1.0}
_ORBIT = {"burn_s": 120.0}


def launch(known: Known, at_s: Callable[[int], float]) -> tuple[dict[str, Any] | None, str]:
    """The row of a launch; None and why, where too little is known of it."""
    begun, apogee_m = known.launch, known.apogee_m
    if begun is None or begun.time_ns is None:
        return None, "nobody knows where and when it began"
    if apogee_m is None:
        return None, "nobody knows how high it went"
    impact, last = known.impact, known.last
    kind: dict[str, Any] = {}
    if impact is not None:
        end = (impact.latitude_rad, impact.longitude_rad)
    elif last is not None:
        end = (last.latitude_rad, last.longitude_rad)
        orbit = last.altitude_m > _IN_ORBIT_M and WarningStatus.IMPACTED not in known.status.values()
        kind = {"kind": "satellite", "orbit": _ORBIT} if orbit else {"kind": "manoeuvring", "pull_up": _PULL_UP}
        kind["assumed"] = ["kind", "range_km", *(("orbit",) if orbit else ("pull_up",))]
    else:
        return None, "nobody knows where it went"
    figures = _figures(begun, end, apogee_m)
    if figures is None:
        return None, "its figures are outside what a scenario flies"
    return {"id": known.name, "at_s": at_s(begun.time_ns), **figures, **kind}, ""


def false_alarm(known: Known, radar: str, at_s: Callable[[int], float]) -> dict[str, Any] | None:
    """The row of a false alarm that one radar shows, from the first word on until it was taken back."""
    begun, apogee_m, end = known.launch, known.apogee_m, known.impact or known.last
    times = [(time_ns, one) for versions in known.said.values() for time_ns, one in versions]
    if begun is None or begun.time_ns is None or apogee_m is None or end is None:
        return None
    figures = _figures(begun, (end.latitude_rad, end.longitude_rad), apogee_m)
    if figures is None:
        return None
    first_ns = min(time_ns for time_ns, _ in times)
    from_s = max(at_s(first_ns - seconds_to_ns(_SEEN_BEFORE_S)), at_s(begun.time_ns), 0.0)
    until_s = at_s(max(time_ns for time_ns, one in times if one.status is WarningStatus.RETRACTED))
    cause = next((one.reason for _, one in reversed(times) if one.reason), "") or "Retracted in the session."
    began_s = min(at_s(begun.time_ns), from_s)
    row = {"id": known.name, "sensor": radar, "at_s": began_s, "from_s": from_s, "until_s": until_s}
    return {**row, **figures, "cause": cause} if from_s < until_s else None


_SEEN_BEFORE_S = 10.0
"""A track is confirmed, and warned of, about so long after its first plot."""


def _figures(begun: PointEstimate, end: tuple[float, float], apogee_m: float) -> dict[str, Any] | None:
    range_m, bearing = geodesic_inverse(begun.latitude_rad, begun.longitude_rad, *end)
    range_km, apogee_km = float(range_m) / METRES_PER_KILOMETRE, apogee_m / METRES_PER_KILOMETRE
    if not (_LEAST_KM <= range_km <= _MOST_KM and apogee_km >= _LEAST_KM):
        return None
    return {
        "latitude_deg": round(math.degrees(begun.latitude_rad), 4),
        "longitude_deg": round(math.degrees(begun.longitude_rad), 4),
        "bearing_deg": round(math.degrees(float(bearing)) % 360.0, 3) % 360.0,
        "apogee_km": round(apogee_km, 2),
        "range_km": round(range_km, 2),
    }
