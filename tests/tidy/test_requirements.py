"""Pins are exact, hashed and name no address; what the package asks for is what is pinned."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tests.tidy.tree import ROOT

FOLDER = ROOT / "requirements"
PIN = re.compile(r"[a-z0-9][a-z0-9-]*==[^\s;]+(?: ; .+?)?((?: --hash=sha256:[0-9a-f]{64})+)")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*")


def pins(path: Path) -> list[str]:
    """One text for each pin, its continued lines joined."""
    joined = path.read_text(encoding="utf-8").replace("\\\n", " ")
    return [" ".join(line.split()) for line in joined.splitlines() if line.strip() and not line.startswith("#")]


def names(lines: list[str]) -> set[str]:
    """Names of the packages that these requirements ask for."""
    return {NAME.match(line)[0].lower() for line in lines if NAME.match(line)}  # type: ignore[index]


@pytest.mark.parametrize("name", ["runtime", "dev", "tools"])
def test_every_pin_is_exact_and_hashed(name: str) -> None:
    lines = pins(FOLDER / f"{name}.txt")
    assert lines
    assert [line for line in lines if not PIN.fullmatch(line)] == []


@pytest.mark.parametrize("name", ["runtime", "dev", "tools"])
def test_everything_asked_for_is_pinned(name: str) -> None:
    wanted = names((FOLDER / f"{name}.in").read_text(encoding="utf-8").splitlines())
    assert sorted(wanted - names(pins(FOLDER / f"{name}.txt"))) == []


def test_developers_get_the_versions_of_the_runtime() -> None:
    runtime, dev = (
        {line.partition(" --hash")[0] for line in pins(FOLDER / f"{name}.txt")} for name in ("runtime", "dev")
    )
    assert sorted(runtime - dev) == []


def test_the_package_asks_for_what_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert names(project["dependencies"]) == names((FOLDER / "runtime.in").read_text(encoding="utf-8").splitlines())
