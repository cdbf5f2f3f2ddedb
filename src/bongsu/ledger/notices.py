"""Notices of launches: was the launch in the announced window, early or late, and did what fell come down in the announced zones?

Two notices of one launch are two claims, and both are kept: each is compared on its own. Zones are polygons on latitude and longitude
(edges straight in degrees, as notices draw them); one across 180 degrees is unwrapped before use, and corners that are listed crosswise are put in
order around their middle.
"""

from __future__ import annotations

import math
from enum import StrEnum
from typing import NamedTuple

from bongsu.base.errors import BadValue
from bongsu.base.units import NANOSECONDS_PER_SECOND, radians
from bongsu.model.noun import Noun


class Zone(NamedTuple):
    """Corners (latitude, longitude) in radians, in order around the middle; longitudes run on beyond 180 degrees where needed."""

    corners_rad: tuple[tuple[float, float], ...]

    @classmethod
    def of_degrees(cls, corners_deg: list[tuple[float, float]]) -> Zone:
        """A zone of corners as a notice lists them. Raises `BadValue`."""
        if any(not (abs(latitude) <= 90.0 and abs(longitude) <= 180.0) for latitude, longitude in corners_deg):
            raise BadValue(f"{corners_deg} is not on Earth", "give latitude within 90 and longitude within 180 degrees")
        first = radians(corners_deg[0][1])
        corners = [
            (radians(latitude), first + math.remainder(radians(longitude) - first, 2.0 * math.pi))
            for latitude, longitude in corners_deg
        ]
        if corners[0] == corners[-1]:
            corners = corners[:-1]
        if _crosses_itself(corners):
            middle = [sum(corner[axis] for corner in corners) / len(corners) for axis in (0, 1)]
            corners.sort(key=lambda corner: math.atan2(corner[0] - middle[0], corner[1] - middle[1]))
        return cls(tuple(corners))

    def holds(self, latitude_rad: float, longitude_rad: float) -> bool:
        """Whether a point lies inside (even-odd rule)."""
        first = self.corners_rad[0][1]
        x, y = first + math.remainder(longitude_rad - first, 2.0 * math.pi), latitude_rad
        inside = False
        for (y1, x1), (y2, x2) in _edges(list(self.corners_rad)):
            if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
                inside = not inside
        return inside


def _edges(corners: list[tuple[float, float]]) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    return list(zip(corners, corners[1:] + corners[:1], strict=True))


def _crosses_itself(corners: list[tuple[float, float]]) -> bool:
    """Whether two edges without a common corner cut each other."""
    edges = _edges(corners)
    count = len(edges)
    return any(
        _cut(*edges[i], *edges[j]) for i in range(count) for j in range(i + 2, count) if (i, j) != (0, count - 1)
    )


def _cut(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float], d: tuple[float, float]) -> bool:
    def side(p: tuple[float, float], q: tuple[float, float], r: tuple[float, float]) -> float:
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    return side(a, b, c) * side(a, b, d) < 0.0 and side(c, d, a) * side(c, d, b) < 0.0


class Notice(Noun, frozen=True):
    """A notice of one launch by one issuer: its window (nanoseconds UTC) and zones; no zones: the source gives no corners."""

    id: str
    launch: str
    issuer: str
    kind: str
    from_ns: int
    until_ns: int
    zones: tuple[Zone, ...]
    source: str
    note: str = ""


class Timing(StrEnum):
    """Where a launch lies against a window."""

    IN = "in"
    EARLY = "early"
    LATE = "late"


class Compared(NamedTuple):
    """A launch time against one notice: `off_s` is how far outside the window, 0 inside."""

    notice: Notice
    timing: Timing
    off_s: float


def compare(notice: Notice, launch_time_ns: int) -> Compared:
    """In, early or late, and by how much."""
    if launch_time_ns < notice.from_ns:
        return Compared(notice, Timing.EARLY, (notice.from_ns - launch_time_ns) / NANOSECONDS_PER_SECOND)
    if launch_time_ns > notice.until_ns:
        return Compared(notice, Timing.LATE, (launch_time_ns - notice.until_ns) / NANOSECONDS_PER_SECOND)
    return Compared(notice, Timing.IN, 0.0)


def zone_of(notice: Notice, latitude_rad: float, longitude_rad: float) -> int | None:
    """Number (from 1) of the zone that holds a point, 0 for outside all; None when the notice gives no corners."""
    if not notice.zones:
        return None
    return next((i for i, zone in enumerate(notice.zones, 1) if zone.holds(latitude_rad, longitude_rad)), 0)


def span(seconds: float) -> str:
    """A length of time in words: `77 min`, `10 h 17 min`."""
    minutes = round(seconds / 60.0)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"
