"""`bongsu drill campaign`: many runs of one scenario, here or on a cluster, and what they give together: table, plots, a file of figures."""

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from bongsu.base.errors import BadInput
from bongsu.drill import scenario as scenarios
from bongsu.drill.campaign_pool import Ended, run_here
from bongsu.drill.campaign_run import one_run
from bongsu.model.mode import Mode
from bongsu.views.campaign import AtLaunch, Campaign, FailedRun, RunFigures, summary

FILE_NAME = "campaign.json"
TABLE_NAME = "runs.csv"
Step = Callable[[Ended], None]
"""Hears of each run as it ends."""


class CampaignPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be played: `runs` seeds from `first_seed` on; on the cluster at `scheduler`, else in `workers` processes."""

    file: str
    runs: int
    first_seed: int
    workers: int
    scheduler: str | None
    out: Path


def play(plan: CampaignPlan, begun: Callable[[], None], step: Step) -> Campaign:
    """Play all runs, write `campaign.json`, `runs.csv` and `campaign.html`. `begun` is called when nothing can be refused any more. Raises `BadInput`."""
    scenario = scenarios.load(plan.file)
    content = _content(plan.file)
    scenarios.solve(scenario, plan.file)
    prepare(plan.out)
    told: list[RunFigures] = []
    failed: list[FailedRun] = []
    runs = _runs(plan, content)
    begun()
    for ended in runs:
        step(ended)
        if isinstance(ended, RunFigures):
            told.append(ended)
        else:
            failed.append(ended)
    seeds = range(plan.first_seed, plan.first_seed + plan.runs)
    campaign = summary(scenario.name, scenario.title, Mode.EXERCISE.value, seeds, told, failed)
    write(plan.out, campaign)
    return campaign


def write(out: Path, campaign: Campaign) -> None:
    """All files of a campaign."""
    from bongsu.reports import campaign as page

    (out / FILE_NAME).write_bytes(msgspec.json.format(msgspec.json.encode(campaign)) + b"\n")
    (out / TABLE_NAME).write_text(table(campaign), encoding="utf-8")
    page.write(out, campaign)


def table(campaign: Campaign) -> str:
    """One row a run, launch and nation; the mode stands in every row."""
    out = io.StringIO()
    names = AtLaunch.__struct_fields__
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("mode", "scenario", "seed", *names))
    for run in campaign.figures:
        for at in run.at:
            writer.writerow((campaign.mode, campaign.scenario, run.seed, *(getattr(at, name) for name in names)))
    return out.getvalue()


def prepare(out: Path) -> None:
    """The folder to write: a new one, or that of an earlier campaign. Raises `BadInput`."""
    if out.exists() and not out.is_dir():
        raise BadInput("is not a folder", "give another --out", str(out))
    if out.is_dir() and any(out.iterdir()) and not (out / FILE_NAME).is_file():
        raise BadInput(
            "is not empty and not of an earlier campaign", "give another --out, or empty it yourself", str(out)
        )
    out.mkdir(parents=True, exist_ok=True)


def _runs(plan: CampaignPlan, content: bytes) -> Iterator[Ended]:
    seeds = range(plan.first_seed, plan.first_seed + plan.runs)
    if plan.scheduler is None:
        return run_here(content, plan.file, seeds, plan.workers, one_run)
    from bongsu.drill.campaign_dask import run_there

    return run_there(content, plan.file, seeds, plan.scheduler, one_run)


def _content(file: str) -> bytes:
    """The scenario's bytes: a cluster's workers need not have the file."""
    if "/" in file or file.endswith(".toml"):
        return Path(file).read_bytes()
    return (scenarios.PACKAGED / f"{file}.toml").read_bytes()
