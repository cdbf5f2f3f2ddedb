"""The texts inside CAP elements: times, places, references and lists. Raises `CapError` with the element's path for what is not of the form.

The schema refuses `Z` and fractions of a second, so UTC is written `-00:00` and only whole seconds are written; more digits go into a parameter.
"""

import math
import re
from decimal import Decimal

from bongsu.base.errors import BadValue
from bongsu.base.time import format_time, parse_time
from bongsu.wire.cap12_types import NANOSECONDS_PER_SECOND, CapCircle, CapError, CapTime, Polygon, Reference

_TIME = re.compile(r"(\d{4})-\d\d-\d\dT\d\d:\d\d:\d\d([-+])(\d\d):(\d\d)", re.ASCII)
_NUMBER = re.compile(r"[-+]?\d{1,12}(?:\.\d{1,400})?", re.ASCII)
_LISTED = re.compile(r'"([^"]*)"|([^\s"]+)')
_FIRST_YEAR = 1970
_OFFSET_MINUTES = 14 * 60
"""Farthest offset of xs:dateTime."""
RING_POINTS = 4
"""Fewest points of a closed ring: three corners and the first again."""


def format_moment(moment: CapTime, path: str) -> str:
    """`2026-05-01T09:00:12+09:00`; never `Z`, and never a second that is cut short."""
    if moment.time_ns % NANOSECONDS_PER_SECOND:
        raise CapError("fraction", path, "a CAP time has whole seconds", "put the exact time into a parameter")
    if abs(moment.offset_minutes) > _OFFSET_MINUTES or moment.time_ns < 0:
        raise CapError("time", path, "a time before 1970, or more than 14 hours from UTC")
    local_ns = moment.time_ns + moment.offset_minutes * 60 * NANOSECONDS_PER_SECOND
    hours, minutes = divmod(abs(moment.offset_minutes), 60)
    sign = "+" if moment.offset_minutes > 0 else "-"
    return f"{format_time(local_ns, digits=0)[:-1]}{sign}{hours:02d}:{minutes:02d}"


def parse_moment(text: str, path: str) -> CapTime:
    """The moment that a time element names."""
    match = _TIME.fullmatch(text)
    if match is None or int(match[1]) < _FIRST_YEAR:
        raise CapError("time", path, f"{text[:40]!r} is not a CAP time", "write it like 2026-05-01T09:00:12+09:00")
    offset = int(match[3]) * 60 + int(match[4])
    if int(match[4]) > 59 or offset > _OFFSET_MINUTES:
        raise CapError("time", path, f"{text!r} has an offset that does not exist")
    try:
        time_ns = parse_time(text)
    except BadValue as error:
        raise CapError("time", path, error.fault, error.remedy) from None
    if time_ns < 0:
        raise CapError("time", path, f"{text!r} is before 1970 in UTC")
    return CapTime(time_ns, -offset if match[2] == "-" else offset)


def format_references(references: tuple[Reference, ...], path: str) -> str:
    """`sender,identifier,sent` for each, with blanks between."""
    return " ".join(f"{one.sender},{one.identifier},{format_moment(one.sent, path)}" for one in references)


def parse_references(text: str, path: str) -> tuple[Reference, ...]:
    """The documents that a `references` element names."""
    found = []
    for word in text.split():
        parts = word.split(",")
        if len(parts) != 3 or not parts[0] or not parts[1]:
            raise CapError("references", path, f"{word[:80]!r} is not sender,identifier,sent")
        found.append(Reference(parts[0], parts[1], parse_moment(parts[2], path)))
    return tuple(found)


def format_list(words: tuple[str, ...], path: str) -> str:
    """Words with blanks between; one that holds a blank stands in quotes."""
    for word in words:
        if not word.strip() or '"' in word or word != " ".join(word.split()):
            raise CapError("list", path, f"{word[:80]!r} cannot stand in a list", "leave out quotes and extra blanks")
    return " ".join(f'"{word}"' if " " in word else word for word in words)


def parse_list(text: str, path: str) -> tuple[str, ...]:
    """The words of a list in which one that holds blanks stands in quotes."""
    if _LISTED.sub("", text).strip():
        raise CapError("list", path, "a quote is not closed")
    words = (" ".join((quoted or plain).split()) for quoted, plain in _LISTED.findall(text))
    return tuple(word for word in words if word)


def format_polygon(polygon: Polygon, path: str) -> str:
    """`37.5,127.0 37.6,127.1 ...`, latitude first, closed."""
    check_ring(polygon, path)
    return " ".join(f"{_number(latitude)},{_number(longitude)}" for latitude, longitude in polygon)


def parse_polygon(text: str, path: str) -> Polygon:
    """The corners of a polygon element."""
    polygon = tuple(_point(word, path) for word in text.split())
    check_ring(polygon, path)
    return polygon


def check_ring(polygon: Polygon, path: str) -> None:
    """Closed, of three corners at least, each on the Earth."""
    if len(polygon) < RING_POINTS or polygon[0] != polygon[-1]:
        raise CapError("polygon", path, "a polygon has three corners at least, and ends where it began")
    for latitude, longitude in polygon:
        _check_place(latitude, longitude, path)


def format_circle(circle: CapCircle, path: str) -> str:
    """`37.5,127.0 12.5`: the middle, and the radius in kilometres."""
    _check_circle(circle, path)
    return f"{_number(circle.latitude_deg)},{_number(circle.longitude_deg)} {_number(circle.radius_km)}"


def parse_circle(text: str, path: str) -> CapCircle:
    """The circle of a circle element."""
    words = text.split()
    if len(words) != 2:
        raise CapError("circle", path, f"{text[:60]!r} is not a circle", "write it like 37.5,127.0 12.5")
    circle = CapCircle(*_point(words[0], path), _parse_number(words[1], path))
    _check_circle(circle, path)
    return circle


def _check_circle(circle: CapCircle, path: str) -> None:
    _check_place(circle.latitude_deg, circle.longitude_deg, path)
    if not 0.0 <= circle.radius_km <= 20_040.0:
        raise CapError("circle", path, f"a radius of {circle.radius_km} km is none on the Earth")


def _check_place(latitude: float, longitude: float, path: str) -> None:
    if not (math.isfinite(latitude) and math.isfinite(longitude) and abs(latitude) <= 90.0 and abs(longitude) <= 180.0):
        raise CapError("place", path, f"{latitude},{longitude} is not a place", "give degrees, latitude first")


def _point(word: str, path: str) -> tuple[float, float]:
    parts = word.split(",")
    if len(parts) != 2:
        raise CapError("place", path, f"{word[:40]!r} is not latitude,longitude")
    return _parse_number(parts[0], path), _parse_number(parts[1], path)


def _parse_number(text: str, path: str) -> float:
    if not _NUMBER.fullmatch(text):
        raise CapError("number", path, f"{text[:40]!r} is not a plain number")
    return float(text)


def _number(value: float) -> str:
    """The shortest digits that give the same number back, never with an exponent."""
    return format(Decimal(repr(float(value))), "f")
