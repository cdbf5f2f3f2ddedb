"""A drill with real nats-servers and a node process for each nation: only exercise time is scaled, the link runs on the wall clock.

prepare (files, servers, nodes ready) > gate (communications check, STARTEX)
> play (orders, plots, scripted persons) > settle > ENDEX > drain > nodes end, records sealed
"""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

from bongsu.adapters.clock import LinkClock
from bongsu.base.limits import DRILL_DRAIN_S, DRILL_GATE_S, DRILL_SETTLE_S, DRILL_SETTLE_WALL_S
from bongsu.base.units import seconds_to_ns
from bongsu.drill import detections, node_files, twin
from bongsu.drill.control_door import ControlDoor
from bongsu.drill.director import Director
from bongsu.drill.draining import prompt_waiting_count
from bongsu.drill.lifters import Lifters
from bongsu.drill.live_injects import left_out_live
from bongsu.drill.operators import Operators
from bongsu.drill.out import RunFolder
from bongsu.drill.pacing import FeedSender, OrderSender, Pace, Speeds
from bongsu.drill.processes import Cast
from bongsu.drill.program import Program
from bongsu.drill.run import run_of
from bongsu.drill.run_plan import RunPlan, RunResult
from bongsu.drill.table import LiveTable
from bongsu.drill.wall_feed import Scene, Wall
from bongsu.drill.watch import Watch
from bongsu.model.head import Item
from bongsu.model.hold import Hold, HoldState
from bongsu.node.control import Seen

_BEGIN_S = 0.3
"""From the last order to begin until exercise time runs: the first order is out before."""
_LOOK_S = 0.02
_GATE_LOOK_S = 0.5
_CLOSE_S = 1.5
"""After Ctrl-C, or a fault: everything has ended within two seconds."""
_DRAIN_LOOK_S = 0.1

Say = Callable[[str], None]


class Act:
    """One drill, prepared and then played. It is the stage that its director directs."""

    def __init__(self, plan: RunPlan, folder: RunFolder, speeds: Speeds, say: Say) -> None:
        self.plan = plan
        self.speeds = speeds
        self.seed = plan.seed
        self.program = Program(plan.scenario, plan.flights)
        self.watch = Watch(plan.scenario)
        self.pace: Pace | None = None
        self.feed: FeedSender
        self.prepared = asyncio.Event()
        self._folder = folder
        self._say = say
        self._link_ns = LinkClock().now_ns
        self._orders: OrderSender | None = None
        stands_on = twin.stands_on(plan.scenario, plan.flights)
        codes = plan.scenario.codes
        self.operators = {code: Operators(plan.scenario, code, stands_on) for code in codes}
        self._lifters = {code: Lifters(plan.scenario, code) for code in codes}
        self._heard = {code: asyncio.Event() for code in codes}
        lines = node_files.write_federation(plan.scenario, plan.out / "federation", plan.control)
        self.relays = lines.relays
        configs = {code: node_files.write_node(plan.scenario, code, plan.out) for code in codes}
        self.cast = Cast(lines.servers, configs, self._hear, self._changed, say, plan.restart)
        self.director = Director(self, self._link_ns, plan.wait)
        self._door = ControlDoor(self.director, plan.out) if plan.control else None

    async def prepare(self) -> None:
        """Start everything and wait until all are ready; the sensors' plots are worked out meanwhile."""
        for line in left_out_live(self.plan.scenario):
            self._say(line)
        feed = asyncio.create_task(asyncio.to_thread(self._make_feed))
        for relay in self.relays.values():
            await relay.open()
        await self.cast.start()
        self.feed = await feed
        if self._door is not None:
            await self._door.open()
            self._say(f"exercise control: bongsu drill control {self.plan.out} status")
        self.prepared.set()

    def _make_feed(self) -> FeedSender:
        plan = self.plan
        lines = detections.stream(plan.scenario, plan.flights, plan.seed)
        return FeedSender(lines, plan.scenario.codes, self._feed_port)

    async def gate(self) -> None:
        """STARTEX gate: the communications check, the word to the duty officers, and, where control wants that, its own STARTEX."""
        await self._check_communications()
        self.director.announce()
        if not self.director.startex.is_set():
            self._say("all partners are ready; exercise control orders startex")
        waiting = asyncio.create_task(self.director.startex.wait())
        while not waiting.done():
            await asyncio.wait({waiting}, timeout=_GATE_LOOK_S)
            self.cast.check()

    async def _check_communications(self) -> None:
        latest_ns = self._link_ns() + seconds_to_ns(DRILL_GATE_S)
        while wanting := self.director.wanting():
            self.cast.check()
            if self._link_ns() > latest_ns:
                raise RuntimeError(f"the communications check fails: {'; '.join(wanting)}")
            await asyncio.sleep(_LOOK_S)

    def begin(self) -> Pace:
        """Fix when exercise time begins."""
        self.pace = Pace(self.speeds, self._link_ns() + seconds_to_ns(_BEGIN_S), self._link_ns)
        self._orders = OrderSender(self.pace, self.plan.scenario.exercise, self.cast.send)
        return self.pace

    async def play(self) -> None:
        """From STARTEX until everything has settled; then ENDEX, and until all that was sent has arrived."""
        assert self.pace is not None, "begin comes first"
        assert self._orders is not None
        works = [self._orders.run(), self.feed.run(self.pace), self.director.run()]
        works += [self._operate(code) for code in self.plan.scenario.codes]
        async with _together(works) as failed:
            settled = asyncio.create_task(self._settle())
            ended = asyncio.create_task(self.director.ended.wait())
            waits: set[asyncio.Future[Any]] = {settled, failed, ended}
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            if not settled.done():
                settled.cancel()
            if failed.done():
                failed.result()
            ended.cancel()
            if not self.director.ended.is_set():
                await settled
        self.director.ended.set()
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
        if self._door is not None:
            await self._door.close()
        await self.cast.end(_CLOSE_S)
        for relay in self.relays.values():
            await relay.close()

    def result(self) -> RunResult:
        """Where the records lie, and the scenario as it was played."""
        return RunResult(self._folder.record, self.program.scenario, self.program.flights)

    def _hear(self, code: str, item: Item[Seen]) -> None:
        self.watch.hear(code, item)
        self.operators[code].see([item])
        self._heard[code].set()
        if isinstance(item.body, Hold):
            self._hold(code, item)

    def _hold(self, code: str, item: Item[Seen]) -> None:
        """A nation stands still, or goes on. When all stand so does exercise control; when none stands any more it resumes."""
        hold = item.body
        assert isinstance(hold, Hold)
        for delay_s, command in self._lifters[code].see(item):
            asyncio.get_running_loop().call_later(delay_s, self.cast.nodes[code].send, command)
        if self.pace is None or self.director.ended.is_set():
            return
        standing = [one.stands for one in self._lifters.values()]
        if all(standing):
            self.director.hold()
        elif not any(standing) and self.pace.stands == "hold":
            self.director.resume(who="Two persons have lifted the HOLD: the exercise goes on")
        elif hold.state is HoldState.LIFTED and not self._lifters[code].stands:
            self._tell_where_it_stands(code)

    def _tell_where_it_stands(self, code: str) -> None:
        """A node that stood alone goes on with the others."""
        assert self._orders is not None
        if self._orders.newest is not None:
            self.cast.nodes[code].send(self._orders.newest)

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
                self.feed.tell_time(name)
        self._folder.write_run(run_of(self.plan, self.cast.processes()))

    def _feed_port(self, code: str) -> int | None:
        node = self.cast.nodes[code]
        return node.said.feed_port if node.ready.is_set() and node.said is not None else None

    async def _operate(self, code: str) -> None:
        """The scripted persons of one nation: each command when it is due, and not before its node is there."""
        assert self.pace is not None
        operators, heard, node = self.operators[code], self._heard[code], self.cast.nodes[code]
        while True:
            due_ns = operators.next_ns()
            if due_ns is None or self.pace.now().exercise_ns < due_ns:
                heard.clear()
                hears = asyncio.create_task(heard.wait())
                comes = asyncio.create_task(self.pace.wait_change(due_ns))
                try:
                    await asyncio.wait({hears, comes}, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    hears.cancel()
                    comes.cancel()
                continue
            await node.ready.wait()
            for command in operators.take(self.pace.now().exercise_ns):
                node.send(command)

    async def _settle(self) -> None:
        """Until the scenario's end, and then until no warning is open and no person about to act, but not for ever."""
        assert self.pace is not None
        settling_since_ns: int | None = None
        while True:
            now, end_ns = self.pace.now(), self.program.end_ns
            if now.exercise_ns < end_ns:
                settling_since_ns = None
                await self.pace.wait_change(end_ns)
                continue
            settling_since_ns = settling_since_ns or now.link_ns
            long_ns = now.exercise_ns - end_ns >= seconds_to_ns(DRILL_SETTLE_S)
            if self._settled() or (long_ns and now.link_ns - settling_since_ns >= seconds_to_ns(DRILL_SETTLE_WALL_S)):
                return
            self.cast.check()
            await asyncio.sleep(_LOOK_S)

    def _settled(self) -> bool:
        return all(
            not self.watch.nodes[code].has_open_warning() and self.operators[code].next_ns() is None
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
    played: list[RunResult] = []
    interruptible(_run(plan, folder, say, played))
    return played[0]


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


async def _run(plan: RunPlan, folder: RunFolder, say: Say, played: list[RunResult]) -> None:
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
        played.append(act.result())
    finally:
        await asyncio.shield(_close(act, wall))


async def perform(act: Act, wall: Wall | None, table: LiveTable) -> None:
    """Play a prepared act, shown on the wall and in the table."""
    await act.gate()
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
