"""`bongsu drill tour`: three acts in about two minutes."""

from __future__ import annotations

import os
from pathlib import Path

import click


@click.command("tour", epilog="\b\nExample:\n  bongsu drill tour --keep")
@click.option("--keep", is_flag=True, help="Leave the last act's nodes and the wall running until Ctrl-C.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed of all chance.")
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("runs/tour"), show_default=True, help="Folder to write."
)
@click.option("--port", type=click.IntRange(1, 65_535), help="Port of the wall page; a free one by default.")
@click.option("--no-console", is_flag=True, help="Serve no wall page.")
def tour(keep: bool, seed: int, out: Path, port: int | None, no_console: bool) -> int:
    """Play three acts with real servers and a node process for each nation: a lofted flight, one over Japan, a false alarm.

    Exit code 0 if every expectation is met, 1 if not.
    """
    # Before numpy comes in, here and in every process: idle threads would take the other nodes' cores.
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(variable, "1")
    from bongsu.drill.tour import play_tour

    played = play_tour(out, seed, port, not no_console, keep, click.echo)
    return 0 if all(one.met for one in played) else 1
