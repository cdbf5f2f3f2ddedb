"""What a verdict stands on: the items of each node's record, the truth, and the comparison with links cut. All of it can be spoilt, and judged again.

It is judged by the measures that a review takes, but only those that an expectation asks for, so that hundreds of spoilt records are judged in minutes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from bongsu.drill import expect, outcome, records
from bongsu.drill import scenario as scenarios
from bongsu.drill.expect import Findings
from bongsu.drill.program import Program
from bongsu.drill.reviewing import reviewed
from bongsu.drill.scenario import Scenario
from bongsu.drill.scenario_schema import Postpone
from bongsu.drill.truth import Flight
from bongsu.geo import areas
from bongsu.model.configuration import Configuration
from bongsu.model.head import Item
from bongsu.views import folded, measures, measures_exchange, measures_sharing
from bongsu.views.measures import Facts
from bongsu.views.measures_sharing import Holding
from bongsu.views.review import Exchange, Retraction, Sharing
from bongsu.views.truth import Truth

Items = list[Item[Any]]
Change = Callable[[Item[Any]], Iterable[Item[Any]]]
"""What becomes of an item: itself, another, several, or none."""


@dataclass(frozen=True, eq=False)
class Evidence:
    """All that a drill is judged by. `linked` and `cut`: what each node held of the launches, with links and without."""

    scenario: Scenario
    flights: dict[str, Flight]
    items: dict[str, Items]
    linked: outcome.Held
    cut: outcome.Held

    def changed(self, change: Change, *nodes: str) -> Evidence:
        """The same with other items at these nodes, or at all."""
        spoilt = {
            node: [made for item in items for made in change(item)] if not nodes or node in nodes else items
            for node, items in self.items.items()
        }
        return replace(self, items=spoilt)

    def judged(self, expected: Any) -> bool:
        """Whether an expectation is met by it."""
        scenario = msgspec.structs.replace(self.scenario, expectations=(expected,))
        (verdict,) = expect.judge(Asked(replace(self, scenario=scenario)).findings())
        return verdict.met


def load(name: str, out: Path) -> tuple[Evidence, list[bool]]:
    """From a run of a packaged scenario in virtual time, and the verdicts of its review."""
    program = Program(scenarios.load(name), scenarios.solve(scenarios.load(name)))
    for control in program.scenario.control:
        if isinstance(control, Postpone):
            program.postpone(program.scenario.time_ns(control.at_s), control.by_s)
    scenario = program.scenario
    review = msgspec.json.decode((out / "review.json").read_bytes())
    items = {code: list(records.items(out / "record", code, outcome.JUDGED_TAKES)) for code in scenario.codes}
    linked = outcome.held_by_records(scenario, program.flights, out / "record")
    gained_s = {node: told["seconds_gained"] for node, told in review["sharing"].items()}
    cut = {node: _alone(held, gained_s.get(node)) for node, held in linked.items()}
    return Evidence(scenario, program.flights, items, linked, cut), [one["met"] for one in review["expectations"]]


def _alone(held: list[Holding], gained_s: float | None) -> list[Holding]:
    """What the node held with links cut, as far as the review tells it: its first own word."""
    first = next((one for one in held if one.source != "fused"), None)
    if first is None or gained_s is None:
        return []
    return [Holding(first.time_ns + round(gained_s * 1e9), first.subject, "own", None)]


class Asked:
    """Findings that are worked out when a judge asks for them."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._truths = truths_of(evidence.scenario, evidence.flights)
        self._folds = {code: fold_of(code, items) for code, items in evidence.items.items()}
        self._known = folded.subjects(self._folds.values(), self._truths)

    def findings(self) -> Findings:
        """For one expectation."""
        evidence = self._evidence
        kinds = {type(one).__name__ for one in evidence.scenario.expectations}
        facts: dict[str, dict[str, Facts]] = {truth.id: _OnDemand(self._facts, truth) for truth in self._truths}
        return Findings(
            scenario=evidence.scenario,
            flights=evidence.flights,
            folds=self._folds,
            known=self._known,
            facts=facts,
            exchange=self._exchange()
            if "Exchange" in kinds
            else Exchange(sent=0, delivered=0, lost=0, applied_twice=0, refused=0, leaked=0, latency_ms=None),
            sharing=self._sharing() if "SecondsGained" in kinds else {},
            retractions=self._retractions() if "Retracted" in kinds else [],
        )

    def _facts(self, node: str, truth: Truth) -> Facts:
        return measures.facts(self._folds[node], truth, self._known, areas.load(), node.upper())

    def _exchange(self) -> Exchange:
        takes = frozenset(measures_exchange.TAKES)
        told = [
            measures_exchange.traffic(code, (one for one in items if one.body.__struct_config__.tag in takes))
            for code, items in self._evidence.items.items()
        ]
        return measures_exchange.exchange(told, None)

    def _sharing(self) -> dict[str, Sharing]:
        return outcome.sharing_of(self._evidence.linked, self._evidence.cut, self._evidence.scenario.codes)

    def _retractions(self) -> list[tuple[str | None, Retraction]]:
        return measures_sharing.retractions(self._folds.values(), self._truths, self._known)


class _OnDemand(dict[str, Facts]):
    def __init__(self, facts: Callable[[str, Truth], Facts], truth: Truth) -> None:
        super().__init__()
        self._made = facts
        self._truth = truth

    def __missing__(self, node: str) -> Facts:
        self[node] = self._made(node, self._truth)
        return self[node]


_TRUTHS: dict[tuple[str, int], list[Truth]] = {}
_FOLDS: dict[int, tuple[Items, folded.Folded]] = {}
_KEPT = 32


def truths_of(scenario: Scenario, flights: dict[str, Flight]) -> list[Truth]:
    """Worked out once for each truth."""
    place = (scenario.name, id(flights))
    if place not in _TRUTHS:
        _TRUTHS.clear()
        _TRUTHS[place] = records.truths(scenario, flights)
    return _TRUTHS[place]


def fold_of(node: str, items: Items) -> folded.Folded:
    """A node's items as they may enter the review; folded once as long as they are the same list."""
    if id(items) not in _FOLDS or _FOLDS[id(items)][0] is not items:
        if len(_FOLDS) >= _KEPT:
            del _FOLDS[next(iter(_FOLDS))]
        _FOLDS[id(items)] = (items, folded.fold(node, _taken(reviewed(items))))
    return _FOLDS[id(items)][1]


def _taken(items: Iterable[Item[Any]]) -> Iterator[Item[Any]]:
    takes = frozenset(folded.TAKES)
    return (one for one in items if isinstance(one.body, Configuration) or one.body.__struct_config__.tag in takes)
