"""A row of a public data set, whatever its layout: figures with their units, nothing interpreted yet."""

from __future__ import annotations

import re
from typing import NamedTuple

from bongsu.base.errors import BadValue
from bongsu.base.time import parse_time
from bongsu.ledger.launches import Kind

NOTHING = ("", "unknown", "n/a", "na", "none", "-")

# Words in a name that say what was launched; everything else in these data sets is ballistic.
_SATELLITE = ("unha", "chollima", "kwangmyongsong", "taepodong", "paektusan", "slv")
_MANOEUVRING = (
    "kn-23",
    "kn-24",
    "hwasong-11a",
    "hwasong-12a",
    "hwasong-12b",
    "hwasong-16",
    "marv",
    "glide",
    "hypersonic",
)
_CRUISE = ("cruise", "hwasal", "kumsong")

_CLOCK = re.compile(r"(?:\d{4}-\d\d-\d\d[ T])?(\d{1,2}):(\d\d)(?::\d\d)?(?: ?\(?(?:UTC|GMT|Z)\)?)?", re.ASCII)
_NUMBER = re.compile(r"[~<>]?\s*([\d.,]+)\s*(?:km|kilometers?|kilometres?)?", re.ASCII | re.IGNORECASE)


class Row(NamedTuple):
    """`day` is the date as written (where only a month or year is known, that), `clock` hours and minutes as written and said to be UTC; None: unknown."""

    place: str
    day: str
    clock: tuple[int, int] | None
    name: str
    kind: Kind
    series: int | None
    site: str
    latitude_deg: float | None
    longitude_deg: float | None
    apogee_km: float | None
    range_km: float | None
    bearing_deg: float | None
    outcome: str
    text: str
    entered: str

    @property
    def time_ns(self) -> int | None:
        """Date and clock joined as if both were UTC: which is what the set says, and where its traps lie."""
        if self.clock is None or len(self.day) < 10:
            return None
        return parse_time(f"{self.day}T{self.clock[0]:02d}:{self.clock[1]:02d}:00Z")


def kind_of(*names: str) -> Kind:
    """What a name stands for."""
    text = " ".join(names).lower()
    if any(word in text for word in _SATELLITE):
        return Kind.SATELLITE
    if any(word in text for word in _CRUISE):
        return Kind.CRUISE
    return Kind.MANOEUVRING if any(word in text for word in _MANOEUVRING) else Kind.BALLISTIC


def checked_day(text: str) -> str:
    """A date, or only its month or year, as written. Raises `BadValue`."""
    filled = text + "2000-01-01"[len(text) :]
    try:
        parse_time(f"{filled}T00:00:00Z")
    except BadValue:
        filled = ""
    if len(text) not in (4, 7, 10) or not filled:
        raise BadValue(f"{text!r} is not a date", "write it like 2017-05-14")
    return text


def clock_of(text: str) -> tuple[int, int] | None:
    """`21:13 (UTC)`, `21:13:00`, `1899-12-30 21:13:00`. Raises `BadValue`."""
    if text.strip().lower() in NOTHING:
        return None
    match = _CLOCK.fullmatch(text.strip())
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:
        raise BadValue(f"{text!r} is not a time of day", "write it like 21:13, or unknown")
    return int(match[1]), int(match[2])


def kilometres_of(text: str, decimal_comma: bool = False) -> float | None:
    """`2,111.5 km`, `350`, `unknown`; with a decimal comma `2111,5 km`. Raises `BadValue`."""
    if text.strip().lower() in NOTHING:
        return None
    match = _NUMBER.fullmatch(text.strip())
    digits = "" if match is None else match[1]
    digits = digits.replace(".", "").replace(",", ".") if decimal_comma else digits.replace(",", "")
    try:
        return float(digits)
    except ValueError:
        raise BadValue(f"{text!r} is not a length", "write it like 2111.5 km, or unknown") from None


def degrees_of(text: str) -> float | None:
    """A latitude, longitude or bearing. Raises `BadValue`."""
    if text.strip().lower() in NOTHING:
        return None
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        raise BadValue(f"{text!r} is not an angle", "write degrees like 39.2, or unknown") from None
