"""What commands have in common by which somebody speaks at a node's console: their options, and how an answer is told."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from typing import Any

import click

ADDRESS = click.option(
    "--console", "address", required=True, metavar="URL", help="The node's console, such as http://127.0.0.1:8460."
)
_ACTOR = click.option("--actor", default=None, help="Who speaks; the name of the account by default.")
_ROLE = click.option("--role", default="duty", show_default=True, help="In which role.")


def speaking(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of a command by which somebody speaks."""
    for option in (_ROLE, _ACTOR, ADDRESS):
        command = option(command)
    return command


def ask(
    address: str, kind: str, about: str, version: int, arguments: dict[str, str], actor: str | None, role: str
) -> int:
    """Enter the command and say what became of it."""
    from bongsu.cli.console_link import command

    answer = command(address, kind, about, version, arguments, actor or getpass.getuser(), role)
    if answer.get("outcome") == "approved":
        click.echo(f"{kind} {about}: done")
        return 0
    click.echo(f"{kind} {about}: refused ({answer.get('reason')}): {answer.get('text', '')}".rstrip(": "), err=True)
    return 1
