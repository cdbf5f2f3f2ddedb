"""A file has at most 500 lines, a function at most 70."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.tidy.tree import ROOT, place, project_files, python_files, syntax

FILE_LINES = 500
FUNCTION_LINES = 70


def long_functions(tree: ast.Module) -> list[tuple[str, int, int]]:
    """Name, line and length of each function that is too long; decorators do not count."""
    return [
        (node.name, node.lineno, length)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES
    ]


def hand_written_pages() -> list[Path]:
    """Scripts and styles that are ours: what is vendored keeps its own size."""
    return [
        path
        for path in project_files()
        if path.suffix in {".js", ".mjs", ".css"} and "vendor" not in path.relative_to(ROOT).parts
    ]


def test_files_are_short() -> None:
    lengths = {
        path: len(path.read_text(encoding="utf-8").splitlines()) for path in python_files() + hand_written_pages()
    }
    too_long = [f"{path.relative_to(ROOT)}: {count} lines" for path, count in lengths.items() if count > FILE_LINES]
    assert not too_long, f"split these (at most {FILE_LINES} lines): {too_long}"


def test_functions_are_short() -> None:
    too_long = [
        f"{place(path, line)} {name}: {length} lines"
        for path in python_files()
        for name, line, length in long_functions(syntax(path))
    ]
    assert not too_long, f"split these (at most {FUNCTION_LINES} lines): {too_long}"


def test_a_long_function_is_found() -> None:
    source = "def walk():\n" + "    step = 1\n" * FUNCTION_LINES
    assert long_functions(ast.parse(source)) == [("walk", 1, FUNCTION_LINES + 1)]
