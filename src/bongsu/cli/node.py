"""`bongsu node`: run one partner's node."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NoReturn

import click


@click.group(epilog="\b\nExample:\n  bongsu node run --config kr.toml")
def node() -> None:
    """Run a node: sensors and partners in, warnings out, everything on record."""


@node.command(epilog="\b\nExample:\n  bongsu node run --config kr.toml")
@click.option(
    "--config",
    "config",
    required=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Settings of the node (TOML).",
)
def run(config: Path) -> NoReturn:
    """Run the node until SIGTERM or Ctrl-C; standard output tells its state as JSON lines."""
    from bongsu.node.run import run_node

    code = run_node(config)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(
        code
    )  # the record is sealed and all is said; taking half a second to take the interpreter apart serves nobody
