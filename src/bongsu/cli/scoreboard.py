"""`bongsu drill scoreboard`: the historic cases, machine and human seconds, published times beside them."""

from __future__ import annotations

import os
import sys

import click


@click.command("scoreboard", epilog="\b\nExample:\n  bongsu drill scoreboard overflight-2022-10-04")
@click.argument("names", metavar="[SCENARIO]...", nargs=-1)
@click.option("--workers", type=click.IntRange(1, 64), help="Processes; by default one for each core.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def scoreboard(names: tuple[str, ...], workers: int | None, as_json: bool) -> int:
    """Replay historic cases (by default all that are packaged) on simulated sensors, and set published times beside them.

    Seconds from launch: to the first warning, to the areas at risk, and to an alert when each of two decisions takes 0, 30, 60 or 120 s.
    """
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(variable, "1")
    import msgspec

    from bongsu.base.errors import BadInput
    from bongsu.drill import scoreboard as board
    from bongsu.ledger import packaged
    from bongsu.ledger.alerts import published_at

    unknown = [name for name in names if name not in board.historic()]
    if unknown:
        raise BadInput(f"{unknown[0]!r} is no historic case", f"use some of {', '.join(board.historic())}")
    book = packaged.book()
    told = board.score(
        names or board.historic(),
        workers or os.cpu_count() or 1,
        lambda name: click.echo(f"bongsu: {name}", err=True),
        lambda time_ns: published_at(book, time_ns),
    )
    if as_json:
        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(told)) + b"\n")
        sys.stdout.buffer.flush()
        return 1 if told.failed else 0
    _tell(told)
    return 1 if told.failed else 0


def _tell(told: object) -> None:
    from rich.console import Console
    from rich.table import Table

    from bongsu.drill.scoreboard import DELAYS_S, Board

    assert isinstance(told, Board)
    table = Table(title="EXERCISE, SIMULATED SENSORS: seconds from launch", caption=told.cannot)
    for name in (
        "case",
        "nation",
        "warning",
        "areas",
        *(f"+{told.decisions} x {delay}" for delay in DELAYS_S),
        "published",
    ):
        table.add_column(name, justify="left" if name in ("case", "nation", "published") else "right")
    before = ""
    for row in told.scores:
        first, before = row.scenario != before, row.scenario
        published = "; ".join(f"{who} {seconds:.0f}" for who, seconds, _ in told.published.get(row.scenario, []))
        table.add_row(
            row.scenario if first else "",
            row.nation,
            _s(row.warning_s),
            _s(row.areas_s),
            *(_s(row.alert_s[str(delay)]) for delay in DELAYS_S),
            (published or "none known") if first else "",
        )
    Console(width=None if sys.stdout.isatty() else 150).print(table)
    for name, reason in told.failed.items():
        click.echo(f"{name} failed: {reason}")


def _s(seconds: float | None) -> str:
    return "never" if seconds is None else f"{seconds:.1f}"
