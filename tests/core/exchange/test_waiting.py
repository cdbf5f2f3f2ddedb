"""Delay and ask: what waits before it leaves, through the production rooms of two nations."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bongsu.base.errors import BadInput
from bongsu.core.exchange.policy import parse
from bongsu.model.configuration import Role
from bongsu.model.decision import Decision
from bongsu.model.delivery import Delivery
from bongsu.model.event import Event
from bongsu.model.message import Outgoing, Release
from bongsu.model.pending import Pending, PendingState
from bongsu.model.refusal import Refusal
from bongsu.model.warning import Path, Warning, WarningStatus
from tests.core.harness import KINDS, POLICY, Node, at, estimate, outgoing_of, point

ROLES = (Role(role="watch", kinds=(*KINDS, "release", "withhold")), Role(role="eyes", kinds=("shown",)))


def rule(action: str, kind: str = "warning", field: str = "", recipient: str = "jp", **numbers: float) -> str:
    lines = [
        f'name = "r-{action}-{field}"',
        f'action = "{action}"',
        f'recipient = "{recipient}"',
        'circle = "trilateral"',
    ]
    lines += [f'kind = "{kind}"'] + ([f'field = "{field}"'] if field else [])
    return "[[rules]]\n" + "\n".join([*lines, *(f"{name} = {value}" for name, value in numbers.items())]) + "\n"


def nation(*rules: str, code: str = "kr") -> Node:
    return Node(code, policy=POLICY + "".join(rules), roles=ROLES)


def told(seconds: float, further_deg: float = 0.0) -> Any:
    return estimate(seconds, launch=point(39.1, 125.9 + further_deg, 0.0), impact=point(44, 137 + further_deg, 900))


def to_jp(bodies: list[Any]) -> list[dict[str, Any]]:
    return [json.loads(one.body) for one in outgoing_of(bodies, "jp", "warning")]


def pending(node: Node) -> Pending:
    found: Pending = node.last(Pending)
    return found


def hear(jp: Node, kr: Node, bodies: list[Any], seconds: float) -> None:
    for one in outgoing_of(bodies, "jp"):
        jp.hear(at(seconds), kr, one)


def test_a_delayed_kind_leaves_in_order_each_when_it_is_old_enough() -> None:
    kr = nation(rule("delay", delay_s=60))
    first, second = kr.say(at(10), told(10)), kr.say(at(40), told(40, further_deg=2))
    assert not to_jp(first) and not to_jp(second)
    assert len(outgoing_of(first, "us", "warning")) == 1, "the others get it at once"
    assert pending(kr).state is PendingState.WAITING and pending(kr).due_ns == at(100).exercise_ns
    room = next(one for one in kr.pipeline._rooms if one.name == "release")
    assert room.due().exercise_ns == at(70).exercise_ns
    assert not to_jp(kr.tick(at(69.9)))
    assert [one["version"] for one in to_jp(kr.tick(at(70)))] == [1]
    kr.restart()
    assert [one["version"] for one in to_jp(kr.tick(at(100)))] == [2]
    followed = [item.body for item in kr.items if isinstance(item.body, Delivery) and item.body.recipient == "jp"]
    assert [(one.version, one.sent_ns) for one in followed] == [(1, at(70).exercise_ns), (2, at(100).exercise_ns)]


def test_a_delayed_item_that_is_retracted_meanwhile_never_goes() -> None:
    kr = nation(rule("delay", delay_s=60))
    kr.say(at(10), told(10))
    back = kr.command(at(30), "retract", "kr-V1", reason="a test")
    assert not outgoing_of(back, "jp") and len(outgoing_of(back, "us", "warning")) == 1
    assert pending(kr).state is PendingState.DROPPED and "retracted" in pending(kr).note
    assert not outgoing_of(kr.tick(at(80)), "jp", "warning")


def test_a_holder_gets_the_retraction_at_once_and_never_what_still_waited() -> None:
    kr = nation(rule("delay", delay_s=60))
    kr.say(at(10), told(10))
    kr.tick(at(70))
    kr.say(at(75), told(75, further_deg=2))
    back = to_jp(kr.command(at(80), "retract", "kr-V1", reason="a test"))
    assert [(one["version"], one["status"]) for one in back] == [(3, "retracted")]
    assert not to_jp(kr.tick(at(200)))


def test_a_delayed_field_follows_later_in_the_same_version_and_is_taken_up() -> None:
    kr, jp = nation(rule("delay", field="impact", delay_s=60)), Node("jp")
    first = kr.say(at(10), told(10))
    assert [("impact" in one, "launch" in one) for one in to_jp(first)] == [(False, True)]
    hear(jp, kr, first, 10.1)
    assert jp.last(Warning, "kr").estimate.impact is None
    later = kr.tick(at(70))
    assert [("impact" in one, one["version"]) for one in to_jp(later)] == [(True, 1)]
    hear(jp, kr, later, 70.1)
    held = next(one.warning for one in jp.last(Event).assessments if one.origin == "kr")
    assert held.version == 1 and held.estimate.impact is not None
    assert "impact" in to_jp(kr.say(at(80), told(80, further_deg=2)))[0], "its later versions have it at once"


def test_the_same_version_with_less_or_the_same_changes_nothing() -> None:
    kr, jp = nation(), Node("jp")
    first = kr.say(at(10), told(10))
    hear(jp, kr, first, 10.1)
    count = len([item for item in jp.items if isinstance(item.body, Event)])
    poorer = nation(rule("deny", field="impact"))
    hear(jp, kr, [b for b in poorer.say(at(10), told(10)) if isinstance(b, Outgoing)], 11)
    assert len([item for item in jp.items if isinstance(item.body, Event)]) == count


def test_an_operator_is_asked_once_and_the_answer_counts_for_later_versions() -> None:
    kr = nation(rule("ask", within_s=120))
    assert not to_jp(kr.say(at(10), told(10)))
    asked = pending(kr)
    assert (asked.state, asked.recipient, asked.subject, asked.version) == (PendingState.WAITING, "jp", "kr-E1", 1)
    kr.say(at(20), told(20, further_deg=2))
    assert (pending(kr).pending, pending(kr).version) == (asked.pending, 2), "one question, about the newest version"
    yes = kr.command(at(30), "release", asked.pending, reason="agreed by telephone")
    assert [one["version"] for one in to_jp(yes)] == [2]
    decided = pending(kr)
    assert (decided.state, decided.by, decided.role, decided.note) == (
        PendingState.RELEASED,
        "An Officer",
        "watch",
        "agreed by telephone",
    )
    assert decided.decided_ns == at(30).exercise_ns
    kr.restart()
    assert [one["version"] for one in to_jp(kr.say(at(40), told(40, further_deg=4)))] == [3]
    no = kr.command(at(50), "withhold", asked.pending, reason="enough")
    assert not to_jp(no) and not to_jp(kr.say(at(60), told(60, further_deg=6)))
    assert [one["status"] for one in to_jp(kr.command(at(70), "retract", "kr-V1", reason="x"))] == ["retracted"], (
        "a holder"
    )


def test_a_question_that_nobody_answers_expires_and_is_asked_again_of_what_is_new() -> None:
    kr = nation(rule("ask", within_s=60))
    kr.say(at(10), told(10))
    assert not to_jp(kr.tick(at(70))) and pending(kr).state is PendingState.EXPIRED
    first = pending(kr).pending
    kr.say(at(80), told(80, further_deg=2))
    assert pending(kr).state is PendingState.WAITING and pending(kr).pending != first
    kr.command(at(90), "withhold", pending(kr).pending)
    kr.say(at(95), told(95, further_deg=8))
    assert pending(kr).state is PendingState.WITHHELD, "a no holds"
    assert to_jp(kr.command(at(99), "release", pending(kr).pending)), "until the same person thinks better of it"


def test_only_who_may_can_answer_and_only_what_waits() -> None:
    kr = nation(rule("ask", within_s=60))
    kr.say(at(10), told(10))
    from bongsu.model.command import Command

    eyes = Command(command="c2", kind="release", actor="A Guest", role="eyes", about=pending(kr).pending)
    got = kr.step(at(11), eyes)
    assert any(isinstance(one, Refusal) and one.reason == "not_allowed" for one in got) and not to_jp(got)
    unknown = kr.command(at(12), "release", "kr-W99")
    assert any(isinstance(one, Refusal) and "kr-W99" in one.text for one in unknown)


def test_an_asked_field_then_leaves_by_the_rules_that_are_left() -> None:
    coarse = rule("coarsen", field="apogee_m", recipient="", round_m=5_000)
    kr = nation(rule("ask", field="apogee_m", within_s=60), coarse.replace('recipient = ""\n', ""))
    assert ["apogee_m" in one for one in to_jp(kr.say(at(10), told(10)))] == [False]
    yes = to_jp(kr.command(at(20), "release", pending(kr).pending))
    assert [one["apogee_m"] for one in yes] == [900_000]


def test_a_path_waits_whole_and_its_points_are_not_asked_for_one_by_one() -> None:
    def place(seconds: float) -> Path:
        return Path(
            warning="kr-E1", time_ns=at(seconds).exercise_ns, latitude_rad=0.7, longitude_rad=2.2, altitude_m=9e4
        )

    delayed = nation(rule("delay", kind="path", delay_s=30))
    delayed.say(at(10), place(10))
    assert not outgoing_of(delayed.items and [i.body for i in delayed.items], "jp", "path")
    assert len(outgoing_of(delayed.tick(at(40)), "jp", "path")) == 1
    asked = nation(rule("ask", kind="path", within_s=60))
    for seconds in (10, 11, 12):
        asked.say(at(seconds), place(seconds))
    assert len([i for i in asked.items if isinstance(i.body, Pending)]) == 1
    assert not outgoing_of(asked.command(at(13), "release", pending(asked).pending), "jp", "path")
    assert len(outgoing_of(asked.say(at(14), place(14)), "jp", "path")) == 1


ACTIONS = st.sampled_from(("allow", "delay", "ask", "deny"))


@settings(max_examples=40)
@given(
    st.lists(st.tuples(ACTIONS, st.sampled_from(("", "impact", "apogee_m"))), max_size=3),
    st.lists(st.sampled_from(("say", "yes", "no", "retract", "wait")), max_size=8),
)
def test_nothing_leaves_before_its_time_or_a_yes(rules: list[tuple[str, str]], acts: list[str]) -> None:
    """Whatever happens: each warning that left has a decision; a field under `ask` leaves only after a yes; nothing follows a retraction."""
    numbers = {"delay": {"delay_s": 60.0}, "ask": {"within_s": 600.0}}
    lines = {f"{action}-{field}": rule(action, field=field, **numbers.get(action, {})) for action, field in rules}
    kr, seconds, yes, retracted = nation(*lines.values()), 10.0, False, False
    for act in acts:
        seconds += 7.0
        if act == "say":
            bodies = kr.say(at(seconds), told(seconds, further_deg=seconds % 40.0))
        elif act == "wait":
            seconds += 61.0
            bodies = kr.tick(at(seconds))
        elif act == "retract":
            bodies = kr.command(at(seconds), "retract", "kr-V1", reason="x")
            retracted = retracted or any(isinstance(b, Warning) and b.status is WarningStatus.RETRACTED for b in bodies)
        else:
            waiting = [i.body for i in kr.items if isinstance(i.body, Pending) and i.body.action == "ask"]
            if not waiting:
                continue
            bodies = kr.command(at(seconds), "release" if act == "yes" else "withhold", waiting[-1].pending)
            yes = yes or act == "yes"
        sent = to_jp(bodies)
        for name, action in (("impact", "ask"), ("apogee_m", "ask"), ("impact", "deny"), ("apogee_m", "deny")):
            stays = ("deny", name) in rules or ("deny", "") in rules
            if (action, name) in rules and (action == "deny" or (not yes and not stays)):
                assert all(name not in one for one in sent), (act, name, rules)
        if retracted and act != "retract":
            assert all(one["status"] == "retracted" for one in sent if one["warning"] == "kr-E1"), "nothing follows"
        decided = {(d.item, d.recipient) for d in bodies if isinstance(d, Decision) and d.allowed}
        assert {(r.item, r.recipient) for r in bodies if isinstance(r, Release) and r.kind == "warning"} <= decided


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('action = "delay"', "how long"),
        ('action = "ask"\ndelay_s = 5', "takes no such parameter"),
        ('action = "delay"\ndelay_s = 90000', "too long"),
    ],
)
def test_a_wait_without_end_is_refused(text: str, fault: str) -> None:
    with pytest.raises(BadInput, match=fault):
        parse(f'[[rules]]\nname = "a"\n{text}\n', "policy.toml")
