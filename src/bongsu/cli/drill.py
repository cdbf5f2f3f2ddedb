"""`bongsu drill`: play a scenario and judge it."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bongsu.base.errors import BadInput
from bongsu.base.limits import EXERCISE_SPEED
from bongsu.base.units import ns_to_seconds
from bongsu.cli.campaign import campaign
from bongsu.cli.control import control as control_command
from bongsu.cli.drill_review import review
from bongsu.cli.scoreboard import scoreboard
from bongsu.cli.tour import tour

if TYPE_CHECKING:
    from bongsu.drill.run import Played

_PROGRESS_S = 2.0
"""Seconds between two lines of progress."""


@click.group(epilog="\b\nExample:\n  bongsu drill run hwasong-18-2023-07-12 --speed max --seed 1")
def drill() -> None:
    """Play a joint drill of several nations on the live code, and judge it from the records."""


def _speed(_context: click.Context, _option: click.Parameter, text: str) -> float | None:
    """Exercise seconds a second; None for `max`."""
    if text == "max":
        return None
    try:
        speed = float(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is neither a number nor max") from None
    if not 0.0 < speed <= EXERCISE_SPEED:
        raise click.BadParameter(f"{text} is not above 0 and at most {EXERCISE_SPEED:g}")
    return speed


@drill.command("run", epilog="\b\nExample:\n  bongsu drill run salvo --speed max --seed 1 --no-console --json")
@click.argument("scenario")
@click.option(
    "--speed", metavar="N|max", callback=_speed, default="1", show_default=True, help="Exercise seconds a second."
)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed of all chance.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder to write; default runs/SCENARIO-SEED.")
@click.option("--no-console", is_flag=True, help="Serve no pages.")
@click.option("--json", "as_json", is_flag=True, help="Print the content of review.json, all else on standard error.")
@click.option("--port", type=click.IntRange(1, 65_535), help="Port of the wall page; a free one by default.")
@click.option("--no-restart", is_flag=True, help="Leave a dead node dead.")
@click.option("--control", is_flag=True, help="Open a door for `bongsu drill control` (with a number as speed).")
@click.option("--wait", is_flag=True, help="Begin when control orders startex; opens the door too.")
def run(
    scenario: str,
    speed: float | None,
    seed: int,
    out: Path | None,
    no_console: bool,
    as_json: bool,
    port: int | None,
    no_restart: bool,
    control: bool,
    wait: bool,
) -> int:
    """Play SCENARIO (a packaged name or a path), judge it, and write its records and review.

    Exit code 0 if every expectation is met, 1 if not.
    """
    # Before numpy comes in, here and in every process of the drill: the matrices are small, and idle threads would take the other nodes' cores.
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(variable, "1")
    from bongsu.drill.run import plan_of, play

    if speed is None and (control or wait):
        raise BadInput(
            "virtual time is over before a person could order anything",
            "write [[control]] into the scenario",
            "--control",
        )
    plan = plan_of(
        scenario,
        seed,
        speed,
        out,
        console=not no_console,
        port=port,
        restart=not no_restart,
        control=control or wait,
        wait=wait,
    )
    played = play(plan, _say, _Progress())
    if as_json:
        sys.stdout.buffer.write(played.content)
        sys.stdout.buffer.flush()
    else:
        _tell(played)
    return 0 if played.met else 1


def _say(line: str) -> None:
    click.echo(f"bongsu: {line}", err=True)


class _Progress:
    """Says every few seconds how far virtual time has come."""

    def __init__(self) -> None:
        self._next_s = time.monotonic() + _PROGRESS_S
        self._begun_ns: int | None = None

    def __call__(self, now_ns: int, end_ns: int) -> None:
        if self._begun_ns is None:
            self._begun_ns = now_ns
        if time.monotonic() >= self._next_s:
            self._next_s = time.monotonic() + _PROGRESS_S
            _say(
                f"{ns_to_seconds(now_ns - self._begun_ns):.0f} of {ns_to_seconds(end_ns - self._begun_ns):.0f} s played"
            )


def _tell(played: Played) -> None:
    """The verdicts, and where to read on."""
    review = played.review
    for verdict in review.expectations:
        click.echo(f"{'met    ' if verdict.met else 'NOT MET'}  {verdict.text}")
    for node, bought in review.sharing.items():
        if bought.seconds_gained is not None:
            click.echo(f"sharing warned {node} {bought.seconds_gained:.1f} s earlier")
    page = played.out / "review.html"
    click.echo(f"review: {page if page.is_file() else played.out / 'review.json'}")


drill.add_command(campaign)
drill.add_command(review)
drill.add_command(scoreboard)
drill.add_command(tour)
drill.add_command(control_command)
