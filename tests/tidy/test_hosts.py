"""No file names the host of a package registry or a path of somebody's machine."""

from __future__ import annotations

import re

from tests.tidy.tree import place, text_files

# Written in parts, so that this file holds none of them.
REGISTRIES = (
    ("pypi", "org"),
    ("pythonhosted", "org"),
    ("npmjs", "org"),
    ("npmjs", "com"),
    ("yarnpkg", "com"),
    ("crates", "io"),
    ("anaconda", "org"),
    ("golang", "org/proxy"),
    ("rubygems", "org"),
)
HOST = re.compile("|".join(rf"{name}\.{end}" for name, end in REGISTRIES) + r"|--(?:extra-)?index-url")
MACHINE_PATH = re.compile("/(?:" + "|".join(["ro" + "ot", "wo" + "rk", r"ho" + r"me/\w+", r"Us" + r"ers/\w+"]) + ")/")


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    """`file:line` of every line in which the pattern stands."""
    return [
        place(path, number)
        for path in text_files()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if pattern.search(line)
    ]


def test_no_host_of_a_registry() -> None:
    assert not lines_with(HOST)


def test_no_path_of_a_machine() -> None:
    assert not lines_with(MACHINE_PATH)


def test_the_patterns_find() -> None:
    assert HOST.search("https://files." + "pythonhosted" + ".org/packages")
    assert MACHINE_PATH.search("open('/ho" + "me/kim/flight.jsonl')")
    assert not MACHINE_PATH.search("docs/framework/page")
