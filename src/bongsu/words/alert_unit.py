"""The template unit of public alerts: one packaged, versioned JSON in which every text stands in all languages side by side.

A unit is refused as a whole unless each text is there in each language with the same placeholders, so no language can lag behind the others.
"""

import json
import string
from functools import cache
from importlib.resources import files
from typing import Any

from bongsu.base.errors import BadValue
from bongsu.words.catalogue import LANGUAGES

PARTS = ("event", "headline", "who", "what", "where", "when", "do", "learn", "broadcast", "short")
"""Texts of each stage: who, what, where, when, what to do, where to learn more, and the forms for a headline and for phones."""
STAGES = ("pre_alert", "alert_impact", "alert_overflight", "passed", "corrected")
MODES = ("real", "exercise", "test")
PHRASES: dict[str, frozenset[str]] = {
    "areas": frozenset(["names", "country"]),
    "areas_between": frozenset(),
    "areas_more": frozenset(["names", "country", "count"]),
    "areas_here": frozenset(),
    "area_in_province": frozenset(["area", "province"]),
    "unconfirmed": frozenset(),
    "time_known": frozenset(["clock"]),
    "time_unknown": frozenset(),
}
"""Phrases that fill placeholders, and the placeholders that each has itself."""
PLACEHOLDERS = frozenset(["areas", "authority", "more", "sent", "time"])
"""What may stand in the text of a stage."""

Texts = dict[str, str]
"""One text by language."""


class Unit:
    """One version of all texts."""

    def __init__(self, version: str, marks: dict[str, Texts], phrases: dict[str, Texts], stages: Any) -> None:
        self.version = version
        self.marks = marks
        self.phrases = phrases
        self.stages: dict[str, dict[str, Texts]] = stages

    def text(self, stage: str, part: str, language: str) -> str:
        """One text as it stands, with its placeholders."""
        return self.stages[stage][part][language]

    def phrase(self, name: str, language: str, **values: str) -> str:
        """A phrase with its placeholders filled."""
        return self.phrases[name][language].format_map(values)


@cache
def unit() -> Unit:
    """The packaged unit."""
    return read((files("bongsu.words") / "alerts" / "unit.json").read_bytes())


def read(document: bytes) -> Unit:
    """A unit from its JSON. Raises `BadValue` when a text, a language or a placeholder is missing or too many."""
    try:
        found = json.loads(document)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise BadValue(f"the template unit is not JSON ({error})", "restore it from its last version") from None
    _keys(found, ("version", "marks", "phrases", "stages"), "unit")
    if not isinstance(found["version"], str) or not found["version"]:
        raise BadValue("the template unit has no version", "name one: each change of a text is a new version")
    _keys(found["marks"], MODES, "marks")
    for mode in MODES:
        _texts(found["marks"][mode], f"marks.{mode}")
        _mark(found["marks"][mode], mode)
    _keys(found["phrases"], tuple(PHRASES), "phrases")
    for name, names in PHRASES.items():
        if _texts(found["phrases"][name], f"phrases.{name}") != names:
            raise BadValue(f"phrases.{name} has other placeholders than are filled", f"use {', '.join(sorted(names))}")
    _keys(found["stages"], STAGES, "stages")
    for stage in STAGES:
        _stage(found["stages"][stage], f"stages.{stage}")
    return Unit(found["version"], found["marks"], found["phrases"], found["stages"])


def placeholders(text: str) -> frozenset[str]:
    """Names in braces. Raises `BadValue` for braces that name nothing."""
    try:
        names = [
            name for _, name, form, convert in string.Formatter().parse(text) if name is not None or form or convert
        ]
    except ValueError as error:
        raise BadValue(f"{text[:60]!r}: {error}", "write a placeholder like {areas}") from None
    if not all(name and name.isidentifier() for name in names):
        raise BadValue(f"{text[:60]!r} has a placeholder without a plain name", "write one like {areas}")
    return frozenset(name for name in names if name)


def _stage(found: Any, place: str) -> None:
    _keys(found, PARTS, place)
    for part in PARTS:
        used = _texts(found[part], f"{place}.{part}")
        if not used <= PLACEHOLDERS:
            raise BadValue(
                f"{place}.{part} has a placeholder that nothing fills", f"use {', '.join(sorted(PLACEHOLDERS))}"
            )
        if not all(text.strip() for text in found[part].values()):
            raise BadValue(f"{place}.{part} is empty in a language", "write it in every language")


def _texts(found: Any, place: str) -> frozenset[str]:
    """The placeholders of a text, the same in every language."""
    _keys(found, LANGUAGES, place)
    if not all(isinstance(text, str) and "\n" not in text for text in found.values()):
        raise BadValue(f"{place} is not a line of text in each language", "write each as one line")
    used = {language: placeholders(text) for language, text in found.items()}
    for language, names in used.items():
        if names != used["en"]:
            raise BadValue(f"{place}.{language} has other placeholders than en", "use the same in every language")
    return used["en"]


def _keys(found: Any, names: tuple[str, ...], place: str) -> None:
    if not isinstance(found, dict) or sorted(found) != sorted(names):
        raise BadValue(f"{place} does not hold exactly {', '.join(names)}", "add what is missing, remove the rest")


def _mark(texts: Texts, mode: str) -> None:
    if any(bool(text.strip()) == (mode == "real") for text in texts.values()):
        raise BadValue(f"marks.{mode} is wrong", "only real is unmarked, in every language")
