"""Scripted persons: what they do, when, and that what they do follows from what their node shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from bongsu.drill import scenario as scenarios
from bongsu.drill.alerting import file_of, policy_of
from bongsu.drill.operators import Operators
from bongsu.drill.scenario_schema import Action, Draft, Operator, Refuse, Sign
from bongsu.drill.settings import CIRCLE
from bongsu.geo import areas
from bongsu.model.alarm import Alarm, AlarmState
from bongsu.model.command import Command
from bongsu.model.mode import Mode
from bongsu.model.statement import JointStatement, Statement, StatementStatus
from bongsu.model.warning import WarningStatus
from bongsu.node.alerting import read_alerting
from tests.views.builders import Record, at_ns, event, warning

SCENARIO = scenarios.load("false-alarm")


class Watch:
    """One node's persons, shown one item after another."""

    def __init__(self, node: str, subject: str | None = "test-signal") -> None:
        self.node = node
        self.operators = Operators(SCENARIO, node, lambda _: subject)

    def see(self, body: Any, seconds: float) -> None:
        record = Record(self.node)
        record.add(body, seconds)
        self.operators.see(record.items)

    def joined(self, seconds: float, *words: Any, name: str = "V1", version: int = 1) -> None:
        self.see(event(name, seconds, *words, node=self.node, version=version), seconds)

    def alarm(self, seconds: float, state: AlarmState = AlarmState.ACTIVE_UNACKNOWLEDGED) -> None:
        time_ns = at_ns(seconds)
        self.see(
            Alarm(event="V1", event_version=1, state=state, time_ns=time_ns, raised_ns=time_ns, reason="r"), seconds
        )

    def until(self, seconds: float) -> list[tuple[float, Command]]:
        """What is done by then, each at its own time."""
        done = []
        while (next_ns := self.operators.next_ns()) is not None and next_ns <= at_ns(seconds):
            done += [((next_ns - at_ns(0.0)) / 1e9, command) for command in self.operators.take(next_ns)]
        return done


def kinds(done: list[tuple[float, Command]]) -> list[tuple[float, str]]:
    return [(seconds, command.kind) for seconds, command in done]


def test_an_alarm_is_shown_after_a_second_and_acknowledged_after_the_reaction_time() -> None:
    watch = Watch("us")
    watch.joined(10.0, ("kr", warning("kr-E1")))
    watch.alarm(10.0)
    done = watch.until(20.0)
    assert kinds(done) == [(11.0, "shown"), (16.0, "acknowledge")]
    assert all(command.scripted and command.about == "V1" for _, command in done)
    assert [command.actor for _, command in done] == ["us-console", "us-watch-1"]
    assert len({command.command for _, command in done}) == 2


def test_an_alarm_that_no_longer_calls_is_not_acknowledged() -> None:
    watch = Watch("us")
    watch.joined(10.0, ("kr", warning("kr-E1")))
    watch.alarm(10.0)
    watch.alarm(12.0, AlarmState.NORMAL)
    assert "acknowledge" not in [kind for _, kind in kinds(watch.until(20.0))]


def test_an_alarm_that_changes_while_it_is_being_acknowledged_is_acknowledged_once() -> None:
    watch = Watch("us")
    watch.joined(10.0, ("kr", warning("kr-E1")))
    watch.alarm(10.0)
    watch.alarm(14.0, AlarmState.ENDED_UNACKNOWLEDGED)
    assert kinds(watch.until(60.0)).count((16.0, "acknowledge")) == 1
    watch.alarm(61.0, AlarmState.ACTIVE_UNACKNOWLEDGED)
    assert (67.0, "acknowledge") in kinds(watch.until(99.0))


def test_a_stance_is_taken_once_on_the_warning_that_it_is_about_wherever_it_stands_by_then() -> None:
    watch = Watch("us")
    watch.joined(10.0, ("kr", warning("kr-E1")), ("jp", warning("jp-E1")))
    watch.joined(15.0, ("kr", warning("kr-E1", 2)), name="V2")
    stances = [command for _, command in watch.until(60.0) if command.kind == "stance"]
    (stance,) = stances
    assert stance.about == "V2"
    assert stance.arguments["origin"] == "kr"
    assert stance.arguments["position"] == "differ"
    assert stance.arguments["fields"] == "launch"


def test_the_originator_retracts_the_warning_of_the_false_alarm_and_no_other() -> None:
    watch = Watch("kr")
    watch.joined(10.0, ("kr", warning("kr-E1")))
    watch.joined(12.0, ("kr", warning("kr-E1", 2)), version=2)
    retractions = [(seconds, command) for seconds, command in watch.until(90.0) if command.kind == "retract"]
    ((seconds, retraction),) = retractions
    assert seconds == 45.0
    assert (retraction.about, retraction.version) == ("V1", 2)
    assert retraction.arguments == {"reason": "a test signal was left on"}
    other = Watch("kr", subject=None)
    other.joined(10.0, ("kr", warning("kr-E1")))
    assert "retract" not in [kind for _, kind in kinds(other.until(90.0))]


def test_each_version_of_a_partners_warning_is_shown_a_second_later() -> None:
    watch = Watch("jp")
    watch.joined(10.0, ("kr", warning("kr-E1")))
    watch.until(12.0)
    watch.joined(20.0, ("kr", warning("kr-E1", 2, WarningStatus.UPDATE)))
    watch.until(22.0)
    watch.joined(30.0, ("kr", warning("kr-E1", 3, WarningStatus.UPDATE)))
    assert kinds(watch.until(32.0)) == [(31.0, "shown")]
    watch.joined(40.0, ("kr", warning("kr-E1", 4, WarningStatus.RETRACTED)))
    assert kinds(watch.until(42.0)) == [(41.0, "shown")]


def test_a_node_without_scripted_persons_still_shows() -> None:
    operators = Operators(replace(SCENARIO, operators=()), "us", lambda _: None)
    record = Record("us")
    record.add(event("V1", 10.0, ("kr", warning("kr-E1")), node="us"), 10.0)
    operators.see(record.items)
    (command,) = operators.take(at_ns(11.0))
    assert (command.kind, command.role) == ("shown", "watch")


@pytest.mark.parametrize("code", ["kr", "jp", "us"])
def test_a_nodes_alerting_file_says_what_the_drills_policy_says(code: str, tmp_path: Path) -> None:
    policy = policy_of(code)
    assert policy is not None
    path = tmp_path / "alerting.toml"
    path.write_text(file_of(policy), encoding="utf-8")
    read = read_alerting(path, Mode.EXERCISE, code, "A-VERY-LONG-NAME-OF-AN-EXERCISE-2026", code.upper(), areas.LATEST)
    assert read.policy == policy


def statement(version: int = 1, status: StatementStatus = StatementStatus.OPEN) -> JointStatement:
    text = Statement("us-S1", version, status, "trilateral", at_ns(50.0), ("us-E1",), (("en", "text"),))
    return JointStatement(text, "us", f"digest-{version}", "jp-V1", version, at_ns(50.0), ("us", "jp"))


def consultant(node: str, *actions: Action) -> Watch:
    watch = Watch(node)
    persons = (Operator(node=node, name=f"{node}-consult-1", role="consult", actions=actions),)
    watch.operators = Operators(replace(SCENARIO, operators=persons), node, lambda _: None)
    return watch


def test_a_consultant_drafts_once_about_each_event() -> None:
    watch = consultant("us", Draft(after_s=30.0, note="The members condemn the launch."))
    watch.joined(10.0, ("us", warning("us-E1")))
    watch.joined(20.0, ("us", warning("us-E1", 2)), version=2)
    ((seconds, draft),) = [one for one in watch.until(90.0) if one[1].kind == "draft"]
    assert seconds == 40.0
    assert (draft.about, draft.version, draft.role) == ("V1", 2, "consult")
    assert draft.arguments == {"circle": CIRCLE, "note": "The members condemn the launch."}


def test_a_consultant_signs_each_version_that_still_stands_when_it_has_been_read() -> None:
    watch = consultant("jp", Sign(after_s=10.0))
    watch.see(statement(), 50.0)
    watch.see(statement(2), 55.0)
    watch.see(statement(2), 56.0)
    ((seconds, signed),) = [one for one in watch.until(90.0) if one[1].kind == "sign"]
    assert seconds == 65.0
    assert (signed.about, signed.version) == ("us-S1", 2)
    assert signed.arguments == {"circle": "trilateral", "digest": "digest-2"}
    watch.see(statement(3, StatementStatus.WITHDRAWN), 95.0)
    assert [one for one in watch.until(120.0) if one[1].kind == "sign"] == []


def test_a_consultant_refuses_with_the_reason() -> None:
    watch = consultant("jp", Refuse(after_s=5.0, reason="the range is not agreed"))
    watch.see(statement(), 50.0)
    ((seconds, refused),) = [one for one in watch.until(90.0) if one[1].kind == "refuse"]
    assert (seconds, refused.arguments["reason"]) == (55.0, "the range is not agreed")
