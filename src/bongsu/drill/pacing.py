"""How a live drill keeps time: exercise time piecewise linear over link time, orders of pace to the nodes, plots to their owners when they are due.

Nothing here drifts: each moment's link time is reckoned from the beginning, never from the step before.
"""

import asyncio
import contextlib
import socket
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from bongsu.adapters.feeds import TimeLine
from bongsu.base.limits import DATAGRAM_LINES_BYTES, ORDER_AHEAD_S, PACING_LEAST_S
from bongsu.base.units import ns_to_seconds
from bongsu.drill.detections import Sent
from bongsu.model.exercise import ExerciseOrder
from bongsu.model.head import Now

_FOR_EVER_NS = 2**62
"""No line comes any more: exercise time may run on."""

Speeds = tuple[tuple[int, float], ...]
"""Exercise time from which on, speed; in time order, the first of them the start."""


class Anchor(NamedTuple):
    """From link time `begin_ns` on, exercise time is `exercise_ns` plus `speed` for each nanosecond since link time `base_ns`."""

    begin_ns: int
    base_ns: int
    exercise_ns: int
    speed: float
    order: str = "pace"
    text: str = ""

    def exercise_ns_at(self, link_ns: int) -> int:
        """Exercise time at a link time from `begin_ns` on."""
        return self.exercise_ns + max(int((link_ns - self.base_ns) * self.speed), 0)


class Pace:
    """Exercise time over link time: it begins at link time `begin_ns` with the first of `speeds`, and control may change it.

    A pause moves everything behind it by exactly its length: the line of before goes on from there, moved, not reckoned anew.
    """

    def __init__(self, speeds: Speeds, begin_ns: int, link_ns: Callable[[], int]) -> None:
        self._link_ns = link_ns
        self._anchors: list[Anchor] = []
        self._changed = asyncio.Event()
        self._stopped: tuple[Anchor, list[Anchor]] | None = None
        at_ns = begin_ns
        for place, (exercise_ns, speed) in enumerate(speeds):
            if place:
                before_ns, before_speed = speeds[place - 1]
                at_ns += round((exercise_ns - before_ns) / before_speed)
            self._anchors.append(Anchor(at_ns, at_ns, exercise_ns, speed, "pace" if place else "startex"))
        self._ended: Now | None = None

    def now(self) -> Now:
        """Both clocks."""
        link_ns = self._link_ns()
        if self._ended is not None:
            return Now(self._ended.exercise_ns, link_ns)
        return Now(self.exercise_ns_at(link_ns), link_ns)

    def end(self) -> Now:
        """Exercise time stands still from now on."""
        if self._ended is None:
            self._ended = self.now()
            self.notify()
        return self._ended

    def speed(self) -> float:
        """Now; zero after the end, and while it stands."""
        return 0.0 if self._ended is not None else self._at(self._link_ns()).speed

    @property
    def stands(self) -> str:
        """The order by which exercise time stands now, pause or hold; empty while it runs."""
        at = self._at(self._link_ns())
        return at.order if at.speed == 0.0 else ""

    @property
    def stopped_ns(self) -> int:
        """Link time from which on exercise time stands, or will."""
        return next(one.base_ns for one in reversed(self._anchors) if one.speed == 0.0)

    def stop(self, order: str, at_ns: int, text: str = "") -> None:
        """Exercise time stands from a link time on; what was planned after it waits."""
        exercise_ns = self.exercise_ns_at(at_ns)
        before = self._before(at_ns)
        later = self._anchors[len(before) :]
        stop = Anchor(at_ns, at_ns, exercise_ns, 0.0, order, text)
        if before[-1].speed == 0.0:  # stands already: the reason changes, the moment of the stop does not
            stop = stop._replace(base_ns=before[-1].base_ns)
        self._stopped = self._stopped if before[-1].speed == 0.0 else (before[-1], later)
        self._anchors = [*before, stop]
        self.notify()

    def resume(self, at_ns: int, text: str = "") -> int:
        """Go on as before the stop. Gives how long it stood, in nanoseconds."""
        stop = self._at(at_ns)
        assert stop.speed == 0.0, "it stands"
        assert self._stopped is not None
        line, later = self._stopped
        stood_ns = at_ns - stop.base_ns
        moved = [
            one._replace(begin_ns=one.begin_ns + stood_ns, base_ns=one.base_ns + stood_ns) for one in (line, *later)
        ]
        self._anchors = [*self._before(at_ns), moved[0]._replace(begin_ns=at_ns, order="resume", text=text), *moved[1:]]
        self._stopped = None
        self.notify()
        return stood_ns

    def set_speed(self, speed: float, at_ns: int) -> None:
        """Another speed from a link time on, in place of all that was planned."""
        self._anchors = [*self._before(at_ns), Anchor(at_ns, at_ns, self.exercise_ns_at(at_ns), speed)]
        self.notify()

    def jump(self, exercise_ns: int, at_ns: int) -> None:
        """Exercise time is set forward at a link time, and runs on at the same speed."""
        speed = self._at(at_ns).speed
        self._anchors = [*self._before(at_ns), Anchor(at_ns, at_ns, exercise_ns, speed, "jump")]
        self.notify()

    def notify(self) -> None:
        """Something has changed: whoever waits for a moment looks again."""
        self._changed.set()
        self._changed = asyncio.Event()

    def exercise_ns_at(self, link_ns: int) -> int:
        """Exercise time at a link time; before the beginning it stands at the start."""
        return self._at(link_ns).exercise_ns_at(link_ns)

    def link_ns_of(self, exercise_ns: int) -> int | None:
        """Link time at which exercise time comes to this; never before the beginning; None: not as long as it stands."""
        for place, anchor in enumerate(self._anchors):
            if exercise_ns <= anchor.exercise_ns_at(anchor.begin_ns):
                return anchor.begin_ns
            if anchor.speed == 0.0:
                continue
            comes_ns = anchor.base_ns + max(round((exercise_ns - anchor.exercise_ns) / anchor.speed), 0)
            if place + 1 == len(self._anchors) or comes_ns < self._anchors[place + 1].begin_ns:
                return comes_ns
        return None

    async def wait_until_link(self, link_ns: int) -> None:
        """Until link time comes to it."""
        while (wait_ns := self.wait_ns(link_ns)) > 0:
            await self._sleep(wait_ns)

    async def wait_link_or_change(self, link_ns: int) -> None:
        """Until link time comes to it, or something changes."""
        if (wait_ns := self.wait_ns(link_ns)) > 0:
            await self._sleep(wait_ns)

    async def wait_change(self, until_ns: int | None = None) -> None:
        """Until something changes, or exercise time comes to this."""
        wait_ns = _FOR_EVER_NS if until_ns is None else self.wait_ns(self.link_ns_of(until_ns))
        if wait_ns > 0:
            await self._sleep(wait_ns)

    def next_anchor(self, after: Anchor | None) -> Anchor | None:
        """The anchor behind one, or the first; of one that is no longer there, the first that begins later or anew."""
        if after is None:
            return self._anchors[0]
        if after in self._anchors:
            place = self._anchors.index(after) + 1
            return self._anchors[place] if place < len(self._anchors) else None
        return next((one for one in self._anchors if one.begin_ns >= after.begin_ns), self._anchors[-1])

    def order_of(self, anchor: Anchor, exercise: str) -> ExerciseOrder:
        """What exercise control orders by an anchor."""
        return ExerciseOrder(
            order=anchor.order,
            exercise=exercise,
            exercise_ns=anchor.exercise_ns_at(anchor.begin_ns),
            link_ns=anchor.begin_ns,
            speed=anchor.speed,
            text=anchor.text,
        )

    def orders(self, exercise: str) -> list[ExerciseOrder]:
        """What exercise control orders as things stand, in order: startex, then each other pace."""
        return [self.order_of(anchor, exercise) for anchor in self._anchors]

    def _at(self, link_ns: int) -> Anchor:
        return self._anchors[max(bisect_right(self._anchors, link_ns, key=lambda anchor: anchor.begin_ns) - 1, 0)]

    def _before(self, at_ns: int) -> list[Anchor]:
        """The anchors that have begun by a link time; the first always."""
        return [one for place, one in enumerate(self._anchors) if place == 0 or one.begin_ns <= at_ns]

    def wait_ns(self, link_ns: int | None) -> int:
        """How long until a link time; None: it never comes."""
        return _FOR_EVER_NS if link_ns is None else link_ns - self._link_ns()

    async def _sleep(self, wait_ns: int) -> None:
        """So long, or until something changes."""
        with contextlib.suppress(TimeoutError):
            within_s = None if wait_ns == _FOR_EVER_NS else ns_to_seconds(wait_ns)
            await asyncio.wait_for(self._changed.wait(), within_s)


class OrderSender:
    """Sends each order to all nodes shortly before it takes effect, also those that control brings about later.

    `newest` is what a node that was away must hear.
    """

    def __init__(self, pace: Pace, exercise: str, send: Callable[[ExerciseOrder], None]) -> None:
        self._pace = pace
        self._exercise = exercise
        self._send = send
        self.newest: ExerciseOrder | None = None

    async def run(self, ends: bool = False) -> None:
        """Without end; with `ends`, until the last order that is planned is out."""
        sent: Anchor | None = None
        while True:
            anchor = self._pace.next_anchor(sent)
            if anchor is None:
                if ends:
                    return
                await self._pace.wait_change()
                continue
            ahead_ns = anchor.begin_ns - round(ORDER_AHEAD_S * 1e9)
            if self._pace.wait_ns(ahead_ns) > 0:
                await self._pace.wait_link_or_change(ahead_ns)
                continue
            sent = anchor
            self.newest = self._pace.order_of(anchor, self._exercise)
            self._send(self.newest)

    def end(self, exercise: str) -> None:
        """ENDEX: exercise time stands still."""
        now = self._pace.end()
        self.newest = ExerciseOrder(
            order="endex", exercise=exercise, exercise_ns=now.exercise_ns, link_ns=now.link_ns, speed=0.0
        )
        self._send(self.newest)


class FeedSender:
    """Sends the sensors' lines to their owners' feeds, those of one owner that are due together in one datagram.

    Each datagram ends with the word that everything has been told until the owner's next line: so far, and no further, the node's exercise time
    may run. `port_of` tells an owner's feed; None while its node is down: then nobody listens, and the lines are lost, as they would be.
    """

    def __init__(self, lines: Iterable[Sent], owners: Sequence[str], port_of: Callable[[str], int | None]) -> None:
        self.sent_count = 0
        self.unheard_count = 0
        self._waiting: dict[str, deque[Sent]] = {owner: deque() for owner in owners}
        for sent in lines:
            self._waiting[sent.owner].append(sent)
        self._port_of = port_of
        self._encoder = msgspec.json.Encoder()
        self._socket: socket.socket | None = None

    async def run(self, pace: Pace) -> None:
        """Until the last line is out, and any that `replace` brings after that."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as self._socket:
            for owner in self._waiting:
                self.tell_time(owner)
            while any(self._waiting.values()):
                next_ns = min(lines[0].time_ns for lines in self._waiting.values() if lines)
                if (now_ns := pace.now().exercise_ns) < next_ns:
                    await pace.wait_change(next_ns)
                    continue
                for owner, lines in self._waiting.items():
                    due = []
                    while lines and lines[0].time_ns <= now_ns:
                        due.append(lines.popleft())
                    if due:
                        self._send(owner, due)
                await asyncio.sleep(PACING_LEAST_S)
        self._socket = None

    def replace(self, lines: Iterable[Sent], after_ns: int) -> None:
        """Other lines from an exercise time on, in place of those that wait; those of before are seen by nobody."""
        for waiting in self._waiting.values():
            waiting.clear()
        for sent in lines:
            if sent.time_ns > after_ns:
                self._waiting[sent.owner].append(sent)
        for owner in self._waiting:
            self.tell_time(owner)

    def skip(self, until_ns: int) -> None:
        """Nobody sees what lies before an exercise time."""
        for owner, waiting in self._waiting.items():
            while waiting and waiting[0].time_ns < until_ns:
                waiting.popleft()
            self.tell_time(owner)

    def tell_time(self, owner: str) -> None:
        """How far everything has been told: to a node that has just come up."""
        self._send(owner, [])

    def _send(self, owner: str, due: list[Sent]) -> None:
        port = self._port_of(owner)
        if port is None or self._socket is None:
            self.unheard_count += len(due)
            return
        self.sent_count += len(due)
        waiting = self._waiting[owner]
        lines = [self._encoder.encode(sent.line) for sent in due]
        lines.append(self._encoder.encode(TimeLine(waiting[0].time_ns - 1 if waiting else _FOR_EVER_NS)))
        for datagram in _datagrams(lines):
            self._socket.sendto(datagram, ("127.0.0.1", port))


def _datagrams(lines: list[bytes]) -> Iterator[bytes]:
    """The lines in order, as many in each datagram as it holds."""
    held: list[bytes] = []
    size = 0
    for line in lines:
        if held and size + len(line) + 1 > DATAGRAM_LINES_BYTES:
            yield b"\n".join(held)
            held, size = [], 0
        held.append(line)
        size += len(line) + 1
    if held:
        yield b"\n".join(held)
