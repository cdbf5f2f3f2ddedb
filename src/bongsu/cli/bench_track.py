"""`bongsu bench track`: scans in, tracks and estimates out, beside Stone Soup on the same data in the same run."""

from __future__ import annotations

import json
from typing import Any

import click

from bongsu.cli.bench import benchmark


@click.command(epilog="\b\nExample:\n  bongsu bench track --json\n  bongsu bench track --objects 30 --seconds 2")
@click.option(
    "--objects", type=click.IntRange(min=1, max=300), default=100, show_default=True, help="Objects in free flight."
)
@click.option(
    "--seconds",
    type=click.FloatRange(min=0.5, max=15.0),
    default=4.0,
    show_default=True,
    help="Computing time of each measurement.",
)
@click.option("--seed", type=click.IntRange(min=0, max=2**31 - 1), default=1, show_default=True, help="Of the scenes.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def track(objects: int, seconds: float, seed: int, as_json: bool) -> None:
    """Time the rooms track and estimate on one core with association, beside Stone Soup (GNN by 2-D assignment with UKF; and with a KD-tree).

    Both start from the same tracks, and `rmse_same_looks_m` beside `peer_rmse_m` shows that it is the same work. Then a salvo in clutter, from nothing, for
    GOSPA and SIAP of both. Without Stone Soup (requirements/bench.in) the peer's figures are null.
    """
    click.echo("measuring for up to a minute; times are computing time of one core", err=True)
    document = benchmark("track_rooms").measure(objects, seconds, seed, lambda text: click.echo(text, err=True))
    if as_json:
        click.echo(json.dumps(document))
        return
    for name, value in document.items():
        click.echo(f"{name:24} {_text(value)}")


def _text(value: Any) -> str:
    if value is None:
        return "not measured"
    if isinstance(value, dict):
        return ", ".join(f"{name} {part}" for name, part in value.items())
    return str(value)
