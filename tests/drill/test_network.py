"""The simulated network meets the port's tests, and its faults are those of lines."""

from collections.abc import Callable

import pytest

from bongsu.drill.agenda import Agenda
from bongsu.drill.network import Line, SimulatedNetwork
from bongsu.model.message import Lane
from bongsu.node.ports import Network
from tests.node.port_contract import Ends, NetworkContract

NODES = ("kr", "us", "jp")


class VirtualWorld:
    """Three nodes over simulated lines: time jumps to what happens next."""

    def __init__(self, line: Line | None = None, seed: int = 1) -> None:
        self.agenda = Agenda(0)
        self.net = SimulatedNetwork(self.agenda, dict.fromkeys(NODES, line or Line()), seed)

    def network(self, node: str) -> Network:
        return self.net.end(node)

    def run_until(self, condition: Callable[[], bool], within_s: float = 8.0) -> None:
        until_ns = self.agenda.now_ns + int(within_s * 1e9)
        while not condition():
            next_ns = self.agenda.next_ns
            assert next_ns is not None, "nothing is going to happen any more"
            assert next_ns <= until_ns, "not in time"
            self.agenda.step()

    def run_out(self) -> None:
        while self.agenda.next_ns is not None:
            self.agenda.step()

    def cut(self) -> None:
        for node in NODES:
            self.net.cut(node)

    def heal(self) -> None:
        for node in NODES:
            self.net.heal(node)


@pytest.fixture
def world() -> VirtualWorld:
    return VirtualWorld()


class TestPort(NetworkContract):
    """The port's promises, on good lines."""


@pytest.mark.parametrize("seed", range(5))
def test_lossy_repeating_lines_bring_every_prompt_parcel(seed: int) -> None:
    world = VirtualWorld(Line(loss=0.3, repeat=0.2, ordered=False), seed)
    ends = Ends(world)
    texts = [str(number) for number in range(200)]
    for text in texts:
        ends.offer("kr", "jp", text)
    world.run_until(lambda: set(ends.texts("jp")) == set(texts), within_s=60.0)
    assert ends.texts("jp") != texts, "lines like these repeat and reorder"
    world.run_out()
    assert world.net.prompt_waiting_count() == 0


def test_only_one_line_is_cut() -> None:
    world = VirtualWorld()
    ends = Ends(world)
    world.net.cut("jp")
    for recipient in ("us", "jp"):
        ends.offer("kr", recipient, "a")
    world.run_out()
    assert ends.texts("us") == ["a"]
    assert ends.texts("jp") == []
    assert world.net.prompt_waiting_count() == 1
    world.net.heal("jp")
    world.run_out()
    assert ends.texts("jp") == ["a"]


def test_what_is_under_way_when_the_line_is_cut_comes_after_it() -> None:
    world = VirtualWorld()
    ends = Ends(world)
    ends.offer("kr", "jp", "a")
    world.cut()
    world.agenda.at(int(3e9), world.heal)
    world.run_until(lambda: ends.texts("jp") == ["a"])
    assert world.agenda.now_ns >= int(3e9)


def test_a_node_that_is_down_gets_what_waits_when_it_is_back() -> None:
    world = VirtualWorld()
    ends = Ends(world)
    world.net.end("jp").close()
    for version in range(3):
        ends.offer("kr", "jp", f"p{version}")
        ends.offer("kr", "jp", f"l{version}", Lane.LATEST, "s")
    world.run_out()
    assert ends.texts("jp") == []
    again = Ends(world)
    again.tag = ends.tag
    world.run_out()
    assert again.texts("jp") == ["p0", "p1", "p2"]
    assert again.texts("jp", Lane.LATEST) == ["l2"]


def test_the_same_seed_gives_the_same_arrivals() -> None:
    def arrivals(seed: int) -> list[str]:
        world = VirtualWorld(Line(loss=0.2, repeat=0.2, ordered=False), seed)
        ends = Ends(world)
        for number in range(50):
            ends.offer("kr", "jp", str(number))
        world.run_out()
        return ends.texts("jp")

    assert arrivals(1) == arrivals(1)
    assert arrivals(1) != arrivals(2)
