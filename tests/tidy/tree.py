"""The files of the project, and the syntax trees of its source, for the tests of tidiness."""

from __future__ import annotations

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "bongsu"

# The core and all below it: no I/O, no clock, no chance, no iteration over a set.
PURE_LAYERS = ("core", "record", "views", "ledger", "wire", "words", "flight", "geo", "model", "base")

TEXT_SUFFIXES = {
    ".css",
    ".csv",
    ".html",
    ".in",
    ".js",
    ".json",
    ".jsonl",
    ".md",
    ".mjs",
    ".py",
    ".svg",
    ".toml",
    ".txt",
}
TEXT_NAMES = {"LICENSE", "Makefile", "NOTICE", "run", ".gitignore"}


@cache
def project_files() -> tuple[Path, ...]:
    """Every file that is tracked, or would be by `git add`."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = sorted({ROOT / name for name in listed.stdout.split("\0") if name})
    return tuple(path for path in paths if path.is_file())


def text_files() -> list[Path]:
    """Files that hold text written for this project or packaged with it; scripts of others, pinned by their hash, are not ours to word."""
    return [
        path
        for path in project_files()
        if (path.suffix in TEXT_SUFFIXES or path.name in TEXT_NAMES)
        and not (path.parent.name == "vendor" and path.suffix in {".js", ".txt"} and "tools" not in path.parts)
    ]


def python_files() -> list[Path]:
    """All our Python: source, tools, tests, benchmarks."""
    return [path for path in project_files() if path.suffix == ".py"]


def pure_files() -> list[Path]:
    """Python of the core and all layers below."""
    return [
        path for path in python_files() if SOURCE in path.parents and path.relative_to(SOURCE).parts[0] in PURE_LAYERS
    ]


@cache
def syntax(path: Path) -> ast.Module:
    """The syntax tree of one file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def place(path: Path, line: int) -> str:
    """`file:line`, as an editor understands it."""
    return f"{path.relative_to(ROOT)}:{line}"
