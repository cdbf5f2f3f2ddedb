"""The text of a notice to ships and aircraft, drafted for the authority that issues it: three languages, and the two forms that are sent in English.

Corners in degrees and decimal minutes for people and ships (as NAVAREA messages write them), degrees, minutes and seconds for airmen (ICAO Doc 10066); times
are UTC. Outside of reality each paragraph begins with its mark, and names the exercise.
"""

import math
from collections.abc import Sequence

import msgspec

from bongsu.base.errors import BadValue
from bongsu.base.time import format_time
from bongsu.model.mode import Mode
from bongsu.words.catalogue import LANGUAGES, catalogue

REASONS = ("over", "withdrawn", "not_at_sea")
"""Why a notice is cancelled."""
_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
_NAVAREA = (
    "{mark}{coordinator} (DRAFT)",
    "{mark}1. FALLING OBJECT. DANGER {begin} TO {end} IN AREA BOUND BY {corners}.",
    "{mark}2. CANCEL THIS MESSAGE {end}.",
)
_NOTAM = ("{mark}B) {begin} C) {end}", "{mark}E) FALLING OBJECT WI {corners}", "{mark}F) SFC G) UNL")
_NAVAREA_CANCEL = ("{mark}{coordinator} (DRAFT)", "{mark}1. CANCEL MESSAGE ON NOTICE {notice}.")
_NOTAM_CANCEL = ("{mark}E) NOTICE {notice} CNL",)

Corner = tuple[float, float]


class NoticeFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a notice says. `corners_rad` in order, not closed; `to` by language; `reason` is one of `REASONS` where it is cancelled, else empty."""

    notice: str
    version: int
    to: dict[str, str]
    corners_rad: tuple[Corner, ...]
    launched_ns: int | None
    from_ns: int
    until_ns: int
    mode: Mode
    exercise: str
    reason: str = ""


def texts(facts: NoticeFacts) -> dict[str, str]:
    """The notice in each language, a paragraph a line, ready to be sent. Raises `BadValue` for what cannot be said."""
    if facts.mode not in (Mode.REAL, Mode.EXERCISE, Mode.TEST):
        raise BadValue(f"mode {facts.mode.value} has no notices", "only real, exercise and test have")
    return {language: "\n".join(_paragraphs(facts, language)) for language in LANGUAGES}


def forms(facts: NoticeFacts) -> dict[str, str]:
    """`navarea` for ships and `notam` for airmen, in English as they are sent."""
    mark, english = _mark(facts, "en"), facts.to["en"]
    ships, airmen = (_NAVAREA_CANCEL, _NOTAM_CANCEL) if facts.reason else (_NAVAREA, _NOTAM)
    values = {"mark": mark, "coordinator": english.upper(), "notice": facts.notice.upper()}
    at_sea = {"begin": _navarea_time(facts.from_ns), "end": _navarea_time(facts.until_ns)}
    in_air = {"begin": _notam_time(facts.from_ns), "end": _notam_time(facts.until_ns)}
    corners, packed = minutes_text(facts.corners_rad), "-".join(_packed(corner) for corner in facts.corners_rad)
    return {
        "navarea": "\n".join(line.format(**values, **at_sea, corners=corners) for line in ships),
        "notam": "\n".join(line.format(**values, **in_air, corners=packed) for line in airmen),
    }


def minutes_text(corners_rad: Sequence[Corner]) -> str:
    """`38-12.4N 171-15.0E, ...`"""
    return ", ".join(
        f"{_minutes(latitude_rad, 2, 'NS')} {_minutes(longitude_rad, 3, 'EW')}"
        for latitude_rad, longitude_rad in corners_rad
    )


def _paragraphs(facts: NoticeFacts, language: str) -> list[str]:
    words, mark = catalogue("notices", language), _mark(facts, language)
    values = {
        "coordinator": facts.to[language],
        "notice": facts.notice,
        "version": facts.version,
        "launched": "?" if facts.launched_ns is None else _clock(facts.launched_ns),
        "corners": minutes_text(facts.corners_rad),
        "begin": _clock(facts.from_ns),
        "end": _clock(facts.until_ns),
    }
    keys = ("cancel", facts.reason) if facts.reason else ("to", "what", "where", "when", "ships", "aircraft")
    return [mark + words[key].format_map(values) for key in keys]


def _mark(facts: NoticeFacts, language: str) -> str:
    if facts.mode is Mode.REAL:
        return ""
    return catalogue("notices", language)[f"mark.{facts.mode.value}"].format(exercise=facts.exercise)


def _minutes(angle_rad: float, width: int, letters: str) -> str:
    tenths = round(abs(math.degrees(angle_rad)) * 600)
    return f"{tenths // 600:0{width}d}-{tenths % 600 / 10:04.1f}{letters[angle_rad < 0.0]}"


def _packed(corner: Corner) -> str:
    """`381224N1711500E`."""
    found = []
    for angle_rad, width, letters in ((corner[0], 2, "NS"), (corner[1], 3, "EW")):
        seconds = round(abs(math.degrees(angle_rad)) * 3600)
        degrees, rest = divmod(seconds, 3600)
        found.append(f"{degrees:0{width}d}{rest // 60:02d}{rest % 60:02d}{letters[angle_rad < 0.0]}")
    return "".join(found)


def _clock(time_ns: int) -> str:
    return format_time(time_ns, digits=0)[:16].replace("T", " ")


def _navarea_time(time_ns: int) -> str:
    """`032238Z OCT 22`."""
    text = format_time(time_ns, digits=0)
    return f"{text[8:10]}{text[11:13]}{text[14:16]}Z {_MONTHS[int(text[5:7]) - 1]} {text[2:4]}"


def _notam_time(time_ns: int) -> str:
    """`2210032238`."""
    text = format_time(time_ns, digits=0)
    return "".join(text[start : start + 2] for start in (2, 5, 8, 11, 14))
