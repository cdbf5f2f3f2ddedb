"""`bongsu drill run`: from a scenario's name to its judged review, in virtual time or with real servers; the parts that both share."""

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

import msgspec

from bongsu.drill import alert_files, outcome, twin
from bongsu.drill import scenario as scenarios
from bongsu.drill.out import Process, Run, RunFolder
from bongsu.drill.run_plan import RunPlan, RunResult
from bongsu.drill.virtual import Progress, VirtualDrill, recorded
from bongsu.views.review import Review

Say = Callable[[str], None]
"""Takes a line for those who watch (standard error)."""


class Played(msgspec.Struct, frozen=True):
    """A judged drill: the review, its bytes, and where it lies."""

    review: Review
    content: bytes
    out: Path

    @property
    def met(self) -> bool:
        """Whether every expectation is."""
        return all(verdict.met for verdict in self.review.expectations)


def plan_of(file: str, seed: int, speed: float | None, out: Path | None, **options: object) -> RunPlan:
    """A plan for a scenario by name or path. Raises `BadInput`."""
    scenario = scenarios.load(file)
    where = out or Path("runs") / f"{scenario.name}-{seed}"
    settings = {
        "scenario": scenario,
        "flights": scenarios.solve(scenario, file),
        "file": file,
        "seed": seed,
        "speed": speed,
        "out": where,
    }
    return RunPlan(**(settings | options))  # type: ignore[arg-type] # named above


def play(plan: RunPlan, say: Say, progress: Progress) -> Played:
    """Play, judge, and write the review."""
    with RunFolder(plan.out) as folder, contextlib.ExitStack() as stack:
        if plan.speed is None:
            cut = stack.enter_context(contextlib.closing(twin.TwinProcess(plan.file, plan.seed, True)))
            folder.write_run(run_of(plan, [Process(name="links cut", pid=cut.pid)]))
            result = _play_virtual(plan, folder, progress)
            plan = as_played(plan, result)
            compared = outcome.Twin(None, cut.result())
        else:
            from bongsu.drill import live

            result = live.run(plan, folder, say)
            plan = as_played(plan, result)
            compared = compare(plan, say)
        return finish(plan, folder, result, compared, say)


def as_played(plan: RunPlan, result: RunResult) -> RunPlan:
    """The plan with the scenario and flights as control had them in the end: what the records are judged by."""
    if result.scenario is None or result.flights is None:
        return plan
    return msgspec.structs.replace(plan, scenario=result.scenario, flights=result.flights)


def run_of(plan: RunPlan, processes: list[Process]) -> Run:
    """The content of `run.json`: this process, and those that it started."""
    return Run(
        scenario=plan.scenario.name,
        seed=plan.seed,
        speed="max" if plan.speed is None else plan.speed,
        processes=[Process(name="drill", pid=os.getpid()), *processes],
    )


def compare(plan: RunPlan, say: Say) -> outcome.Twin:
    """Both runs that sharing is measured by, in virtual time, side by side."""
    say("playing the same scenario with and without links, in virtual time")
    with contextlib.ExitStack() as stack:
        linked, cut = (
            stack.enter_context(contextlib.closing(twin.TwinProcess(plan.file, plan.seed, links_cut)))
            for links_cut in (False, True)
        )
        return outcome.Twin(linked.result(), cut.result())


def finish(plan: RunPlan, folder: RunFolder, result: RunResult, compared: outcome.Twin, say: Say) -> Played:
    """Judge the records; write `review.json`, every alert document and, from the review, `review.html`."""
    from bongsu.drill import telling
    from bongsu.reports import review as page

    say("judging the records")
    judged = outcome.review_of(plan.scenario, plan.flights, plan.seed, plan.speed, result.record, compared)
    content = folder.write_review(judged.review)
    alert_files.write(result.record, plan.out, plan.scenario.codes, plan.seed, plan.scenario.start_ns)
    say("writing review.html")
    page.write(plan.out, telling.material(plan, result, judged.review, judged.latencies_ms))
    return Played(judged.review, content, plan.out)


def _play_virtual(plan: RunPlan, folder: RunFolder, progress: Progress) -> RunResult:
    drill = VirtualDrill(
        plan.scenario,
        plan.flights,
        plan.seed,
        recorded(folder.record),
        twin.stands_on(plan.scenario, plan.flights),
    )
    drill.run(progress)
    return RunResult(folder.record, drill.program.scenario, drill.program.flights)
