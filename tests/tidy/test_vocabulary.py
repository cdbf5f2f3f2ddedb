"""Bongsu warns, drills, consults and records; no word of the project serves anything else.

`vocabulary.toml` lists the banned stems and, with a reason each, the few places where one may stand.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.tidy.tree import ROOT, text_files

LIST = Path(__file__).with_name("vocabulary.toml")


class Allowed(NamedTuple):
    """In files that match one of `files`, text that matches `pattern` is not looked at, for the `reason`."""

    files: tuple[str, ...]
    pattern: re.Pattern[str]
    reason: str

    def covers(self, path: Path) -> bool:
        return any(path.relative_to(ROOT).match(glob) for glob in self.files)


@cache
def rules() -> tuple[re.Pattern[str], tuple[Allowed, ...]]:
    """The pattern of all banned stems, and what is allowed."""
    table = tomllib.loads(LIST.read_text(encoding="utf-8"))
    stems = re.compile("|".join(rf"(?<![a-z]){stem}" for stem in table["banned"]), re.IGNORECASE)
    allowed = tuple(
        Allowed(tuple(row["files"]), re.compile(row["pattern"], re.IGNORECASE), row["reason"])
        for row in table["allowed"]
    )
    return stems, allowed


def checked_text(path: Path) -> str:
    """The text of a file without what is allowed in it."""
    text = path.read_text(encoding="utf-8")
    for row in rules()[1]:
        if row.covers(path):
            text = row.pattern.sub(lambda found: "\n" * found.group().count("\n"), text)
    return text


def checked_name(path: Path) -> str:
    """The name of a file without what is allowed in it."""
    name = str(path.relative_to(ROOT))
    for row in rules()[1]:
        if row.covers(path):
            name = row.pattern.sub("", name)
    return name


def test_no_banned_word() -> None:
    stems, _ = rules()
    found = [
        f"{path.relative_to(ROOT)}:{number}: {word.group()}"
        for path in text_files()
        if path != LIST
        for number, line in enumerate(checked_text(path).splitlines(), start=1)
        for word in stems.finditer(line)
    ]
    assert not found, f"say object, track, launch, impact; or give a reason in {LIST.name}: {found}"


def test_no_banned_word_in_a_file_name() -> None:
    stems, _ = rules()
    assert not [path for path in text_files() if stems.search(checked_name(path))]


def test_everything_allowed_has_a_reason_and_a_use() -> None:
    for row in rules()[1]:
        assert len(row.reason.split()) >= 4, row
        covered = [path for path in text_files() if row.covers(path) and path != LIST]
        assert any(row.pattern.search(path.read_text(encoding="utf-8")) for path in covered), f"not needed: {row}"


@pytest.mark.parametrize(
    "text", ["intercept_point", "Intercepted", "fire-control", "firecontrol", "TARGETS", "re_target", "war head"]
)
def test_the_stems_find(text: str) -> None:
    assert rules()[0].search(text)


@pytest.mark.parametrize("text", ["skill", "misfire controls nothing", "object", "thread", "launch"])
def test_the_stems_leave_other_words_alone(text: str) -> None:
    assert not rules()[0].search(text)
