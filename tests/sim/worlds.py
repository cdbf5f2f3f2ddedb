"""Drills in virtual time on bad lines, with the production rooms, kept in memory."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from bongsu.adapters.identity import Signer
from bongsu.core.rooms import build_pipeline
from bongsu.drill import scenario as scenarios
from bongsu.drill.scenario import Scenario
from bongsu.drill.scenario_schema import Inject, Link
from bongsu.drill.twin import stands_on
from bongsu.drill.virtual import Core, VirtualDrill
from bongsu.model.bodies import Input
from bongsu.model.configuration import Configuration
from bongsu.model.head import Item, Now

FALSE_ALARM = scenarios.load("false-alarm")


class Kept:
    """A core that keeps all of its items, and lives through a crash as a record would let it."""

    def __init__(self, settings: Configuration, now: Now) -> None:
        self.pipeline = build_pipeline(settings)
        self.items: list[Item[Any]] = self.pipeline.step(now, settings)
        self.due = self.pipeline.due

    def step(self, now: Now, body: Input) -> list[Item[Any]]:
        items = self.pipeline.step(now, body)
        self.items += items
        return items

    def close(self) -> None:
        pass


def play(
    seed: int,
    loss: float = 0.0,
    repeat: float = 0.0,
    jitter_s: float = 0.01,
    injects: tuple[Inject, ...] = (),
    scenario: Scenario = FALSE_ALARM,
) -> dict[str, list[Item[Any]]]:
    """All items of each node of a scenario on such lines, on which parcels overtake one another."""
    links = tuple(Link(partner=code, jitter_s=jitter_s, loss=loss, repeat=repeat) for code in scenario.codes)
    scenario = replace(scenario, injects=injects, links=links)
    flights = scenarios.solve(scenario)
    cores: dict[str, Kept] = {}

    def open_core(settings: Configuration, _signer: Signer, now: Now) -> Core:
        if settings.node not in cores:
            cores[settings.node] = Kept(settings, now)
        return cores[settings.node]

    drill = VirtualDrill(scenario, flights, seed, open_core, stands_on(scenario, flights), ordered=False)
    drill.run(lambda _now_ns, _end_ns: None)
    return {code: cores[code].items for code in scenario.codes}
