"""The stream from a real server: whole at first, then changes, beats while nothing changes, and an end."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx
import pytest

from bongsu.base.errors import Busy
from bongsu.base.limits import STREAM_CLIENTS_COUNT
from bongsu.console.app import create
from bongsu.console.serve import bind
from tests.console.node import Node, served
from tests.views.items import assessment, calm, event, freshness

pytestmark = pytest.mark.live


@pytest.fixture
def node() -> Node:
    made = Node(60)
    made.feed.push(calm(made.teller))
    return made


@pytest.fixture
def address(node: Node) -> Iterator[str]:
    with served(create(node.feed, node.desk, "kr-1")) as serving:
        yield serving.address


@contextmanager
def listening(address: str, last: str | None = None) -> Iterator[Iterator[tuple[str, dict[str, Any]]]]:
    """The messages of one stream, each with its id."""
    headers = {"Last-Event-ID": last} if last else {}
    with httpx.stream("GET", f"{address}/api/stream", headers=headers, timeout=10) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield messages(answer)


def messages(answer: httpx.Response) -> Iterator[tuple[str, dict[str, Any]]]:
    number = ""
    for line in answer.iter_lines():
        name, _, value = line.partition(": ")
        if name == "id":
            number = value
        elif name == "data":
            yield number, json.loads(value)


def changed(stream: Iterator[tuple[str, dict[str, Any]]]) -> tuple[str, dict[str, Any]]:
    """The next message that is more than a beat."""
    return next((number, told) for number, told in stream if set(told["set"]) - {"clock"})


def test_the_whole_then_only_what_changes(node: Node, address: str) -> None:
    with listening(address) as stream:
        _, first = next(stream)
        assert first["whole"]
        assert {"node", "sources", "doors", "lines", "clock"} <= set(first["set"])
        node.tell(event(assessment("kr")))
        _, second = changed(stream)
        assert not second["whole"]
        assert set(second["set"]) == {"node", "events/E1", "clock"}


def test_beats_carry_the_node_s_time_while_nothing_changes(node: Node, address: str) -> None:
    with listening(address) as stream:
        clocks = [next(stream)[1]["set"]["clock"] for _ in range(4)]
    assert sorted(clock["link"] for clock in clocks) == [clock["link"] for clock in clocks]
    assert len({clock["link"] for clock in clocks}) == 4
    assert len({clock["core_link"] for clock in clocks}) == 1, "the core has said nothing since"


def test_a_burst_is_joined(node: Node, address: str) -> None:
    with listening(address) as stream:
        next(stream)
        begun = time.monotonic()
        for number in range(200):
            node.tell(freshness("us", seconds=number))
        told = [changed(stream)[1]]
        while told[-1]["set"].get("sources", [{}])[0].get("last") != "2023-07-11T16:02:19.000Z":
            told.append(changed(stream)[1])
        assert len(told) <= 2 + (time.monotonic() - begun) / 0.1


def test_a_page_that_comes_back_gets_the_difference_and_a_stranger_the_whole(node: Node, address: str) -> None:
    with listening(address) as stream:
        last, _ = next(stream)
    node.tell(event(assessment("kr")))
    with listening(address, last) as stream:
        number, told = next(stream)
        assert not told["whole"]
        assert set(told["set"]) == {"node", "events/E1", "clock"}
    with listening(address, number.replace("-", "x-")) as stream:
        assert next(stream)[1]["whole"]


def test_the_stream_ends_with_the_node(node: Node, address: str) -> None:
    with listening(address) as stream:
        next(stream)
        node.feed.close()
        assert len(list(stream)) <= 3


def test_a_server_with_open_streams_stops_at_once(node: Node) -> None:
    with served(create(node.feed, node.desk, "kr-1")) as serving, listening(serving.address) as stream:
        next(stream)
        begun = time.monotonic()
        serving.stop()
        assert time.monotonic() - begun < 5
        list(stream)


def test_pages_are_bounded(address: str) -> None:
    with ExitStack() as pages:
        # Kept: an iterator that nobody holds closes its connection.
        held = [pages.enter_context(listening(address)) for _ in range(STREAM_CLIENTS_COUNT)]
        assert all(next(stream)[1]["whole"] for stream in held)
        answer = httpx.get(f"{address}/api/stream")
        assert (answer.status_code, answer.json()["reason"]) == (503, "too_many_pages")


def test_a_busy_port_is_named() -> None:
    taken = bind(0)
    port = taken.getsockname()[1]
    with pytest.raises(Busy, match=str(port)):
        bind(port)
    taken.close()
