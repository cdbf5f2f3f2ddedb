"""`bongsu drill tour`: three acts in about two minutes, one wall for all of them, and a review of each.

While one act is played the next is prepared, and the runs that sharing is measured by are played in virtual time at low priority.
"""

import asyncio
import contextlib
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec

from bongsu.base.units import ns_to_seconds
from bongsu.drill import outcome, twin
from bongsu.drill.live import Act, interruptible, perform
from bongsu.drill.out import RunFolder
from bongsu.drill.pacing import Speeds
from bongsu.drill.run import Played, finish, plan_of
from bongsu.drill.run_plan import RunPlan, RunResult
from bongsu.drill.table import LiveTable
from bongsu.drill.wall_feed import Wall

ACTS = ("hwasong-18-2023-07-12", "overflight-2022-10-04", "false-alarm")
_NICE = 15
_PREPARE_AFTER_S = 2.0
"""The next act's processes start this long after the first act began: real time leaves the machine idle then."""

Result = TypeVar("Result")


class Tour:
    """All acts of one tour. Use `play_tour`."""

    def __init__(
        self, out: Path, seed: int, port: int | None, console: bool, keep: bool, tell: Callable[[str], None]
    ) -> None:
        self.played: list[Played] = []
        self._keep = keep
        self._tell = tell
        self._table = LiveTable()
        self._wall = Wall(port) if console else None
        self._twins: list[twin.TwinProcess] = []
        self._stack = contextlib.ExitStack()
        self._plans: list[RunPlan] = []
        self._acts: list[Act] = []
        self._folders: list[RunFolder] = []
        for name in ACTS:
            plan, speeds = _plan(name, seed, out / name, console)
            folder = self._stack.enter_context(RunFolder(plan.out))
            self._plans.append(plan)
            self._acts.append(Act(plan, folder, speeds, self._table.say))
            self._folders.append(folder)

    async def run(self) -> None:
        """Play them all."""
        try:
            await self._run()
        finally:
            twin.close_all(self._twins)
            await asyncio.shield(self._close())

    async def _run(self) -> None:
        await self._acts[0].prepare()
        if self._wall is not None:
            await self._wall.open()
            self._table.say(f"the wall: {self._wall.address}")
        preparing = asyncio.create_task(self._prepare_rest())
        comparing = asyncio.create_task(self._compare())
        ending: list[asyncio.Task[None]] = []
        begun_s = time.monotonic()
        try:
            for number, act in enumerate(self._acts):
                await self._ready(number, preparing)
                await perform(act, self._wall, self._table)
                last = number + 1 == len(self._acts)
                if not (last and self._keep):
                    ending.append(asyncio.create_task(_end(act)))
            played_s = time.monotonic() - begun_s
            await asyncio.gather(*ending)
            await self._review(await comparing)
            self._table.say(
                f"{len(self._acts)} acts in {played_s:.0f} s from all-ready, "
                f"their reviews {time.monotonic() - begun_s - played_s:.0f} s later"
            )
        finally:
            for task in (preparing, comparing, *ending):
                task.cancel()
        if self._keep:
            self._tell("the last act's nodes and the wall stay; Ctrl-C ends them")
            await asyncio.Event().wait()

    async def _prepare_rest(self) -> None:
        await asyncio.sleep(_PREPARE_AFTER_S)
        for act in self._acts[1:]:
            await act.prepare()

    async def _ready(self, number: int, preparing: asyncio.Task[None]) -> None:
        """Wait until an act is prepared, or raise what kept it from that."""
        prepared = asyncio.create_task(self._acts[number].prepared.wait())
        await asyncio.wait({prepared, preparing}, return_when=asyncio.FIRST_COMPLETED)
        prepared.cancel()
        if not self._acts[number].prepared.is_set():
            preparing.result()

    async def _compare(self) -> list[outcome.Twin]:
        """The same scenarios with and without links, one after the other, two processes at a time."""
        found = []
        for plan in self._plans:
            pair = [twin.TwinProcess(plan.file, plan.seed, links_cut) for links_cut in (False, True)]
            self._twins += pair
            for one in pair:
                os.setpriority(os.PRIO_PROCESS, one.pid, _NICE)
            linked, cut = await asyncio.gather(*(in_background(one.result) for one in pair))
            found.append(outcome.Twin(linked, cut))
        return found

    async def _review(self, compared: list[outcome.Twin]) -> None:
        for plan, folder, twins in zip(self._plans, self._folders, compared, strict=True):

            def judge(plan: RunPlan = plan, folder: RunFolder = folder, twins: outcome.Twin = twins) -> Played:
                return finish(plan, folder, RunResult(folder.record), twins, self._table.say)

            played = await in_background(judge)
            self.played.append(played)
            met = sum(verdict.met for verdict in played.review.expectations)
            self._tell(f"{plan.scenario.title}: {met} of {len(played.review.expectations)} expectations met")
            self._tell(f"review: {played.out / 'review.html'}")

    async def _close(self) -> None:
        await asyncio.gather(*(act.close() for act in self._acts))
        if self._wall is not None:
            await self._wall.close()
        self._stack.close()


def play_tour(
    out: Path, seed: int, port: int | None, console: bool, keep: bool, tell: Callable[[str], None]
) -> list[Played]:
    """Play the tour; gives the judged acts. Raises `Busy` for a taken port, `BadInput` for a folder that may not be replaced."""
    tour: list[Tour] = []

    async def main() -> None:
        tour.append(Tour(out, seed, port, console, keep, tell))
        await tour[0].run()

    interruptible(main())
    return tour[0].played


async def in_background(work: Callable[[], Result]) -> Result:
    """Do it in a thread that does not keep the process from ending."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Result] = loop.create_future()

    def settle(result: Result | None, error: BaseException | None) -> None:
        if done.done():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)  # type: ignore[arg-type] # the result of `work`

    def run() -> None:
        result, error = None, None
        try:
            result = work()
        except BaseException as fault:
            error = fault
        with contextlib.suppress(RuntimeError):  # the loop has ended: nobody waits
            loop.call_soon_threadsafe(settle, result, error)

    threading.Thread(target=run, daemon=True).start()
    return await done


async def _end(act: Act) -> None:
    await act.end_nodes()
    await act.close()


def _plan(name: str, seed: int, out: Path, console: bool) -> tuple[RunPlan, Speeds]:
    """The plan of an act at the scenario's own pace; its speed in the review is the mean."""
    plan = plan_of(name, seed, 1.0, out, console=console)
    speeds = plan.scenario.speeds(plan.flights)
    ends = [*(from_ns for from_ns, _ in speeds[1:]), plan.scenario.end_ns(plan.flights)]
    wall_s = sum(ns_to_seconds(end_ns - from_ns) / speed for (from_ns, speed), end_ns in zip(speeds, ends, strict=True))
    mean = ns_to_seconds(ends[-1] - plan.scenario.start_ns) / wall_s
    return msgspec.structs.replace(plan, speed=round(mean, 1)), speeds
