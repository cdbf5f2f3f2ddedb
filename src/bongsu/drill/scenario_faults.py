"""Turns the reader's complaint about a scenario into one line: file, path, what is wrong, what to do."""

import difflib
import math
import re
from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import inspect

from bongsu.base.errors import BadInput

_PLACE = re.compile(r"(?P<fault>.*?)(?: - at `\$(?P<path>.*)`)?", re.DOTALL)
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<key>.*)`")
_MISSING = re.compile(r"Object missing required field `(?P<key>.*)`")
_TAG = re.compile(r"Invalid value '(?P<tag>.*)'")
_UNITS = ("_deg", "_km", "_m", "_s", "_hz", "_m_s")


def explain(message: str, raw: dict[str, Any], top: type[msgspec.Struct], file: str) -> BadInput:
    """The error for a message of msgspec about `raw` read as `top`."""
    match = _PLACE.fullmatch(message)
    assert match is not None
    path = (match["path"] or "").removeprefix(".")
    fault = match["fault"]
    if unknown := _UNKNOWN.fullmatch(fault):
        known = _keys(inspect.type_info(top), raw, path)
        return BadInput(
            "unknown key" + nearest(unknown["key"], known),
            _remedy(unknown["key"], known),
            _place(file, path, unknown["key"]),
        )
    if missing := _MISSING.fullmatch(fault):
        return BadInput("a key is missing", "add it", _place(file, path, missing["key"]))
    if tagged := _TAG.fullmatch(fault):
        place, _, key = path.rpartition(".")
        if choices := _tags(inspect.type_info(top), raw, place, key):
            said = f"{tagged['tag']!r} is none of its kinds" + nearest(tagged["tag"], choices)
            return BadInput(said, f"use one of {', '.join(choices)}", _place(file, path, ""))
    fault = fault.replace("Expected `", "expected `", 1).replace("Invalid", "invalid", 1)
    return BadInput(fault, "docs/reference/scenario.md says what may stand there", _place(file, path, ""))


def nearest(word: str, known: Iterable[str]) -> str:
    """`.

    Did you mean X` for the known word that is meant: the same with a unit behind it, or one that is spelt alike.
    """
    choices = sorted(known)
    with_unit = [choice for choice in choices if any(choice == word + unit for unit in _UNITS)]
    stem = next((word.removesuffix(unit) for unit in _UNITS if word.endswith(unit)), word)
    same_stem = [choice for choice in choices if any(choice == stem + unit for unit in _UNITS)]
    alike = difflib.get_close_matches(word, choices, n=1, cutoff=0.6)
    for found in (*with_unit, *same_stem, *alike):
        return f"; did you mean {found}"
    return ""


def not_finite(raw: Any, path: str = "") -> str:
    """Path of the first number that is not finite; empty when all are."""
    if isinstance(raw, float) and not math.isfinite(raw):
        return path
    if isinstance(raw, dict):
        inner = [(f"{path}.{key}".removeprefix("."), value) for key, value in raw.items()]
    else:
        inner = [(f"{path}[{number}]", value) for number, value in enumerate(raw)] if isinstance(raw, list) else []
    return next((found for place, value in inner if (found := not_finite(value, place))), "")


def _remedy(key: str, known: Iterable[str]) -> str:
    return f"correct or remove it (known here: {', '.join(sorted(known))})" if not nearest(key, known) else "correct it"


def _place(file: str, path: str, key: str) -> str:
    return f"{file}: {'.'.join(part for part in (path, key) if part) or 'top level'}"


def _keys(kind: inspect.Type, raw: Any, path: str) -> list[str]:
    """Keys that the table at `path` may have."""
    kind, raw = _at(kind, raw, path)
    kind = _struct(kind, raw)
    assert isinstance(kind, inspect.StructType)
    tag = [kind.tag_field] if kind.tag_field is not None else []
    return tag + [field.name for field in kind.fields]


def _tags(kind: inspect.Type, raw: Any, path: str, key: str) -> list[str]:
    """What `key`, which says of which kind a table is, may say at `path`; empty where it says no such thing."""
    kind, _ = _at(kind, raw, path)
    if not isinstance(kind, inspect.UnionType):
        return []
    members = [member for member in kind.types if isinstance(member, inspect.StructType)]
    return sorted(str(member.tag) for member in members if member.tag_field == key)


def _at(kind: inspect.Type, raw: Any, path: str) -> tuple[inspect.Type, Any]:
    """Type and data at `path`, by walking the types and, where a union stands, the tag in the data."""
    for step in re.findall(r"[^.\[\]]+", path):
        kind = _struct(kind, raw)
        if isinstance(kind, inspect.StructType):
            kind = next(field.type for field in kind.fields if field.name == step)
            raw = raw[step]
        else:
            assert isinstance(kind, inspect.VarTupleType)
            kind, raw = kind.item_type, raw[int(step)]
    return kind, raw


def _struct(kind: inspect.Type, raw: Any) -> inspect.Type:
    """Out of a union, the member that the data is meant to be: by its tag, or the only one that is not None."""
    if not isinstance(kind, inspect.UnionType):
        return kind
    members = [member for member in kind.types if not isinstance(member, inspect.NoneType)]
    for member in members:
        if (
            isinstance(member, inspect.StructType)
            and member.tag_field is not None
            and raw.get(member.tag_field) == member.tag
        ):
            return member
    return members[0]
