"""A drill with real nats-servers and a node process for each nation: only exercise time is scaled, the link runs on the wall clock.

prepare (files, servers, nodes ready) > play (orders, plots, scripted persons) > settle > ENDEX > drain > nodes end, records sealed
"""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

from bongsu.adapters.clock import LinkClock
from bongsu.base.limits import DRILL_DRAIN_S, DRILL_SETTLE_S, DRILL_SETTLE_WALL_S
from bongsu.base.units import seconds_to_ns
from bongsu.drill import detections, node_files, twin
from bongsu.drill.captions import short_name
from bongsu.drill.draining import prompt_waiting_count
from bongsu.drill.operators import Operators
from bongsu.drill.out import RunFolder
from bongsu.drill.pacing import FeedSender, OrderSender, Pace, Speeds
from bongsu.drill.processes import Cast
from bongsu.drill.run import run_of
from bongsu.drill.run_plan import RunPlan, RunResult
from bongsu.drill.scenario_schema import LinkCut, NodeCrash
from bongsu.drill.table import LiveTable
from bongsu.drill.wall_feed import Scene, Wall
from bongsu.drill.watch import Watch
from bongsu.model.head import Item
from bongsu.node.control import Seen

_BEGIN_S = 0.3
"""From the last order to begin until exercise time runs: the first order is out before."""
_LOOK_S = 0.02
_CLOSE_S = 1.5
"""After Ctrl-C, or a fault: everything has ended within two seconds."""
_DRAIN_LOOK_S = 0.1

Say = Callable[[str], None]


class Act:
    """One drill, prepared and then played."""

    def __init__(self, plan: RunPlan, folder: RunFolder, speeds: Speeds, say: Say) -> None:
        self.plan = plan
        self.speeds = speeds
        self.watch = Watch(plan.scenario)
        self.pace: Pace | None = None
        self.prepared = asyncio.Event()
        self._folder = folder
        self._say = say
        self._link_ns = LinkClock().now_ns
        self._orders: OrderSender | None = None
        self._feed: FeedSender
        stands_on = twin.stands_on(plan.scenario, plan.flights)
        codes = plan.scenario.codes
        self._operators = {code: Operators(plan.scenario, code, stands_on) for code in codes}
        self._heard = {code: asyncio.Event() for code in codes}
        lines = node_files.write_federation(plan.scenario, plan.out / "federation")
        self._relays = lines.relays
        configs = {code: node_files.write_node(plan.scenario, code, plan.out) for code in codes}
        self.cast = Cast(lines.servers, configs, self._hear, self._changed, say, plan.restart)

    async def prepare(self) -> None:
        """Start everything and wait until all are ready; the sensors' plots are worked out meanwhile."""
        feed = asyncio.create_task(asyncio.to_thread(self._make_feed))
        for relay in self._relays.values():
            await relay.open()
        await self.cast.start()
        self._feed = await feed
        self.prepared.set()

    def _make_feed(self) -> FeedSender:
        plan = self.plan
        lines = detections.stream(plan.scenario, plan.flights, plan.seed)
        return FeedSender(lines, plan.scenario.codes, self._feed_port)

    def begin(self) -> Pace:
        """Fix when exercise time begins."""
        self.pace = Pace(self.speeds, self._link_ns() + seconds_to_ns(_BEGIN_S), self._link_ns)
        self._orders = OrderSender(self.pace, self.plan.scenario.exercise, self.cast.send)
        return self.pace

    async def play(self) -> None:
        """From STARTEX until everything has settled; then ENDEX, and until all that was sent has arrived."""
        assert self.pace is not None, "begin comes first"
        assert self._orders is not None
        works = [self._orders.run(), self._feed.run(self.pace), self._crash(), self._cut(), self._caption()]
        works += [self._operate(code) for code in self.plan.scenario.codes]
        async with _together(works) as failed:
            settled = asyncio.create_task(self._settle())
            await asyncio.wait({settled, failed}, return_when=asyncio.FIRST_COMPLETED)
            if not settled.done():
                settled.cancel()
                failed.result()
            await settled
        self._orders.end(self.plan.scenario.exercise)
        await self._drain()

    async def end_nodes(self) -> None:
        """Seal the records."""
        await self.cast.end_nodes()
        for code, node in self.cast.nodes.items():
            if node.stopped is not None and node.stopped.counters.dropped:
                self._say(f"{code} could not keep up and dropped {node.stopped.counters.dropped} looks")

    async def close(self) -> None:
        """End all processes, at once where they have not ended in order."""
        await self.cast.end(_CLOSE_S)
        for relay in self._relays.values():
            await relay.close()

    def _hear(self, code: str, item: Item[Seen]) -> None:
        self.watch.hear(code, item)
        self._operators[code].see([item])
        self._heard[code].set()

    def _changed(self, name: str) -> None:
        """A process has come or gone: say so in `run.json`, and tell a node that is back where exercise time stands."""
        node = self.cast.nodes.get(name)
        if node is not None:
            up = node.ready.is_set()
            watched = self.watch.nodes[name]
            if up and node.starts > 1 and node.said is not None:
                self.watch.say(f"The node of {watched.name} is back, ready after {node.said.seconds:.1f} s.")
            elif not up and watched.up:
                self.watch.say(f"The node of {watched.name} has gone.")
            watched.up = up
            if up and self._orders is not None and self._orders.newest is not None:
                node.send(self._orders.newest)
                self._feed.tell_time(name)
        self._folder.write_run(run_of(self.plan, self.cast.processes()))

    def _feed_port(self, code: str) -> int | None:
        node = self.cast.nodes[code]
        return node.said.feed_port if node.ready.is_set() and node.said is not None else None

    async def _operate(self, code: str) -> None:
        """The scripted persons of one nation: each command when it is due, and not before its node is there."""
        assert self.pace is not None
        operators, heard, node = self._operators[code], self._heard[code], self.cast.nodes[code]
        while True:
            due_ns = operators.next_ns()
            wait_ns = None if due_ns is None else self.pace.link_ns_of(due_ns) - self._link_ns()
            if wait_ns is None or wait_ns > 0:
                heard.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(heard.wait(), None if wait_ns is None else wait_ns / 1e9)
                continue
            await node.ready.wait()
            for command in operators.take(self.pace.now().exercise_ns):
                node.send(command)

    async def _crash(self) -> None:
        assert self.pace is not None
        crashes = [inject for inject in self.plan.scenario.injects if isinstance(inject, NodeCrash)]
        for crash in sorted(crashes, key=lambda one: one.at_s):
            await self.pace.wait_until(self.plan.scenario.time_ns(crash.at_s))
            self.cast.nodes[crash.node].kill()

    async def _cut(self) -> None:
        """Cut lines to the hub, and heal them, at their moments."""
        assert self.pace is not None
        cuts = [inject for inject in self.plan.scenario.injects if isinstance(inject, LinkCut)]
        turns = sorted([(one.at_s, one.node, True) for one in cuts] + [(one.until_s, one.node, False) for one in cuts])
        for at_s, node, cut in turns:
            await self.pace.wait_until(self.plan.scenario.time_ns(at_s))
            name = short_name(self.watch.nodes[node].name)
            self.watch.say(f"The line between {name} and the hub is {'cut' if cut else 'whole again'}.")
            (self._relays[node].cut if cut else self._relays[node].heal)()

    async def _caption(self) -> None:
        """The scenario's own captions, at their moments."""
        assert self.pace is not None
        for caption in sorted(self.plan.scenario.captions, key=lambda one: one.at_s):
            await self.pace.wait_until(self.plan.scenario.time_ns(caption.at_s))
            self.watch.say(caption.text)

    async def _settle(self) -> None:
        """Until the scenario's end, and then until no warning is open and no person about to act, but not for ever."""
        assert self.pace is not None
        end_ns = self.plan.scenario.end_ns(self.plan.flights)
        await self.pace.wait_until(end_ns)
        latest_ns = max(
            self.pace.link_ns_of(end_ns + seconds_to_ns(DRILL_SETTLE_S)),
            self._link_ns() + seconds_to_ns(DRILL_SETTLE_WALL_S),
        )
        while self._link_ns() < latest_ns and not self._settled():
            self.cast.check()
            await asyncio.sleep(_LOOK_S)

    def _settled(self) -> bool:
        return all(
            not self.watch.nodes[code].has_open_warning() and self._operators[code].next_ns() is None
            for code in self.plan.scenario.codes
        )

    async def _drain(self) -> None:
        """Until no server holds a prompt message that its recipient has not taken: seen twice, since a step may be under way."""
        ports = [one.ports["monitor"] for one in self.cast.servers if one.server.streams]
        latest_ns = self._link_ns() + seconds_to_ns(DRILL_DRAIN_S)
        quiet_count = 0
        while quiet_count < 2 and self._link_ns() < latest_ns:
            await asyncio.sleep(_DRAIN_LOOK_S)
            counts = await asyncio.gather(*(asyncio.to_thread(prompt_waiting_count, port) for port in ports))
            quiet_count = 0 if any(counts) else quiet_count + 1
        if quiet_count < 2:
            self._say(f"after {DRILL_DRAIN_S:g} s not every message has been taken")


@contextlib.asynccontextmanager
async def _together(works: list[Coroutine[Any, Any, None]]) -> AsyncIterator[asyncio.Future[None]]:
    """Run all; the future gives the first that fails. They end with the block."""
    tasks = [asyncio.create_task(work) for work in works]
    failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def done(task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None and not failed.done():
            failed.set_exception(error)

    for task in tasks:
        task.add_done_callback(done)
    try:
        yield failed
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        failed.cancel()


def run(plan: RunPlan, folder: RunFolder, say: Say) -> RunResult:
    """Play a plan with a number as speed. Raises `Busy` for a taken `--port` before anything starts."""
    interruptible(_run(plan, folder, say))
    return RunResult(folder.record)


def interruptible(main: Coroutine[Any, Any, None]) -> None:
    """Run to the end; Ctrl-C and SIGTERM end it in order and come out as `KeyboardInterrupt`."""

    async def guarded() -> None:
        task = asyncio.current_task()
        assert task is not None
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        await main

    try:
        asyncio.run(guarded())
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None


async def _run(plan: RunPlan, folder: RunFolder, say: Say) -> None:
    assert plan.speed is not None
    table = LiveTable()
    wall = Wall(plan.port) if plan.console else None
    act = Act(plan, folder, ((plan.scenario.start_ns, plan.speed),), table.say)
    try:
        await act.prepare()
        if wall is not None:
            await wall.open()
            table.say(f"the wall: {wall.address}")
        await perform(act, wall, table)
        await act.end_nodes()
    finally:
        await asyncio.shield(_close(act, wall))


async def perform(act: Act, wall: Wall | None, table: LiveTable) -> None:
    """Play a prepared act, shown on the wall and in the table."""
    pace = act.begin()
    scene = Scene(act.watch, act.plan.flights, pace, act.cast)
    if wall is not None:
        wall.show(scene)
    showing = asyncio.create_task(table.show(act.watch, pace, lambda: _hub_text(act.cast)))
    try:
        await act.play()
        await scene.end()
    finally:
        showing.cancel()
        await asyncio.gather(showing, return_exceptions=True)


def _hub_text(cast: Cast) -> str:
    down = [one.server.name for one in cast.servers if not one.server.running]
    return "up" if not down else f"down: {', '.join(down)}"


async def _close(act: Act, wall: Wall | None) -> None:
    await act.close()
    if wall is not None:
        await wall.close()
