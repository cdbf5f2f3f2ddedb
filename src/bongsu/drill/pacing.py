"""How a live drill keeps time: exercise time piecewise linear over link time, orders of pace to the nodes, plots to their owners when they are due.

Nothing here drifts: each moment's link time is reckoned from the beginning, never from the step before.
"""

import asyncio
import socket
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence

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


class Pace:
    """Exercise time over link time: it begins at link time `begin_ns` with the first of `speeds`."""

    def __init__(self, speeds: Speeds, begin_ns: int, link_ns: Callable[[], int]) -> None:
        self._link_ns = link_ns
        self._anchors: list[tuple[int, int, float]] = []
        at_ns = begin_ns
        for place, (exercise_ns, speed) in enumerate(speeds):
            if place:
                before_ns, before_speed = speeds[place - 1]
                at_ns += round((exercise_ns - before_ns) / before_speed)
            self._anchors.append((at_ns, exercise_ns, speed))
        self._ended: Now | None = None

    def now(self) -> Now:
        """Both clocks."""
        link_ns = self._link_ns()
        if self._ended is not None:
            return Now(self._ended.exercise_ns, link_ns)
        return Now(self.exercise_ns_at(link_ns), link_ns)

    def end(self) -> Now:
        """Exercise time stands still from now on."""
        self._ended = self.now()
        return self._ended

    def speed(self) -> float:
        """Now; zero after the end."""
        return 0.0 if self._ended is not None else self._at(self._link_ns())[2]

    def exercise_ns_at(self, link_ns: int) -> int:
        """Exercise time at a link time; before the beginning it stands at the start."""
        begun_ns, from_ns, speed = self._at(link_ns)
        return from_ns + max(int((link_ns - begun_ns) * speed), 0)

    def link_ns_of(self, exercise_ns: int) -> int:
        """Link time at which exercise time comes to this; never before the beginning."""
        place = max(bisect_right([anchor[1] for anchor in self._anchors], exercise_ns) - 1, 0)
        begun_ns, from_ns, speed = self._anchors[place]
        return begun_ns + max(round((exercise_ns - from_ns) / speed), 0)

    async def wait_until(self, exercise_ns: int) -> None:
        """Until exercise time comes to it."""
        await self.wait_until_link(self.link_ns_of(exercise_ns))

    async def wait_until_link(self, link_ns: int) -> None:
        """Until link time comes to it."""
        wait_ns = link_ns - self._link_ns()
        while wait_ns > 0:
            await asyncio.sleep(ns_to_seconds(wait_ns))
            wait_ns = link_ns - self._link_ns()

    def orders(self, exercise: str) -> list[ExerciseOrder]:
        """What exercise control orders, in order: startex, then each other pace."""
        return [
            ExerciseOrder(
                order="pace" if place else "startex",
                exercise=exercise,
                exercise_ns=exercise_ns,
                link_ns=link_ns,
                speed=speed,
            )
            for place, (link_ns, exercise_ns, speed) in enumerate(self._anchors)
        ]

    def _at(self, link_ns: int) -> tuple[int, int, float]:
        return self._anchors[max(bisect_right(self._anchors, link_ns, key=lambda anchor: anchor[0]) - 1, 0)]


class OrderSender:
    """Sends each order to all nodes shortly before it takes effect. `newest` is what a node that was away must hear."""

    def __init__(self, pace: Pace, exercise: str, send: Callable[[ExerciseOrder], None]) -> None:
        self._pace = pace
        self._orders = pace.orders(exercise)
        self._send = send
        self.newest: ExerciseOrder | None = None

    async def run(self) -> None:
        """Until the last order is out."""
        for order in self._orders:
            await self._pace.wait_until_link(order.link_ns - round(ORDER_AHEAD_S * 1e9))
            self.newest = order
            self._send(order)

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
        """Until the last line is out."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as self._socket:
            for owner in self._waiting:
                self.tell_time(owner)
            while any(self._waiting.values()):
                await pace.wait_until(min(lines[0].time_ns for lines in self._waiting.values() if lines))
                now_ns = pace.now().exercise_ns
                for owner, lines in self._waiting.items():
                    due = []
                    while lines and lines[0].time_ns <= now_ns:
                        due.append(lines.popleft())
                    if due:
                        self._send(owner, due)
                await asyncio.sleep(PACING_LEAST_S)
        self._socket = None

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
