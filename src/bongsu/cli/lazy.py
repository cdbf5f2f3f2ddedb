"""A group of commands as a table: a command's module is imported only when that command is asked for."""

from __future__ import annotations

import importlib
from typing import Any, NamedTuple

import click


class Row(NamedTuple):
    """Where a command lives (`module:attribute`) and its one line of help."""

    place: str
    summary: str


class TableGroup(click.Group):
    """The group of `table`; help lists it without importing anything."""

    def __init__(self, *arguments: Any, table: dict[str, Row], **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self._table = table

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all commands, in the table's order."""
        return list(self._table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and give one command; None if the table has no such row."""
        row = self._table.get(cmd_name)
        if row is None:
            return None
        module, _, attribute = row.place.partition(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command), f"{row.place} is not a command"
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands from the table, importing none."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, row.summary) for name, row in self._table.items()])
