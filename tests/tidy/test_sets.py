"""The core and all below it never iterate over a set."""

from __future__ import annotations

import ast

import pytest

from tests.tidy.sets import iterations
from tests.tidy.tree import place, pure_files, syntax


def test_pure_layers_iterate_over_no_set() -> None:
    found = [place(path, line) for path in pure_files() for line in iterations(syntax(path))]
    assert not found, f"the order of a set differs between runs; use sorted() or a dict: {found}"


@pytest.mark.parametrize(
    "source",
    [
        "for code in {'kr', 'us'}: pass",
        "for code in set(codes): pass",
        "codes = {'kr'}\nfor code in codes: pass",
        "def f(codes: set[str]):\n    return [c for c in codes]",
        "def f(codes: frozenset[str] | None):\n    return list(codes)",
        "def f(codes: 'set[str]'):\n    return tuple(codes)",
        "','.join({'kr', 'us'})",
        "[*{1, 2}]",
        "seen: set[int] = set()\n{n: 1 for n in seen}",
        "def f():\n    if True:\n        seen = set()\n    return sum(n for n in seen)",
        "def f(a: set[int], b: set[int]):\n    for n in a - b: pass",
        "def f(a: set[int]):\n    for n in a.union(b): pass",
        "def f(a: set[int]):\n    return a.pop()",
        "class Room:\n    def __init__(self):\n        self._seen: set[str] = set()\n"
        "    def step(self):\n        return [name for name in self._seen]",
        "class Noun:\n    members: frozenset[str]\n    def text(self):\n        return ' '.join(self.members)",
        "def f():\n    seen = set()\n    def g():\n        return list(seen)\n    return g",
        "def f(a: set[int]):\n    for number, n in enumerate(a): pass",
    ],
)
def test_an_iteration_over_a_set_is_found(source: str) -> None:
    assert iterations(ast.parse(source))


@pytest.mark.parametrize(
    "source",
    [
        "for code in sorted({'kr', 'us'}): pass",
        "def f(codes: set[str]):\n    return any(c == 'kr' for c in codes)",
        "def f(codes: set[str]):\n    return sorted(c.upper() for c in codes)",
        "def f(codes: set[str]):\n    return 'kr' in codes and len(codes) > 1",
        "def f(codes: set[str]):\n    return {c.upper() for c in codes}",
        "def f(codes: dict[str, int]):\n    return [c for c in codes]",
        "def f(a: int, b: int):\n    return [n for n in range(a - b)]",
        "def f(codes: set[str]):\n    pass\ndef g(codes: list[str]):\n    return [c for c in codes]",
        "def f(codes: list[str]):\n    return codes.pop()",
    ],
)
def test_what_has_an_order_is_not_found(source: str) -> None:
    assert not iterations(ast.parse(source))
