"""Reads the packaged catalogues: one JSON a language, keys to sentences with `{parameters}`. A new language is one file."""

import json
from functools import cache
from importlib.resources import files

from bongsu.base.errors import BadValue

LANGUAGES = ("en", "ko", "ja")


@cache
def catalogue_bytes(name: str, language: str) -> bytes:
    """The catalogue `name` (such as `console`) in one language, as it is packaged. Raises `BadValue` for a language that there is not."""
    if language not in LANGUAGES:
        raise BadValue(f"{language!r} is not a language of Bongsu", f"use one of {', '.join(LANGUAGES)}")
    return (files("bongsu.words") / name / f"{language}.json").read_bytes()


@cache
def catalogue(name: str, language: str) -> dict[str, str]:
    """The same, decoded."""
    words: dict[str, str] = json.loads(catalogue_bytes(name, language))
    return words
