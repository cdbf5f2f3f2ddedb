"""One run of a campaign: a scenario in virtual time with links and with links cut, judged, and boiled down to the figures that a campaign counts.

`one_run` takes and gives plain values, so that it runs in a process of this machine or on a cluster alike; the same scenario and seed give the same figures.
"""

from functools import cache, partial
from typing import Any

import msgspec

from bongsu.drill import outcome, twin
from bongsu.drill import scenario as scenarios
from bongsu.drill.scenario import Scenario
from bongsu.drill.truth import Flight
from bongsu.model.head import Item
from bongsu.record.codec import name_of
from bongsu.views.campaign import figures


def one_run(content: bytes, file: str, seed: int) -> bytes:
    """Play and judge the scenario with these bytes (called `file` in any fault) under one seed; a `RunFigures` as JSON."""
    scenario, flights = _solved(content, file)
    kept = twin.played(scenario, flights, seed, False, outcome.JUDGED_TAKES)
    pair = outcome.Twin(None, twin.held(scenario, flights, seed, links_cut=True))
    judged = outcome.judge(scenario, flights, seed, None, partial(_of_types, kept), "", pair)
    return msgspec.json.encode(figures(judged.review))


@cache
def _solved(content: bytes, file: str) -> tuple[Scenario, dict[str, Flight]]:
    """Read and solved once in each process."""
    scenario = scenarios.parse(content, file)
    return scenario, scenarios.solve(scenario, file)


def _of_types(kept: dict[str, list[Item[Any]]], code: str, types: tuple[str, ...]) -> list[Item[Any]]:
    return [item for item in kept[code] if name_of(item.body) in types]
