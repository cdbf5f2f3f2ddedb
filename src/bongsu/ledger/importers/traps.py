"""The traps of public data sets, found in a row and in the text beside it. Reported, never repaired: a claim keeps what its source says.

* `slip-12h`: the row's time and the local time in its text are half a day apart.
* `local-date`: the row's date is the local date of its text, though its time is UTC and the local day has begun a day later.
* `orbit`: an apogee beside a satellite launch is the height of an orbit.
* `salvo`: one act counted as several rows with the same figures, several launches in one row, or another number of rows than the text says.
* `overwritten`: the text gives different figures of two reporters, the row keeps one and does not say whose.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from bongsu.base.units import NANOSECONDS_PER_SECOND
from bongsu.ledger.fields import write_time
from bongsu.ledger.importers.rows import Row
from bongsu.ledger.launches import Kind
from bongsu.ledger.plausibility import LOWEST_ORBIT_M

TRAPS = ("slip-12h", "local-date", "orbit", "salvo", "overwritten")
KOREA_S = 9 * 3600
"""Japan and Korea: UTC+9."""
_NEAR_MIN = 30
_DAY_MIN = 1440

_LOCAL_TIME = re.compile(r"\b(\d{1,2})(?::(\d\d))? ?([AaPp])\.?[Mm]\b\.?(?! ?UTC)", re.ASCII)
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_LOCAL_DATE = re.compile(
    rf"\b(?:({_MONTHS}) (\d{{1,2}})|(\d{{1,2}}) ({_MONTHS}))(?:, \d{{4}}| \d{{4}})? ?\(local(?: time)?\)"
)
_WORDS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}
_NUMBER = rf"(\d{{1,2}}|{'|'.join(_WORDS)})"
_THINGS = r"(?:(?:more |short-range |medium-range |ballistic |apparent )*(?:SRBMs|MRBMs|IRBMs|ICBMs|missiles|launches|projectiles|Scuds?))"
_COUNT = re.compile(
    rf"\b(?:launched|fired|lists|detected) (?:at least |approximately |about )?{_NUMBER} {_THINGS}"
    rf"|\b{_NUMBER} {_THINGS} were (?:launched|fired)",
    re.IGNORECASE,
)
_OF = re.compile(r"\((\d+) of (\d+)\)\s*$", re.ASCII)

_REPORTERS = (
    ("korea", re.compile(r"South Korean?|Joint Chiefs|\bJCS\b|\bROK\b")),
    (
        "japan",
        re.compile(
            r"Japan(?:ese)? (?:government|Ministry|Defense|Coast|lists|stated)|Japanese Ministry|Japanese government"
        ),
    ),
    (
        "kcna",
        re.compile(r"\bKCNA\b|press release|North Korean (?:press|state|media)|North Korea (?:stated|said|claimed)"),
    ),
)
_KM = r"(\d[\d,]*(?:\.\d+)?)(?: ?km| ?kilomet(?:er|re)s?)?"
_FIGURES = {
    "apogee": re.compile(
        rf"apogees? of (?:approximately |about )?{_KM}|{_KM} apogee|altitude of (?:approximately |about )?{_KM}"
    ),
    "range": re.compile(
        rf"range of (?:approximately |about )?{_KM}|(?:flew|flying|travell?ed|travell?ing)(?: approximately| about)? {_KM}"
    ),
}


class Trap(NamedTuple):
    """A trap in a data set: which, in which row, and what it shows."""

    name: str
    place: str
    said: str


def in_row(row: Row) -> list[Trap]:
    """Traps that one row shows by itself."""
    return [*_half_day(row), *_local_date(row), *_orbit(row), *_overwritten(row)]


def _local_minute(row: Row) -> int | None:
    return None if row.clock is None else (row.clock[0] * 60 + row.clock[1] + KOREA_S // 60) % _DAY_MIN


def _half_day(row: Row) -> list[Trap]:
    minute = _local_minute(row)
    told = [_minute_of(match) for match in _LOCAL_TIME.finditer(row.text)]
    if minute is None or not told:
        return []
    gaps = [min((minute - one) % _DAY_MIN, (one - minute) % _DAY_MIN) for one in told]
    if min(gaps) <= _NEAR_MIN or not any(abs(gap - _DAY_MIN // 2) <= _NEAR_MIN for gap in gaps):
        return []
    other = told[min(range(len(gaps)), key=lambda i: abs(gaps[i] - _DAY_MIN // 2))]
    clock = f"{minute // 60:02d}:{minute % 60:02d}"
    return [
        Trap(
            "slip-12h",
            row.place,
            f"the row's time is {clock} local, its text says {other // 60:02d}:{other % 60:02d}: half a day apart",
        )
    ]


def _minute_of(match: re.Match[str]) -> int:
    hour = int(match[1]) % 12 + (12 if match[3] in "Pp" else 0)
    return hour * 60 + int(match[2] or 0)


def _local_date(row: Row) -> list[Trap]:
    match = _LOCAL_DATE.search(row.text)
    if match is None or row.time_ns is None:
        return []
    month = _MONTHS.split("|").index(match[1] or match[4]) + 1
    told = f"{month:02d}-{int(match[2] or match[3]):02d}"
    local = write_time(row.time_ns + KOREA_S * NANOSECONDS_PER_SECOND)[5:10]
    if row.day[5:] != told or local == told:
        return []
    return [
        Trap(
            "local-date",
            row.place,
            f"date {row.day} is the local date of its text, but with its UTC time it is {local} in Korea",
        )
    ]


def _orbit(row: Row) -> list[Trap]:
    if row.kind is not Kind.SATELLITE or row.apogee_km is None or row.apogee_km * 1000.0 < LOWEST_ORBIT_M:
        return []
    return [
        Trap(
            "orbit",
            row.place,
            f"{row.name}: {row.apogee_km:g} km is the height of an orbit, not the top of a path to an impact",
        )
    ]


def _overwritten(row: Row) -> list[Trap]:
    traps = []
    for field, kept in (("apogee", row.apogee_km), ("range", row.range_km)):
        told = figures_by_reporter(row.text, field)
        if kept is None or len(told) < 2 or len({tuple(values) for values in told.values()}) < 2:
            continue
        said = "; ".join(f"{who} {' and '.join(f'{value:g}' for value in values)}" for who, values in told.items())
        traps.append(
            Trap("overwritten", row.place, f"{field} in km: {said}; the row keeps {kept:g} and does not say whose")
        )
    return traps


def figures_by_reporter(text: str, field: str) -> dict[str, list[float]]:
    """The figures of a field that sentences of a text attribute to exactly one reporter."""
    told: dict[str, list[float]] = {}
    for sentence in re.split(r"(?<=[a-z\d)\"])\. (?=[A-Z])", text):
        named = [code for code, pattern in _REPORTERS if pattern.search(sentence)]
        if len(named) != 1:
            continue
        values = [
            float(next(group for group in match if group).replace(",", ""))
            for match in _FIGURES[field].findall(sentence)
        ]
        if values:
            told.setdefault(named[0], []).extend(value for value in values if value not in told.get(named[0], []))
    return {who: sorted(values) for who, values in told.items()}


def in_day(rows: list[Row]) -> list[Trap]:
    """Salvos among the rows of one day that share their text."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(_OF.sub("", row.text).strip(), []).append(row)
    traps: list[Trap] = []
    for text, group in groups.items():
        traps += _repeated(group)
        counts = sorted({_count(match[1] or match[2]) for match in _COUNT.finditer(text)} - {0})
        of = [int(match[2]) for row in group if (match := _OF.search(row.text))]
        if text and counts and len(group) not in counts and not (of and len(group) <= max(of)):
            traps.append(
                Trap(
                    "salvo",
                    group[0].place,
                    f"{len(group)} row(s) for what the text counts as {' or '.join(map(str, counts))}",
                )
            )
        elif len(counts) > 1:
            traps.append(
                Trap(
                    "salvo",
                    group[0].place,
                    f"the text counts {' and '.join(map(str, counts))}; there are {len(group)} row(s)",
                )
            )
    return traps


def _count(text: str) -> int:
    return _WORDS.get(text.lower()) or int(text)


def _repeated(group: list[Row]) -> list[Trap]:
    """Rows that repeat one time and one set of figures."""
    same: dict[tuple[object, ...], list[Row]] = {}
    for row in group:
        same.setdefault((row.clock, row.name, row.site, row.apogee_km, row.range_km), []).append(row)
    return [
        Trap(
            "salvo",
            rows[0].place,
            f"{len(rows)} rows of {rows[0].day} repeat one time and one set of figures: one salvo, or {len(rows)} launches",
        )
        for rows in same.values()
        if len(rows) > 1
    ]
