"""The drill's simulated network keeps the same promises as real servers, in virtual time."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bongsu.base.units import seconds_to_ns
from bongsu.drill.agenda import Agenda
from bongsu.drill.network import End, Line, SimulatedNetwork
from tests.node.port_contract import NetworkContract

NODES = ("kr", "us", "jp")


class SimulatedWorld:
    """Three nodes on ordered lines, in virtual time."""

    def __init__(self) -> None:
        self.agenda = Agenda(0)
        self.net = SimulatedNetwork(self.agenda, {node: Line() for node in NODES}, seed=1)

    def network(self, node: str) -> End:
        return self.net.end(node)

    def run_until(self, condition: Callable[[], bool], within_s: float = 8.0) -> None:
        until_ns = self.agenda.now_ns + seconds_to_ns(within_s)
        while not condition():
            assert self.agenda.next_ns is not None, "nothing is left to happen"
            assert self.agenda.next_ns <= until_ns, f"not within {within_s} s"
            self.agenda.step()

    def cut(self) -> None:
        for node in NODES:
            self.net.cut(node)

    def heal(self) -> None:
        for node in NODES:
            self.net.heal(node)


@pytest.fixture
def world() -> SimulatedWorld:
    return SimulatedWorld()


class TestPort(NetworkContract):
    """The port's promises."""
