"""Writes the pages of docs/reference that come from the code: limits, errors, commands, scenarios.

`--check` writes nothing and exits 1 when a page is missing or stale.
"""

from __future__ import annotations

import argparse
import ast
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import click

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "bongsu"
PAGES = ROOT / "docs" / "reference"
NOTE = "<!-- Written by tools/reference.py from the code (`make reference`); do not edit. -->\n\n"


class Limit(NamedTuple):
    """One constant of base/limits.py; `reason` is empty when nobody gave one."""

    name: str
    value: str
    reason: str


class ErrorClass(NamedTuple):
    """One error class; `exit_code` is None when it inherits its parent's."""

    name: str
    parent: str
    module: str
    exit_code: int | None
    meaning: str


def main() -> int:
    """Write the pages, or check them."""
    parser = argparse.ArgumentParser(description="Write docs/reference from the code.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a page is stale")
    arguments = parser.parse_args()
    if not arguments.check:
        PAGES.mkdir(parents=True, exist_ok=True)
        for name, text in pages().items():
            (PAGES / name).write_text(text, encoding="utf-8")
        return 0
    stale = stale_pages()
    for name in stale:
        print(f"docs/reference/{name} is stale; run `make reference`", file=sys.stderr)
    return 1 if stale else 0


def pages() -> dict[str, str]:
    """Name and text of every generated page."""
    from bongsu.core.inform import alarm_table, alert_page
    from bongsu.drill import scenario_reference
    from bongsu.node import alerting
    from bongsu.wire import schema

    return {
        "limits.md": limits_page(),
        "errors.md": errors_page(),
        "cli.md": commands_page(),
        "alarms.md": NOTE + alarm_table.page(),
        "alerts.md": NOTE + alert_page.page() + "\n" + alerting.keys_page(),
        "scenario.md": NOTE + scenario_reference.page(),
        "exchange-v1.schema.json": json.dumps(schema.document(), indent=2, ensure_ascii=False) + "\n",
    }


def stale_pages() -> list[str]:
    """Names of the pages that are not what the code says now."""
    return [
        name
        for name, text in pages().items()
        if not (PAGES / name).is_file() or (PAGES / name).read_text(encoding="utf-8") != text
    ]


def limits() -> list[Limit]:
    """Every constant of base/limits.py and of the parts beside it, with the docstring that follows it."""
    files = sorted((SOURCE / "base").glob("limits*.py"))
    body = [one for path in files for one in ast.parse(path.read_text(encoding="utf-8")).body]
    found = []
    for number, node in enumerate(body):
        names = _constant_names(node)
        if not names:
            continue
        assert isinstance(node, ast.Assign | ast.AnnAssign)
        assert node.value is not None
        follower = body[number + 1] if number + 1 < len(body) else None
        found += [Limit(name, ast.unparse(node.value), _text_of(follower)) for name in names]
    return found


def _constant_names(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.Assign):
        return [name.id for name in node.targets if isinstance(name, ast.Name)]
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
        return [node.target.id]
    return []


def _text_of(node: ast.stmt | None) -> str:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
        return " ".join(node.value.value.split())
    return ""


def limits_page() -> str:
    """The table of bounds."""
    rows = "".join(f"| `{limit.name}` | {_number(limit.value)} | {_cell(limit.reason)} |\n" for limit in limits())
    return (
        f"{NOTE}# Limits\n\nEvery bound of the project, from `src/bongsu/base/limits*.py`; the unit is the last word of"
        f" the name.\n\n| name | value | reason |\n| --- | --- | --- |\n{rows}"
    )


def _number(text: str) -> str:
    try:
        value = ast.literal_eval(text)
    except ValueError:
        return f"`{text}`"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else f"{value}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def errors() -> list[ErrorClass]:
    """`BongsuError` and all its descendants, in whatever module, the root first and then by module and name."""
    classes = list(_classes())
    family = {"BongsuError"}
    while grown := {name for name, parents, _, _ in classes if name not in family and family.intersection(parents)}:
        family |= grown
    found = [
        ErrorClass(
            name, next(iter(parents), ""), module, _exit_code(node), " ".join((ast.get_docstring(node) or "").split())
        )
        for name, parents, module, node in classes
        if name in family
    ]
    return sorted(found, key=lambda error: (error.name != "BongsuError", error.module, error.name))


def _classes() -> Iterator[tuple[str, list[str], str, ast.ClassDef]]:
    for path in sorted(SOURCE.rglob("*.py")):
        module = ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                yield node.name, [ast.unparse(base).rpartition(".")[2] for base in node.bases], module, node


def _exit_code(node: ast.ClassDef) -> int | None:
    for statement in node.body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "exit_code":
            return int(ast.literal_eval(statement.value))
    return None


def errors_page() -> str:
    """The table of errors with their exit codes."""
    known = {error.name: error for error in errors()}
    rows = ""
    for error in known.values():
        ancestor = error
        while ancestor.exit_code is None:
            ancestor = known[ancestor.parent]
        rows += f"| `{error.name}` | `{error.module}` | {ancestor.exit_code} | {_cell(error.meaning)} |\n"
    return (
        f"{NOTE}# Errors\n\nWhat is at fault outside Bongsu: input, a partner's bytes, a file, a port. The command line"
        " prints one line (place, what is wrong, remedy) and ends with the exit code. An exit code of 3 is a fault of"
        " Bongsu itself, 130 an interruption.\n\n| error | module | exit code | meaning |\n| --- | --- | --- | --- |\n"
        f"{rows}"
    )


def commands() -> Iterator[tuple[str, click.Command, click.Context]]:
    """Every command and group, as (full name, command, context), in the order of their tables."""
    from bongsu.cli.main import main as root

    yield from _walk(root, _context(root, None, "bongsu"))


def _walk(command: click.Command, context: click.Context) -> Iterator[tuple[str, click.Command, click.Context]]:
    yield context.command_path, command, context
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            assert child is not None, f"{context.command_path} lists {name} but cannot give it"
            yield from _walk(child, _context(child, context, name))


def _context(command: click.Command, parent: click.Context | None, name: str) -> click.Context:
    settings = {**command.context_settings, "terminal_width": 100, "max_content_width": 100}
    return click.Context(command, parent=parent, info_name=name, **settings)


def commands_page() -> str:
    """The help of every command, as the program prints it."""
    parts = [f"{NOTE}# Commands\n"]
    for name, command, context in commands():
        help_text = "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
        parts.append(f"\n## {name}\n\n```text\n{help_text}\n```\n")
    return "".join(parts)


if __name__ == "__main__":
    sys.exit(main())
