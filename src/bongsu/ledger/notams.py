"""NOTAMs of launches, as notices: ICAO's form (Annex 15, Doc 8126), with the liberties that issuers take.

Read: series and number, `NOTAMN` or `NOTAMR`, A) places, B) and C) the window (YYMMDDhhmm UTC), and the corners in E): `DDMM[SS]N DDDMM[SS]E`, or the
letters first, or with blanks between. Corners that come back to the first close a zone, and the next begins another; a blank in the middle of `Q)` does no
harm. A window without an end (`PERM`, `UFN`) is refused. Left out: Q) codes, heights in F) and G), fractions of a minute. A daily schedule in D) makes the true
window narrower than the one read, and the note says so.
"""

from __future__ import annotations

import re

from bongsu.base.errors import BadInput, BadValue
from bongsu.base.time import parse_time
from bongsu.ledger.notices import Notice, Zone

_HEAD = re.compile(r"\b([A-Z]\d{4}/\d{2}) NOTAM([NRC])\b")
_FIELD = re.compile(r"(?:^|\s)([A-G]|Q)\)\s*")
_TIME = re.compile(r"(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})")
_LATITUDE = r"(\d{2}) ?(\d{2})(?: ?(\d{2}))?(?:\.\d+)?"
_LONGITUDE = r"(\d{3}) ?(\d{2})(?: ?(\d{2}))?(?:\.\d+)?"
_CORNER = re.compile(
    rf"{_LATITUDE}\s?([NS])[\s,/-]*{_LONGITUDE}\s?([EW])|([NS])\s?{_LATITUDE}[\s,/-]*([EW])\s?{_LONGITUDE}"
)


def read(text: str, launch: str, source: str, place: str) -> list[Notice]:
    """Every NOTAM of a text, as notices of one launch. Raises `BadInput`."""
    heads = list(_HEAD.finditer(text))
    if not heads:
        raise BadInput("no NOTAM", "give its text as issued, beginning like B4525/23 NOTAMN", place)
    ends = [head.start() for head in heads[1:]] + [len(text)]
    notices = []
    for head, end in zip(heads, ends, strict=True):
        try:
            notices.append(_notice(head, text[head.end() : end], launch, source))
        except BadValue as error:
            raise BadInput(error.fault, error.remedy, f"{place}: {head[1]}") from None
    return notices


def _notice(head: re.Match[str], text: str, launch: str, source: str) -> Notice:
    if head[2] == "C":
        raise BadValue("a NOTAM that cancels another", "give the one that announces")
    fields = fields_of(text)
    from_ns, until_ns = time_of(fields.get("B", "")), time_of(fields.get("C", ""))
    if until_ns <= from_ns:
        raise BadValue("a window that ends before it begins", "correct B) or C)")
    return Notice(
        id=head[1],
        launch=launch,
        issuer=fields.get("A", "unknown").strip(),
        kind="NOTAM",
        from_ns=from_ns,
        until_ns=until_ns,
        zones=tuple(zones_of(fields.get("E", ""))),
        source=source,
        note=f"only at {' '.join(fields['D'].split())}" if "D" in fields else "",
    )


def fields_of(text: str) -> dict[str, str]:
    """The lettered fields of a NOTAM, the first of each letter."""
    marks = list(_FIELD.finditer(text))
    fields: dict[str, str] = {}
    for i, mark in enumerate(marks):
        end = marks[i + 1].start() if i + 1 < len(marks) else len(text)
        fields.setdefault(mark[1], text[mark.end() : end])
    return fields


def time_of(text: str) -> int:
    """`2311220000`, also with `EST` behind. Raises `BadValue`."""
    match = _TIME.match(text.strip())
    if match is None:
        raise BadValue(f"{text.strip()[:20]!r} is no end or begin of a window", "give ten digits, YYMMDDhhmm UTC")
    year, month, day, hour, minute = match.groups()
    return parse_time(f"20{year}-{month}-{day}T{hour}:{minute}:00Z")


def zones_of(text: str) -> list[Zone]:
    """Zones of the corners in a text: one that comes back to its first corner is closed. Raises `BadValue`."""
    zones: list[list[tuple[float, float]]] = [[]]
    # Printers break lines within a corner.
    for match in _CORNER.finditer(re.sub(r"(?<=\d)\r?\n(?=\d)", "", text)):
        corner = _corner(match)
        zone = zones[-1]
        zone.append(corner)
        if len(zone) > 3 and corner == zone[0]:
            zones.append([])
    return [Zone.of_degrees(zone) for zone in zones if len(zone) > 2]


def _corner(match: re.Match[str]) -> tuple[float, float]:
    groups = match.groups()
    if match[4]:
        latitude, north, longitude, east = groups[0:3], match[4], groups[4:7], match[8]
    else:
        north, latitude, east, longitude = match[9], groups[9:12], match[13], groups[13:16]
    return _degrees(latitude, north == "S"), _degrees(longitude, east == "W")


def _degrees(parts: tuple[str | None, ...], negative: bool) -> float:
    degrees, minutes, seconds = (float(part or 0) for part in parts)
    value = degrees + minutes / 60.0 + seconds / 3600.0
    return -value if negative else value
