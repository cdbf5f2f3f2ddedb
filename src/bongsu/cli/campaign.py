"""`bongsu drill campaign`: many runs of one scenario, in processes of this machine or on a Dask cluster."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bongsu.base.limits import CAMPAIGN_RUNS_COUNT, CAMPAIGN_WORKERS_COUNT

if TYPE_CHECKING:
    from bongsu.views.campaign import Campaign, Spread

_TOLD_COUNT = 10
"""Where no bar can be drawn so many lines tell how far it is."""


@click.command("campaign", epilog="\b\nExample:\n  bongsu drill campaign salvo --runs 20 --workers 2")
@click.argument("scenario")
@click.option(
    "--runs", type=click.IntRange(1, CAMPAIGN_RUNS_COUNT), default=20, show_default=True, help="How many seeds."
)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="The first seed.")
@click.option(
    "--workers",
    type=click.IntRange(1, CAMPAIGN_WORKERS_COUNT),
    help="Processes of this machine; by default one for each core.",
)
@click.option(
    "--scheduler", metavar="ADDRESS", help="Play on the Dask cluster of this scheduler, such as tcp://host:8786."
)
@click.option("--out", type=click.Path(path_type=Path), help="Folder to write; default runs/campaign-SCENARIO-SEED.")
@click.option("--json", "as_json", is_flag=True, help="Print the content of campaign.json, all else on standard error.")
def campaign(
    scenario: str, runs: int, seed: int, workers: int | None, scheduler: str | None, out: Path | None, as_json: bool
) -> int:
    """Play SCENARIO (a packaged name or a path) many times in virtual time, with links and with links cut.

    Writes campaign.html (distributions of time to warning, errors, areas, what sharing bought), runs.csv and campaign.json. Exit code 1 if a run failed.
    """
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(variable, "1")
    from bongsu.drill import campaign as campaigns

    if workers is not None and scheduler is not None:
        raise click.UsageError("--workers is of this machine: leave it out with --scheduler")
    plan = campaigns.CampaignPlan(
        file=scenario,
        runs=runs,
        first_seed=seed,
        workers=workers or os.cpu_count() or 1,
        scheduler=scheduler,
        out=out or Path("runs") / f"campaign-{Path(scenario).stem}-{seed}",
    )
    told = _played(plan)
    if as_json:
        sys.stdout.buffer.write((plan.out / campaigns.FILE_NAME).read_bytes())
        sys.stdout.buffer.flush()
    else:
        _tell(told, plan.out)
    return 1 if told.failed else 0


def _played(plan: object) -> Campaign:
    """Play with a bar on standard error, and ten lines on the way where that is a file; each failed run is named as it fails."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    from bongsu.drill import campaign as campaigns
    from bongsu.views.campaign import FailedRun

    assert isinstance(plan, campaigns.CampaignPlan)
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    progress = Progress(*columns, console=console)
    task = progress.add_task(plan.file, total=plan.runs)

    def step(ended: object) -> None:
        progress.advance(task)
        done = int(progress.tasks[0].completed)
        if not console.is_terminal and done * _TOLD_COUNT // plan.runs > (done - 1) * _TOLD_COUNT // plan.runs:
            console.print(f"bongsu: {done} of {plan.runs} runs played", markup=False, highlight=False)
        if isinstance(ended, FailedRun):
            console.print(f"bongsu: seed {ended.seed} failed: {ended.reason}", markup=False, highlight=False)

    try:
        return campaigns.play(plan, progress.start, step)
    finally:
        progress.stop()


def _tell(told: Campaign, out: Path) -> None:
    """The table, and where to read on."""
    from rich.console import Console
    from rich.table import Table

    from bongsu.views.campaign import seeds_of

    table = Table(title=f"{told.title}: {len(told.figures)} of {told.runs} runs, median (10 % to 90 %)")
    for name in (
        "nation",
        "first warning, s",
        "own warning, s",
        "impact error, km",
        "areas hit/missed/extra",
        "sharing, s",
    ):
        table.add_column(name, justify="left" if name == "nation" else "right")
    for node in told.nodes:
        table.add_row(
            node.node,
            _spread(node.warned_s, 1),
            _spread(node.own_warning_s, 1),
            _spread(node.impact_error_km, 2),
            f"{node.areas_hit}/{node.areas_missed}/{node.areas_extra}",
            _spread(node.seconds_gained, 1),
        )
    Console().print(table)
    for text, count in told.not_met.items():
        click.echo(f"not met in {count} of {len(told.figures)} runs (seed {seeds_of(told, text)}): {text}")
    if told.failed:
        click.echo(f"{len(told.failed)} runs failed: seeds {', '.join(str(one.seed) for one in told.failed)}")
    click.echo(f"campaign: {out / 'campaign.html'}")


def _spread(spread: Spread, digits: int) -> str:
    if spread.p50 is None:
        return "never"
    never = f", {spread.never} never" if spread.never else ""
    return f"{spread.p50:.{digits}f} ({spread.p10:.{digits}f} to {spread.p90:.{digits}f}){never}"
