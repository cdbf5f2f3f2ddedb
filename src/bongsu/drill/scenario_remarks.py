"""What a good scenario may still surprise its planner with: what a live drill leaves out, a HOLD that nobody lifts, what comes too late. It refuses nothing."""

from collections.abc import Iterator

from bongsu.base.units import ns_to_seconds
from bongsu.drill.expectations import Acknowledged, StanceTaken
from bongsu.drill.live_injects import left_out
from bongsu.drill.scenario import Scenario
from bongsu.drill.scenario_schema import Acknowledge, LiftHold, RealEvent, ShareHold, TakeStance
from bongsu.drill.truth_flight import Flight

_PERSONS_COUNT = 2
"""So many lift a HOLD."""


def remarks(scenario: Scenario, flights: dict[str, Flight]) -> list[str]:
    """A line each."""
    return [*_never_lifted(scenario), *_unscripted(scenario), *_too_late(scenario, flights), *left_out(scenario)]


def _never_lifted(scenario: Scenario) -> Iterator[str]:
    for number, inject in enumerate(scenario.injects):
        if not isinstance(inject, RealEvent):
            continue
        there = [one for one in scenario.operators if one.node == inject.node]
        lift = [one for one in there if any(isinstance(action, LiftHold) for action in one.actions)]
        if len(lift) < _PERSONS_COUNT:
            yield (
                f"injects[{number}]: two scripted persons of {inject.node} must lift its HOLD, and there are {len(lift)}: in virtual time all "
                "stand until the drill is given up; live, persons at its console can do it"
            )
        asks = any(partner.code == inject.node and partner.hold == "ask" for partner in scenario.partners)
        if asks and not any(isinstance(action, ShareHold) for one in there for action in one.actions):
            yield f"injects[{number}]: no scripted person of {inject.node} gives its HOLD to the partners (share_hold)"


def _unscripted(scenario: Scenario) -> Iterator[str]:
    wanted = ((Acknowledged, Acknowledge, "acknowledges alarms"), (StanceTaken, TakeStance, "takes a stance"))
    for number, expected in enumerate(scenario.expectations):
        for kind, action, does in wanted:
            if isinstance(expected, kind) and not any(
                operator.node == expected.node and any(isinstance(one, action) for one in operator.actions)
                for operator in scenario.operators
            ):
                yield f"expectations[{number}]: no scripted person of {expected.node} {does}: somebody at a console must"


def _too_late(scenario: Scenario, flights: dict[str, Flight]) -> Iterator[str]:
    end_s = ns_to_seconds(scenario.end_ns(flights) - scenario.start_ns)
    for table in ("injects", "control", "captions", "msel"):
        for number, one in enumerate(getattr(scenario, table)):
            if one.at_s > end_s:
                yield f"{table}[{number}].at_s: {one.at_s:g} s is after the end ({end_s:g} s): it may never happen"
