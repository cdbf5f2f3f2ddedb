"""HOLD on a real event, in virtual time: by policy, lifted by two persons, a false one like any other."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bongsu.base.units import seconds_to_ns
from bongsu.core.rooms import build_pipeline
from bongsu.drill.scenario import Scenario
from bongsu.model.command import Command
from bongsu.model.head import Now
from bongsu.model.hold import HoldSignal, HoldState
from tests.drill.quiet import items, play, scenario

S = seconds_to_ns(1.0)
REAL = """
[[injects]]
inject = "real_event"
node = "kr"
at_s = 30.0

[[injects]]
inject = "link_cut"
node = "us"
at_s = 60.0
until_s = 61.0
"""


def person(name: str, *actions: tuple[str, float]) -> str:
    told = ", ".join(f'{{ do = "{do}", after_s = {after_s} }}' for do, after_s in actions)
    return f'\n[[operators]]\nnode = "kr"\nname = "{name}"\nrole = "watch"\nactions = [{told}]\n'


TWO = person("kr-watch-1", ("lift_hold", 5.0)) + person("kr-watch-2", ("lift_hold", 9.0))


def with_policy(policy: str, more: str) -> Scenario:
    return scenario(more, 'name = "Republic of Korea"', f'name = "Republic of Korea"\nhold = "{policy}"')


def holds(folder: Path, node: str) -> list[tuple[str, float, float]]:
    """State, and seconds of exercise and link time, of each word on a HOLD."""
    start_ns = scenario().start_ns
    return [
        (item.body.state.value, (item.head.receipt_ns - start_ns) / 1e9, (item.head.link_ns - start_ns) / 1e9)
        for item in items(folder, node, "hold")
    ]


def test_a_real_event_stops_everybody_and_two_persons_lift_it(tmp_path: Path) -> None:
    play(tmp_path, REAL + TWO)
    for node in ("kr", "us"):
        (standing, at_s, begun_s), (lifted, until_s, ended_s) = holds(tmp_path, node)
        assert (standing, lifted) == ("standing", "lifted")
        assert begun_s - 30.0 < 1.0
        assert ended_s == pytest.approx(39.0, abs=0.2)
        assert until_s - at_s < 0.2, "exercise time stands meanwhile"
    cut = [item.head.link_ns - scenario().start_ns for item in items(tmp_path, "us", "health")]
    assert cut[0] == pytest.approx(69 * S, abs=S // 5), "what is still to come is that much later"


def test_nothing_is_said_of_the_event(tmp_path: Path) -> None:
    play(tmp_path, REAL + TWO)
    (standing, _) = [item for item in items(tmp_path, "kr", "release") if item.body.kind == "hold"]
    said = json.loads(standing.body.body)
    marks = {name: said.pop(name) for name in ("label", "terms")}
    assert all(marks.values()), "the marks of every message go with it"
    assert said == {"hold": "kr-H1", "version": 1, "state": "standing"}


def test_one_person_alone_lifts_nothing(tmp_path: Path) -> None:
    play(tmp_path, REAL + person("kr-watch-1", ("lift_hold", 5.0), ("lift_hold", 9.0)))
    assert [state for state, _, _ in holds(tmp_path, "us")] == ["standing"]
    refused = {item.body.reason for item in items(tmp_path, "kr", "refusal")}
    assert refused == {"second_person"}


def test_by_ask_the_partners_hear_when_a_person_says_so(tmp_path: Path) -> None:
    more = REAL + TWO.replace("9.0", "20.0") + person("kr-watch-3", ("share_hold", 10.0))
    play(tmp_path, played=with_policy("ask", more))
    assert holds(tmp_path, "kr")[0][2] == pytest.approx(30.0)
    assert holds(tmp_path, "us")[0][2] == pytest.approx(40.0, abs=0.2)


def test_by_deny_nobody_else_hears_of_it_and_the_others_play_on(tmp_path: Path) -> None:
    play(tmp_path, played=with_policy("deny", REAL + TWO))
    assert holds(tmp_path, "us") == []
    (denied, _) = [item for item in items(tmp_path, "kr", "decision") if item.body.kind == "hold"]
    assert (denied.body.allowed, denied.body.rule) == (False, "hold-stays-home")
    cut = [item.head.link_ns - scenario().start_ns for item in items(tmp_path, "us", "health")]
    assert cut[0] == 60 * S, "exercise control has not stopped for the others"
    assert holds(tmp_path, "kr")[1][1] == pytest.approx(30.0), "its own exercise time stood"


def test_a_second_signal_while_it_stands_is_the_same_hold_and_the_next_another() -> None:
    written = scenario()
    from bongsu.drill.settings import configuration

    settings = configuration(written, "kr", ())
    core = build_pipeline(settings)
    now = Now(written.start_ns, written.start_ns)
    core.step(now, settings)

    def told(body: object) -> list[object]:
        return [item.body for item in core.step(now, body) if type(item.body).__name__ == "Hold"]  # type: ignore[arg-type]

    (first,) = told(HoldSignal())
    assert told(HoldSignal()) == []
    snapshot = core.snapshot()
    core = build_pipeline(settings)
    core.restore(snapshot)
    for number, actor in enumerate(("a", "a", "b")):
        command = Command(command=f"c{number}", kind="lift_hold", actor=actor, role="watch", about="kr-H1")
        lifted = told(command)
        assert bool(lifted) is (actor == "b"), "a false HOLD, too, is lifted by two different persons"
    assert lifted[0].state is HoldState.LIFTED  # type: ignore[attr-defined]
    (second,) = told(HoldSignal())
    assert (first.hold, second.hold) == ("kr-H1", "kr-H2")  # type: ignore[attr-defined]
