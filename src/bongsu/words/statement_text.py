"""The text of a joint statement in three languages, from agreed figures only, rounded as coarsely as the shipped release policy would round them.

Places to 0.1 degree, lengths to 10 km, times to the minute, each the middle of what the members state. Outside of reality each paragraph begins
with its mark. A figure that is not agreed is left out, never guessed; where none is agreed the text says so.
"""

import math

import msgspec

from bongsu.base.time import format_time
from bongsu.model.mode import Mode
from bongsu.words.catalogue import LANGUAGES, catalogue

_KM_STEP = 10.0
_MINUTE_NS = 60_000_000_000


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What a statement is drafted from; `figures` are the agreed ones, lowest and highest value by field of the register (SI, radians, ns)."""

    circle: str
    members: tuple[str, ...]
    figures: dict[str, tuple[float, float]]
    retracted: tuple[str, ...]
    time_ns: int
    mode: Mode
    exercise: str
    note: str = ""


def texts(facts: Facts) -> tuple[tuple[str, str], ...]:
    """(language, text) for each language, sorted."""
    return tuple((language, text(facts, language)) for language in sorted(LANGUAGES))


def text(facts: Facts, language: str) -> str:
    """The statement in one language: a headline and paragraphs, each on a line of its own."""
    words = catalogue("statements", language)
    mark = marked(facts.mode, facts.exercise, language)
    sentences = _sentences(facts, words)
    paragraphs = [
        words["headline"].format(circle=facts.circle),
        " ".join(sentences) if sentences else words["nothing_agreed"],
        *([words["retracted"].format(who=_names(facts.retracted))] if facts.retracted else []),
        *([facts.note] if facts.note else []),
        words["members"].format(who=_names(facts.members), day=_day(facts.time_ns)),
    ]
    return "\n".join(f"{mark}{paragraph}" for paragraph in paragraphs)


def marked(mode: Mode, exercise: str, language: str) -> str:
    """What every paragraph begins with: nothing for real."""
    if mode is Mode.REAL:
        return ""
    return catalogue("statements", language)[f"mark.{mode.value}"].format(exercise=exercise)


def _sentences(facts: Facts, words: dict[str, str]) -> list[str]:
    """The agreed figures in words; one whose partner figure is missing still says its own part."""
    launch, impact = _place(facts, "site"), _place(facts, "impact")
    parts = [
        ("launch_time", {"time": _minute(facts, "launch_time_ns")}),
        ("launch_place", {"place": launch}),
        ("apogee", {"km": _km(facts, "apogee_m")}),
        ("range", {"km": _km(facts, "range_m")}),
        ("impact_time", {"time": _minute(facts, "impact_time_ns")}),
        ("impact_place", {"place": impact}),
    ]
    return [words[name].format(**values) for name, values in parts if all(values.values())]


def _middle(facts: Facts, field: str) -> float | None:
    known = facts.figures.get(field)
    return None if known is None else (known[0] + known[1]) / 2.0


def _minute(facts: Facts, field: str) -> str:
    middle_ns = _middle(facts, field)
    if middle_ns is None:
        return ""
    told = format_time(round(middle_ns / _MINUTE_NS) * _MINUTE_NS, 0)
    return f"{told[:10]} {told[11:16]} UTC"


def _km(facts: Facts, field: str) -> str:
    middle_m = _middle(facts, field)
    return "" if middle_m is None else f"{round(middle_m / 1000.0 / _KM_STEP) * _KM_STEP:,.0f}"


def _place(facts: Facts, name: str) -> str:
    latitude, longitude = _middle(facts, f"{name}_latitude_rad"), facts.figures.get(f"{name}_longitude_rad")
    if latitude is None or longitude is None:
        return ""
    west, east = longitude
    # Two longitudes on either side of the date line have their middle there, not on the other side of the Earth.
    middle = (west + east + (2.0 * math.pi if east - west > math.pi else 0.0)) / 2.0
    longitude_deg = (math.degrees(middle) + 180.0) % 360.0 - 180.0
    latitude_deg = math.degrees(latitude)
    north, east_of = "N" if latitude_deg >= 0.0 else "S", "E" if longitude_deg >= 0.0 else "W"
    return f"{abs(latitude_deg):.1f}°{north} {abs(longitude_deg):.1f}°{east_of}"


def _names(codes: tuple[str, ...]) -> str:
    return ", ".join(code.upper() for code in codes)


def _day(time_ns: int) -> str:
    return format_time(time_ns, 0)[:10]
