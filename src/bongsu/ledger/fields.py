"""The fields of which a claim may speak: one table, with the units in which files and people give them.

Inside, numbers are SI and radians, times integer nanoseconds UTC; files hold kilometres, minutes, degrees and RFC 3339 with the
reporter's own offset. A value is read with its unit, so that no figure is ever taken in the wrong one.
"""

import math
import re
from typing import NamedTuple

from bongsu.base.errors import BadValue
from bongsu.base.time import format_time, parse_time
from bongsu.base.units import METRES_PER_KILOMETRE, NANOSECONDS_PER_SECOND
from bongsu.model.claim import Claim

# Factor from the unit of a file to the unit inside.
UNITS: dict[str, dict[str, float]] = {
    "m": {"m": 1.0, "km": METRES_PER_KILOMETRE},
    "s": {"s": 1.0, "min": 60.0},
    "rad": {"deg": math.pi / 180.0},
}


class Field(NamedTuple):
    """`name` is what files and people say, `key` what a claim holds; `unit` inside is m, s, rad, time or text; `shown` is told."""

    name: str
    key: str
    unit: str
    shown: str
    least: float = 0.0
    most: float = math.inf


_PI = math.pi
FIELDS: dict[str, Field] = {
    field.name: field
    for field in (
        Field("launch_time", "launch_time_ns", "time", ""),
        Field("impact_time", "impact_time_ns", "time", ""),
        Field("alert_time", "alert_time_ns", "time", ""),
        Field("alert_lifted_time", "alert_lifted_time_ns", "time", ""),
        Field("flight", "flight_s", "s", "s", 1.0, 86_400.0),
        Field("apogee", "apogee_m", "m", "km", 0.0, 1.0e8),
        Field("range", "range_m", "m", "km", 0.0, 2.1e7),
        Field("bearing", "bearing_rad", "rad", "deg", 0.0, 2.0 * _PI),
        Field("site_latitude", "site_latitude_rad", "rad", "deg", -_PI / 2.0, _PI / 2.0),
        Field("site_longitude", "site_longitude_rad", "rad", "deg", -_PI, _PI),
        Field("impact_latitude", "impact_latitude_rad", "rad", "deg", -_PI / 2.0, _PI / 2.0),
        Field("impact_longitude", "impact_longitude_rad", "rad", "deg", -_PI, _PI),
        Field("name", "name", "text", ""),
        Field("site", "site", "text", ""),
        Field("path", "path", "text", ""),
        Field("fell", "fell", "text", ""),
        Field("outcome", "outcome", "text", ""),
        Field("passed_over_japan", "passed_over_japan", "text", ""),
        Field("count", "count", "text", ""),
        Field("told", "told", "text", ""),
    )
}
BY_KEY: dict[str, Field] = {field.key: field for field in FIELDS.values()}

_MINUTES = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d)(Z|[+-]\d\d:\d\d)", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class Value(NamedTuple):
    """A value as a claim holds it."""

    value: float | int | str
    precision: float | None
    zone: str


def field_named(name: str) -> Field:
    """The field of that name. Raises `BadValue`."""
    field = FIELDS.get(name)
    if field is None:
        raise BadValue(f"there is no field {name!r}", f"use one of {', '.join(FIELDS)}")
    return field


def read_value(field: Field, text: str, unit: str, precision: str) -> Value:
    """A value and its precision from a file's columns. Raises `BadValue`."""
    if field.unit == "text":
        if not text.strip():
            raise BadValue(f"{field.name} is empty", "leave the line out where nothing was said")
        return Value(text, None, "")
    if field.unit == "time":
        time_ns, zone = read_time(text)
        return Value(time_ns, number(precision) * NANOSECONDS_PER_SECOND if precision else None, zone)
    factor = UNITS[field.unit].get(unit)
    if factor is None:
        raise BadValue(f"{field.name} is in {unit!r}", f"use {' or '.join(UNITS[field.unit])}")
    value = number(text) * factor
    if not field.least <= value <= field.most:
        raise BadValue(f"{text} {unit} is impossible for {field.name}", "correct the figure or its unit")
    return Value(value, number(precision) * factor if precision else None, "")


def number(text: str) -> float:
    """A finite number. Raises `BadValue`."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise BadValue(f"{text!r} is not a number", "write it like 1001.2")
    return value


def read_time(text: str) -> tuple[int, str]:
    """RFC 3339, also to the minute, as nanoseconds UTC and the offset in which it was written. Raises `BadValue`."""
    short = _MINUTES.fullmatch(text)
    full = f"{short[1]}:00{short[2]}" if short else text
    time_ns = parse_time(full)
    return time_ns, "Z" if full[-1] in "Zz" else full[-6:]


def read_day(text: str) -> int | None:
    """A date or a time as nanoseconds UTC (a date: its first moment); None for an empty text. Raises `BadValue`."""
    if not text:
        return None
    return parse_time(f"{text}T00:00:00Z") if _DAY.fullmatch(text) else read_time(text)[0]


def write_time(time_ns: int, zone: str = "Z") -> str:
    """A time to the second in the offset in which the reporter gave it."""
    if zone in ("", "Z"):
        return format_time(time_ns, 0)
    hours, minutes = int(zone[1:3]), int(zone[4:6])
    offset_s = (hours * 60 + minutes) * 60 * (-1 if zone[0] == "-" else 1)
    return format_time(time_ns + offset_s * NANOSECONDS_PER_SECOND, 0)[:-1] + zone


def told(claim: Claim) -> str:
    """The value as a person reads it, with bound and unit: `at least 6000 km`, `2023-07-12T09:59:00+09:00`."""
    field = BY_KEY.get(claim.field)
    bound = {"exact": "", "about": "about ", "at_least": "at least ", "at_most": "at most "}[claim.bound]
    if field is None or isinstance(claim.value, str):
        return f"{bound}{claim.value}"
    if field.unit == "time":
        return bound + write_time(int(claim.value), claim.zone)
    return f"{bound}{round(claim.value / UNITS[field.unit][field.shown], 3):g} {field.shown}"
