"""`bongsu node`: run one partner's node."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NoReturn

import click

CONFIG = click.option(
    "--config",
    "config",
    required=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Settings of the node (TOML).",
)


@click.group(epilog="\b\nExample:\n  bongsu node run --config kr.toml")
def node() -> None:
    """Run a node: sensors and partners in, warnings out, everything on record."""


@node.command(epilog="\b\nExample:\n  bongsu node run --config kr.toml")
@CONFIG
def run(config: Path) -> NoReturn:
    """Run the node until SIGTERM or Ctrl-C; standard output tells its state as JSON lines."""
    from bongsu.node.run import run_node

    code = run_node(config)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(
        code
    )  # the record is sealed and all is said; taking half a second to take the interpreter apart serves nobody


@node.group(epilog="\b\nExample:\n  bongsu node account add --config kr.toml --role watch kim")
def account() -> None:
    """Who may log in at the node's console."""


@account.command(
    "add", epilog="\b\nExample:\n  bongsu node account add --config kr.toml --role watch --role consult kim"
)
@CONFIG
@click.option("--role", "roles", multiple=True, required=True, help="A role of the node; may be given more than once.")
@click.option("--password-stdin", is_flag=True, help="Read the password as one line from standard input.")
@click.option("--provider", is_flag=True, help="No password: NAME logs in through the provider of the settings alone.")
@click.argument("name")
def account_add(config: Path, roles: tuple[str, ...], password_stdin: bool, provider: bool, name: str) -> int:
    """Add NAME, or give it new roles and a new password."""
    from bongsu.adapters.accounts import Accounts
    from bongsu.base.errors import BadInput
    from bongsu.node.config import accounts_of

    path, known = accounts_of(config)
    unknown = [role for role in roles if role not in known]
    if unknown:
        raise BadInput(f"no role {unknown[0]!r} here", f"use one of {', '.join(known)}", str(config))
    if provider:
        Accounts(path).add_vouched(name, roles)
    else:
        Accounts(path).add(name, roles, _password(password_stdin))
    click.echo(f"{name} may log in as {', '.join(roles)} ({path})")
    return 0


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return typed


@account.command("list", epilog="\b\nExample:\n  bongsu node account list --config kr.toml --json")
@CONFIG
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def account_list(config: Path, as_json: bool) -> int:
    """Who may log in, and in which roles."""
    import json

    from bongsu.adapters.accounts import Accounts
    from bongsu.node.config import accounts_of

    path, _ = accounts_of(config)
    found = Accounts(path).all()
    if as_json:
        click.echo(json.dumps([{"name": one.name, "roles": list(one.roles)} for one in found]))
        return 0
    for one in found:
        click.echo(f"{one.name}: {', '.join(one.roles)}")
    if not found:
        click.echo(f"no accounts yet in {path}; add one with `bongsu node account add`", err=True)
    return 0


@account.command("remove", epilog="\b\nExample:\n  bongsu node account remove --config kr.toml kim")
@CONFIG
@click.argument("name")
def account_remove(config: Path, name: str) -> int:
    """Remove NAME; its open sessions end at once."""
    from bongsu.adapters.accounts import Accounts
    from bongsu.node.config import accounts_of

    path, _ = accounts_of(config)
    Accounts(path).remove(name)
    click.echo(f"{name} may no longer log in")
    return 0
