"""How a live drill keeps time: exercise time piecewise linear over link time, orders of pace to the nodes, plots to their owners when they are due.

Nothing here drifts: each moment's link time is reckoned from the beginning, never from the step before.
"""

import asyncio
import socket
from bisect import bisect_right
from collections.abc import Callable, Iterator

import msgspec

from bongsu.base.limits import DATAGRAM_LINES_BYTES, ORDER_AHEAD_S, PACING_LEAST_S
from bongsu.base.units import ns_to_seconds
from bongsu.drill.detections import Sent
from bongsu.model.exercise import ExerciseOrder
from bongsu.model.head import Now

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
        while (wait_ns := link_ns - self._link_ns()) > 0:
            await asyncio.sleep(ns_to_seconds(wait_ns))

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

    `port_of` tells an owner's feed; None while its node is down: then nobody listens, and the lines are lost, as they would be.
    """

    def __init__(self, stream: Iterator[Sent], pace: Pace, port_of: Callable[[str], int | None]) -> None:
        self.lines = 0
        self.unheard = 0
        self._stream = stream
        self._pace = pace
        self._port_of = port_of
        self._encoder = msgspec.json.Encoder()

    async def run(self) -> None:
        """Until the last line is out."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.setblocking(False)
            waiting = next(self._stream, None)
            while waiting is not None:
                now_ns = self._pace.now().exercise_ns
                due: dict[str, list[bytes]] = {}
                while waiting is not None and waiting.time_ns <= now_ns:
                    due.setdefault(waiting.owner, []).append(self._encoder.encode(waiting.line))
                    waiting = next(self._stream, None)
                for owner, lines in due.items():
                    await self._send(sender, owner, lines)
                if waiting is not None:
                    comes_ns = self._pace.link_ns_of(waiting.time_ns) - self._pace.now().link_ns
                    await asyncio.sleep(max(ns_to_seconds(comes_ns), PACING_LEAST_S))

    async def _send(self, sender: socket.socket, owner: str, lines: list[bytes]) -> None:
        port = self._port_of(owner)
        if port is None:
            self.unheard += len(lines)
            return
        self.lines += len(lines)
        for datagram in _datagrams(lines):
            await asyncio.get_running_loop().sock_sendto(sender, datagram, ("127.0.0.1", port))


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
