"""Exercise time over link time, and what is sent when."""

from __future__ import annotations

import asyncio
import json
import socket

import pytest

from bongsu.adapters.clock import ScaledClock
from bongsu.base.limits import DATAGRAM_LINES_BYTES
from bongsu.drill.detections import Sent, StatusLine
from bongsu.drill.pacing import FeedSender, OrderSender, Pace
from bongsu.model.exercise import ExerciseOrder

S = 1_000_000_000
BEGIN = 5_000 * S
SPEEDS = ((100 * S, 1.0), (140 * S, 150.0), (4_490 * S, 4.0))


class Link:
    """A link clock that stands where it is put."""

    def __init__(self, ns: int = BEGIN) -> None:
        self.ns = ns

    def __call__(self) -> int:
        return self.ns


def test_the_tours_pace_is_piecewise_linear() -> None:
    link = Link()
    pace = Pace(SPEEDS, BEGIN, link)
    assert [pace.link_ns_of(time_s * S) - BEGIN for time_s in (0, 100, 140, 290, 4_490, 4_550)] == [
        0, 0, 40 * S, 41 * S, 69 * S, 84 * S,
    ]  # fmt: skip
    for after_s, exercise_s, speed in ((-1, 100, 1.0), (39, 139, 1.0), (41, 290, 150.0), (70, 4_494, 4.0)):
        link.ns = BEGIN + after_s * S
        assert pace.now().exercise_ns == exercise_s * S
        assert pace.speed() == speed


def test_after_the_end_exercise_time_stands() -> None:
    link = Link(BEGIN + 10 * S)
    pace = Pace(SPEEDS, BEGIN, link)
    ended = pace.end()
    link.ns += 100 * S
    assert pace.now().exercise_ns == ended.exercise_ns == 110 * S
    assert pace.now().link_ns == link.ns
    assert pace.speed() == 0.0


def test_a_node_that_follows_the_orders_has_the_same_time() -> None:
    """What the drill reckons and what a node makes of its orders agree to the nanosecond of rounding."""
    pace = Pace(SPEEDS, BEGIN, Link())
    clock = ScaledClock(100 * S)
    for order in pace.orders("trial-1"):
        clock.order(order)
    for after_s in (0, 1, 39, 40, 41, 68, 69, 70, 90):
        told = clock.exercise_ns_at(BEGIN + after_s * S)
        assert abs(told - pace.exercise_ns_at(BEGIN + after_s * S)) <= 1


def test_orders_go_out_before_they_take_effect_and_the_newest_is_kept() -> None:
    link = Link(BEGIN + 1_000 * S)
    pace = Pace(SPEEDS, BEGIN, link)
    sent: list[ExerciseOrder] = []
    sender = OrderSender(pace, "trial-1", sent.append)
    asyncio.run(sender.run(ends=True))
    assert [order.order for order in sent] == ["startex", "pace", "pace"]
    sender.end("trial-1")
    assert sender.newest == sent[-1]
    assert (sent[-1].order, sent[-1].speed) == ("endex", 0.0)


def _status(time_s: int, owner: str) -> Sent:
    return Sent(time_s * S, owner, StatusLine(time="2026-05-01T00:00:00.000000Z", sensor=f"{owner}-1", state="up"))


@pytest.fixture
def feed() -> socket.socket:
    taken = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    taken.bind(("127.0.0.1", 0))
    taken.settimeout(5.0)
    return taken


def test_each_datagram_tells_until_when_everything_is_told(feed: socket.socket) -> None:
    """A node's exercise time may run to just before its next line, and for ever after the last."""
    with feed:
        lines = [_status(101, "kr"), _status(102, "us"), _status(107, "kr")]
        ports = {"kr": feed.getsockname()[1]}
        sender = FeedSender(lines, ("kr", "us"), ports.get)
        asyncio.run(sender.run(Pace(SPEEDS, BEGIN, Link(BEGIN + 1_000 * S))))
        told = [[json.loads(line) for line in feed.recv(65_535).split(b"\n")] for _ in range(2)]
    assert [line["type"] for line in told[0]] == ["time"]
    assert told[0][0]["time_ns"] == 101 * S - 1
    assert [line["type"] for line in told[1]] == ["status", "status", "time"]
    assert told[1][-1]["time_ns"] > 10_000_000 * S
    assert (sender.sent_count, sender.unheard_count) == (2, 1)


def test_many_lines_are_cut_into_datagrams_in_order(feed: socket.socket) -> None:
    with feed:
        count = DATAGRAM_LINES_BYTES // 50
        lines = [_status(100, "kr") for _ in range(count)]
        ports = {"kr": feed.getsockname()[1]}
        asyncio.run(FeedSender(lines, ("kr",), ports.get).run(Pace(SPEEDS, BEGIN, Link(BEGIN + S))))
        feed.recv(65_535)
        datagrams = [feed.recv(65_535) for _ in range(2)]
    assert all(len(datagram) <= DATAGRAM_LINES_BYTES for datagram in datagrams)
    assert sum(len(datagram.split(b"\n")) for datagram in datagrams) == count + 1
