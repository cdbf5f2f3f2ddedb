"""What is well written in a scenario and still cannot be: one person twice, a HOLD that cannot be expected."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from bongsu.drill.expectations import Held, NotHeld, SourceState
from bongsu.drill.scenario_schema import RealEvent

if TYPE_CHECKING:
    from bongsu.drill.scenario import Scenario


class Fault(NamedTuple):
    """Where, what, and what to do."""

    path: str
    fault: str
    remedy: str


def faults(scenario: "Scenario") -> Iterator[Fault]:
    """All of them, in the file's order."""
    yield from _persons(scenario)
    yield from _holds(scenario)
    for number, expected in enumerate(scenario.expectations):
        if isinstance(expected, SourceState) and expected.until_s <= expected.from_s:
            yield Fault(f"expectations[{number}].until_s", "it ends before it begins", "make it later than from_s")


def _persons(scenario: "Scenario") -> Iterator[Fault]:
    seen: dict[tuple[str, str], bool] = {}
    for number, operator in enumerate(scenario.operators):
        if (operator.node, operator.name) in seen:
            yield Fault(
                f"operators[{number}].name",
                f"{operator.name!r} stands twice at {operator.node}",
                "give each person a name",
            )
        seen[operator.node, operator.name] = True


def _holds(scenario: "Scenario") -> Iterator[Fault]:
    real = {inject.node for inject in scenario.injects if isinstance(inject, RealEvent)}
    policy = {partner.code: partner.hold for partner in scenario.partners}
    for number, expected in enumerate(scenario.expectations):
        path = f"expectations[{number}]"
        if not isinstance(expected, Held | NotHeld):
            continue
        if expected.origin not in real:
            yield Fault(
                f"{path}.origin", f"no real event comes up in {expected.origin}", "add an inject real_event there"
            )
        elsewhere = [node for node in expected.nodes if node != expected.origin]
        denied = policy.get(expected.origin) == "deny"
        if elsewhere and isinstance(expected, Held) and denied:
            yield Fault(
                f"{path}.nodes", f"{expected.origin} keeps its HOLD at home", "expect not_held, or change its hold"
            )
        if isinstance(expected, NotHeld) and not denied:
            yield Fault(f"{path}.nodes", f"{expected.origin} gives its HOLD to the partners", "let its hold be deny")
