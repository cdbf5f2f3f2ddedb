"""A node as a process: the asyncio shell around the core.

Threads: this loop (network, feeds, console, control), the core's, the record's writer. What the core makes comes here by `call_soon_threadsafe`,
is sealed and offered; the record's writer says here what is on disk.

    feed -> core queue -> core thread -> [record writer] -> outbox -> seal -> network
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import threading
import traceback
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic
from typing import Any

import msgspec

from bongsu.adapters.accounts import Accounts
from bongsu.adapters.clock import ScaledClock
from bongsu.adapters.feeds import Intake, UdpFeed, feed_file, feed_stream
from bongsu.adapters.hold_signal import HoldListener, send_hold
from bongsu.adapters.oidc import OidcProvider
from bongsu.base.errors import BongsuError
from bongsu.base.limits import (
    DISK_PATIENCE_S,
    DRAIN_S,
    EVENTS_COUNT,
    ORDERS_COUNT,
    ORPHAN_S,
    RETENTION_CHECK_S,
    SHOWN_COUNT,
)
from bongsu.base.units import NANOSECONDS_PER_SECOND
from bongsu.console import app as console_app
from bongsu.console import serve
from bongsu.console.feed import PictureFeed
from bongsu.model.alarm import Alarm, AlarmState
from bongsu.model.exercise import ExerciseOrder
from bongsu.model.head import Item
from bongsu.model.health import CONSOLES_PART, DISK_PART, RECORD_PART, SPACE_PART, Health
from bongsu.model.hold import Hold, HoldSignal, HoldState
from bongsu.model.message import Outgoing, Received, Release
from bongsu.model.parcel import Arrival
from bongsu.node import build, control
from bongsu.node.commands import CommandDesk
from bongsu.node.config import Settings, read_settings
from bongsu.node.core_thread import CoreThread, Stepped
from bongsu.node.outbox import Outbox
from bongsu.node.outlets import build_courier
from bongsu.node.past import recorded
from bongsu.node.retention import Retention, fills_up, look
from bongsu.node.signing import parcel_of
from bongsu.node.warm import warm

_BEGUN_S = monotonic()
_OUR_FAULT = 3


class Node:
    """One running node. `run` returns its exit code."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.clock = build.build_clock(settings)
        self.network = build.build_network(settings)
        self.engine = build.build_engine(settings, self.clock.now())
        self.configuration = self.engine.configuration
        self.core = CoreThread(self.engine, self.clock, self._stepped, self._core_failed)
        self.outbox = Outbox(self._leave)
        self.courier = build_courier(settings.alerting, self.configuration, self.core.put)
        self.pictures = PictureFeed(self.clock.now, self.configuration, recorded(self.engine.store.place))
        self.desk = CommandDesk(self.core.put)
        self._holds: dict[str, bool] = {}
        self._told_alarms: dict[str, bool] = {}
        self._ended = asyncio.Event()
        self._broker_up = asyncio.Event()
        self._code = 0
        self._tasks: list[asyncio.Task[Any]] = []
        self._all_taken = asyncio.Event()
        self._disk_late = False
        self._unrecorded_told = 0
        self._marks = ThreadPoolExecutor(1, "marks")
        self._ending = False
        self._sealed = 0
        self._taken = 0
        self._arrived = 0

    async def run(self) -> int:
        """Come up, say so, and work until told to end."""
        loop = asyncio.get_running_loop()
        self._loop = loop
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._ended.set)
        console = self.settings.console
        socket = serve.bind(console.port, console.host)
        udp = self._udp_feed()
        holds = HoldListener(self._real_event, self.settings.hold.port) if self.settings.hold.listen else None
        accounts = None if console.accounts is None else Accounts(console.accounts)
        if accounts is not None and not accounts.all():
            control.say(f"nobody may log in at the console yet: bongsu node account add --config {self.settings.path}")
        provider = None if console.oidc is None else OidcProvider(console.oidc)
        names = (console.host, *console.names)
        doors = console_app.Doors(accounts, names, console.certificate is not None, provider)
        app = console_app.create(self.pictures, self.desk, f"{self.configuration.node}-1", doors, self._attended)
        server = serve.server(app, console.certificate, console.key)
        self._tasks.append(loop.create_task(server.serve(sockets=[socket])))
        self._take_up()
        self._hear_of_the_record()
        self.core.start()
        if self.settings.control:  # before anything is waited for: it tells when the parent is gone
            self._begin(self._control())
        if self.settings.startex is not None and self.settings.startex not in self.engine.newest_orders(ORDERS_COUNT):
            self._order(self.settings.startex)
        await self._connect()
        if udp is not None:
            udp.open(loop)
        if holds is not None:
            await holds.open()
        self._follow_feed()
        self._begin(self._keep_within_bounds())
        if not self._ended.is_set():
            ports = {"feed_port": None if udp is None else udp.port, "hold_port": None if holds is None else holds.port}
            self._tell_ready(socket.getsockname()[1], ports)
        await self._ended.wait()
        if holds is not None:
            holds.close()
        if udp is not None:
            udp.close(loop)
        server.should_exit = True
        await self._end()
        return self._code

    def _take_up(self) -> None:
        """After a restart: where exercise time stood, what the console shows, and what no broker has taken."""
        restart = self.engine.restart
        if isinstance(self.clock, ScaledClock):
            for order in self.engine.newest_orders(ORDERS_COUNT):
                self.clock.order(order)
        shown = self.engine.shown_before(SHOWN_COUNT)
        self._stand_or_go(shown)
        self.pictures.restore(shown, self.engine.number)
        if self.settings.control:
            control.tell_items(control.newest_seen(shown))
        for message in restart.unsent:
            self._leave(message)
        if self.courier is not None:
            self.courier.start()
            for release, outlets in self.engine.undelivered(self.courier.names, self.clock.now().exercise_ns):
                self.courier.offer(release, outlets)

    def _hear_of_the_record(self) -> None:
        loop, store = self._loop, self.engine.store
        store.on_durable = lambda number: _soon(loop, self._durable, number)
        store.on_failure = lambda reason: _soon(loop, self._disk, reason)

    async def _connect(self) -> None:
        """Ready means connected; a server that comes late is waited for, and said so."""
        if self.network is None:
            return
        self.network.open(self._arrival, self._health)
        if not await self._unless_ended(self.network.start()):
            control.tell(type="waiting", node=self.configuration.node, what="broker")
            await self._unless_ended(self._broker_up.wait())

    async def _unless_ended(self, work: Coroutine[Any, Any, bool]) -> bool:
        """Wait for the work, or for the node's end; what the work says, or False."""
        waited, ended = asyncio.ensure_future(work), asyncio.ensure_future(self._ended.wait())
        await asyncio.wait({waited, ended}, return_when=asyncio.FIRST_COMPLETED)
        ended.cancel()
        if not waited.done():
            waited.cancel()
            return False
        return waited.result()

    def _follow_feed(self) -> None:
        """Begin to read what is no datagram."""
        settings = self.settings
        if settings.feed.kind == "stdin":
            self._begin(self._feed_standard_input())
        if settings.feed_path is not None:
            self._begin(feed_file(self._intake(), settings.feed_path, self._wait_until))

    def _begin(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        task.add_done_callback(self._task_done)
        self._tasks.append(task)

    def _task_done(self, task: asyncio.Task[Any]) -> None:
        if not task.cancelled() and task.exception() is not None:
            self._fail(task.exception())

    async def _control(self) -> None:
        parent = os.getppid()
        await control.follow_control(self._order)
        _end_if_orphaned(parent)
        self._ended.set()

    async def _feed_standard_input(self) -> None:
        await feed_stream(self._intake(), await control.standard_input())

    def _order(self, line: control.Line) -> None:
        if isinstance(line, control.WrongClock):
            if isinstance(self.clock, ScaledClock):
                self.clock.set_wrong(round(line.offset_s * NANOSECONDS_PER_SECOND))
                self.core.wake()
            return
        if isinstance(line, ExerciseOrder):
            if isinstance(self.clock, ScaledClock):
                self.clock.order(line)
            self.core.put(line)
        else:
            self.core.put(msgspec.structs.replace(line, scripted=True))

    def _intake(self) -> Intake:
        clock = self.clock
        told = self._told if isinstance(clock, ScaledClock) else None
        return Intake(self.configuration.sensors, self.core.put, lambda: clock.now().link_ns, told)

    def _told(self, exercise_ns: int) -> None:
        """The drill's feed has told everything until then: exercise time may run so far."""
        assert isinstance(self.clock, ScaledClock)
        self.clock.hold_at(exercise_ns)
        self.core.wake()

    def _udp_feed(self) -> UdpFeed | None:
        return UdpFeed(self._intake(), self.settings.feed.port) if self.settings.feed.kind == "udp" else None

    async def _wait_until(self, exercise_ns: int) -> None:
        """Until exercise time has come to it; looks again each second, as its pace may be ordered otherwise."""
        while (now := self.clock.now()).exercise_ns < exercise_ns:
            comes_ns = self.clock.link_ns_of(exercise_ns)
            wait_s = 1.0 if comes_ns is None else min((comes_ns - now.link_ns) / 1e9, 1.0)
            await asyncio.sleep(max(wait_s, 0.0))

    def _arrival(self, arrival: Arrival) -> None:
        self._arrived += 1
        sealing = self.settings.sealing
        envelope = arrival.envelope if sealing is None else sealing.open(arrival.envelope, arrival.claimed)
        received = Received(claimed=arrival.claimed, lane=arrival.lane, envelope=envelope)
        self.core.put(received, lambda _items: arrival.stored())

    def _health(self, health: Health) -> None:
        if health.part == "broker" and health.state == "up":
            self._broker_up.set()
        self.core.put(health)

    def _attended(self, attended: bool) -> None:
        """Whether a person is on shift at a console: partners hear of it."""
        self.core.put(Health(part=CONSOLES_PART, state="up" if attended else "down"))

    def _disk(self, reason: str | None) -> None:
        """The record cannot be written, or can again: the node goes on, and says so everywhere."""
        failing, before = reason is not None, self.outbox.unrecorded_count
        marked = self._marks.submit(
            self.engine.keep_numbers, not failing
        )  # not here: a disk may also not answer at all
        marked.add_done_callback(lambda done: _soon(self._loop, self._marked, done.result()))
        self.outbox.disk(failing)
        left = self.outbox.unrecorded_count - (before if failing else self._unrecorded_told)
        self._unrecorded_told = self.outbox.unrecorded_count
        text = "; ".join(part for part in (reason, f"{left} messages left unrecorded" if left else "") if part)
        state = "down" if failing else "up"
        control.say(f"record: {text or 'written again'}")
        control.tell(type="disk", state=state, text=text)
        self.core.put(Health(part=DISK_PART, state=state, text=text))

    async def _keep_within_bounds(self) -> None:
        """Now and then: remove what is over the record's bounds, and say so; say when the disk fills up."""
        engine, retention = self.engine, self.settings.retention
        filling = ""
        while True:
            before, filling = filling, await asyncio.to_thread(fills_up, engine.store.place)
            if bool(before) != bool(filling):
                control.say(f"record: {filling or 'the disk has room again'}")
                self.core.put(Health(part=SPACE_PART, state="degraded" if filling else "up", text=filling))
            if not engine.removing and retention != Retention():
                work = (
                    engine.store.place,
                    retention,
                    self.clock.now().link_ns,
                    build.sign_of(self.settings),
                    engine.remove_before,
                )
                try:
                    removed = await asyncio.to_thread(look, *work)
                except (
                    BongsuError,
                    OSError,
                ) as error:  # a disk or server that fails is announced; the next look tries again
                    control.say(f"record: nothing can be removed: {error}")
                    removed = []
                for one in removed:
                    control.say(f"record: {one.text}")
                    self.core.put(Health(part=RECORD_PART, state="up", text=one.text))
            await asyncio.sleep(RETENTION_CHECK_S)

    def _marked(self, fault: str) -> None:
        if fault:
            control.say(f"record: {fault}: a restart may use message numbers again")

    def _stepped(self, stepped: Stepped) -> None:
        """On the core's thread."""
        self._stand_or_go(stepped.items)
        _soon(self._loop, self._stepped_here, stepped)
        self.pictures.push(stepped.items, stepped.number)

    def _stepped_here(self, stepped: Stepped) -> None:
        then = stepped.then
        self.outbox.stepped(stepped.number, stepped.items, None if then is None else lambda: then(stepped.items))
        if self.settings.control:
            control.tell_items(stepped.items)
        if self.outbox.is_late and not self._disk_late:
            self._disk_late = True
            self._disk(f"has not answered for {DISK_PATIENCE_S:g} s")

    def _stand_or_go(self, items: list[Item[Any]]) -> None:
        """While a HOLD stands, ours or a partner's, exercise time does not run; a real node says that something real has come up."""
        for item in items:
            body = item.body
            if isinstance(body, Hold) and isinstance(self.clock, ScaledClock):
                if body.state is HoldState.STANDING:
                    self._holds[body.hold] = True
                else:
                    self._holds.pop(body.hold, None)
                self.clock.stand(bool(self._holds))
            elif self.settings.hold.signal_port and isinstance(body, Alarm):
                self._signal(body)

    def _signal(self, alarm: Alarm) -> None:
        """Each event that calls a person is signalled once, and nothing of it."""
        calls = alarm.state is AlarmState.ACTIVE_UNACKNOWLEDGED
        if calls and alarm.event not in self._told_alarms:
            send_hold(self.settings.hold.signal_port)
            self._told_alarms[alarm.event] = True
            if len(self._told_alarms) > EVENTS_COUNT:
                del self._told_alarms[next(iter(self._told_alarms))]

    def _real_event(self) -> None:
        """Our own live node has signalled."""
        self.core.put(HoldSignal())

    def _durable(self, number: int) -> None:
        self.outbox.durable(number)
        if self._disk_late:
            self._disk_late = False
            self._disk(None)

    def _leave(self, outgoing: Outgoing | Release) -> None:
        """Seal a message and give it to the network; it is marked sent when the broker holds it. What leaves by an exit goes to its outlets."""
        if isinstance(outgoing, Release):
            if self.courier is not None:
                self.courier.offer(outgoing)
            return
        if self.network is None or self.settings.signer is None:
            return
        self._sealed += 1
        parcel = parcel_of(outgoing, self.configuration, self.settings.signer)
        if self.settings.sealing is not None:
            parcel = self.settings.sealing.close(parcel)
        self.network.offer(parcel, self._accepted)

    def _core_failed(self, error: BaseException) -> None:
        """On the core's thread: the core broke. The input is on record as a fault; a restart passes it over."""
        _soon(self._loop, self._fail, error)

    def _fail(self, error: BaseException | None) -> None:
        assert error is not None
        traceback.print_exception(error)
        self._code = _OUR_FAULT
        self._ended.set()

    def _tell_ready(self, console_port: int, ports: dict[str, int | None]) -> None:
        restart = self.engine.restart
        control.tell(
            type="ready",
            node=self.configuration.node,
            seconds=round(_since_start_s(), 3),
            pid=os.getpid(),
            mode=self.configuration.mode.value,
            epoch=self.configuration.epoch,
            console=self._console_address(console_port),
            console_port=console_port,
            **ports,
            loop=type(self._loop).__module__,
            restart={"from_entry": restart.from_entry, "inputs": restart.inputs, "unsent": len(restart.unsent)},
        )

    def _console_address(self, port: int) -> str:
        console = self.settings.console
        host = console.names[0] if console.names else f"[{console.host}]" if ":" in console.host else console.host
        return f"{'http' if console.certificate is None else 'https'}://{host}:{port}/"

    async def _end(self) -> None:
        """Step what waits, write the record, let go of the network."""
        self.pictures.close()
        loop = self._loop
        failed = self._code != 0
        if failed:
            await loop.run_in_executor(None, self.engine.store.close)
        else:
            await loop.run_in_executor(None, self.core.end)
        await self._drain()
        if self.courier is not None:
            await self.courier.close()
        if self.network is not None:
            await self.network.close()
        for task in self._tasks[1:]:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        counters = msgspec.to_builtins(self.core.counters)
        totals = self.network.totals() if self.network is not None else {}
        outlets = msgspec.to_builtins(self.courier.counts) if self.courier is not None else {}
        control.tell(
            type="stopped", node=self.configuration.node, code=self._code, entries=self.engine.number,
            sealed=self._sealed, arrived=self._arrived, unrecorded=self.outbox.unrecorded_count, counters=counters, network=totals, outlets=outlets,
        )  # fmt: skip

    async def _drain(self) -> None:
        """Until the network has taken all that is on disk, but not for long: the rest is offered again after the restart."""
        self._ending = True
        if self._taken < self._sealed:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._all_taken.wait(), DRAIN_S)

    def _accepted(self, message: str) -> None:
        """The own server holds a message."""
        self._taken += 1
        self.engine.store.mark_sent(message)
        if self._ending and self._taken >= self._sealed:
            self._all_taken.set()


def _soon(loop: asyncio.AbstractEventLoop, call: Callable[..., None], *arguments: object) -> None:
    """Have the loop do it; a loop that has ended does nothing more."""
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(call, *arguments)


def _end_if_orphaned(parent: int) -> None:
    """A node whose drill has died is gone soon, whatever it is about: its record is whole up to the last entry on disk."""

    def end() -> None:
        if os.getppid() != parent:
            os._exit(_OUR_FAULT)

    timer = threading.Timer(ORPHAN_S, end)
    timer.daemon = True
    timer.start()


def _since_start_s() -> float:
    """Seconds since this process began: from the kernel's word where it gives one, else since this module was imported."""
    try:
        ticks = int(Path("/proc/self/stat").read_text(encoding="ascii").rpartition(")")[2].split()[19])
        up_s = float(Path("/proc/uptime").read_text(encoding="ascii").split()[0])
        return up_s - ticks / os.sysconf("SC_CLK_TCK")
    except OSError:
        return monotonic() - _BEGUN_S


def run_node(path: Path) -> int:
    """Run the node of a settings file until it is ended; its exit code."""
    settings = read_settings(path)
    build.wiring_of(settings)
    warm(settings.configuration)

    async def main() -> int:
        return await Node(settings).run()

    if sys.platform == "win32":
        return asyncio.run(main())
    import uvloop

    return uvloop.run(main())
