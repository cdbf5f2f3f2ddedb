"""Finds what the core and all below it may not do: read a clock, draw chance, do I/O, depend on memory addresses."""

from __future__ import annotations

import ast
from collections.abc import Iterator

BANNED_MODULES = frozenset(
    [
        "asyncio",
        "http",
        "multiprocessing",
        "random",
        "requests",
        "secrets",
        "select",
        "selectors",
        "socket",
        "sqlite3",
        "ssl",
        "subprocess",
        "threading",
        "time",
        "urllib.request",
        "uuid",
    ]
)
BANNED_ATTRIBUTES = frozenset(
    [
        "date.today",
        "datetime.now",
        "datetime.today",
        "datetime.utcnow",
        "np.random",
        "numpy.random",
        "os.environ",
        "os.getenv",
        "os.getpid",
        "os.times",
        "os.urandom",
        "sys.stderr",
        "sys.stdin",
        "sys.stdout",
    ]
)
# `hash` differs between runs (PYTHONHASHSEED), `id` between processes.
BANNED_BUILTINS = frozenset({"hash", "id", "input", "open", "print"})


def banned(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and text of each banned import, attribute or call."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name) for name in node.names if _module_is_banned(name.name))
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield from _banned_from(node)
        elif isinstance(node, ast.Attribute):
            dotted = ".".join(ast.unparse(node).split(".")[-2:])
            if dotted in BANNED_ATTRIBUTES:
                yield node.lineno, dotted
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in BANNED_BUILTINS:
            yield node.lineno, f"{node.func.id}()"


def _module_is_banned(name: str) -> bool:
    return name in BANNED_MODULES or name.partition(".")[0] in BANNED_MODULES


def _banned_from(node: ast.ImportFrom) -> Iterator[tuple[int, str]]:
    module = node.module or ""
    for name in node.names:
        dotted = f"{module}.{name.name}"
        if _module_is_banned(module) or dotted in BANNED_MODULES | BANNED_ATTRIBUTES:
            yield node.lineno, dotted
