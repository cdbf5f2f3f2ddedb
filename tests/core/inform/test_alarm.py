"""Alarms: every pair of state and trigger, what calls again, the shelf, and who is called when nobody answers."""

from __future__ import annotations

import itertools

import msgspec
import pytest

from bongsu.base.limits import ESCALATE_S, REALARM_EARLIER_S, SHELVE_S
from bongsu.base.limits_alerts import ALERT_HOLD_S
from bongsu.base.units import seconds_to_ns
from bongsu.core.inform.alarm_table import CALLING, MOVES, TRIGGERS, diagram
from bongsu.model.alarm import Alarm, AlarmReason, AlarmState
from bongsu.model.command import Command
from bongsu.model.estimate import PointEstimate
from bongsu.model.health import CONSOLES_PART, Health
from bongsu.model.receipt import Heartbeat
from bongsu.model.refusal import Refusal
from tests.core.harness import Node, at, estimate, outgoing_of, point

S = AlarmState
SEA = point(44.0, 137.0, 900.0, 20_000.0)
AOMORI = point(40.8, 140.8, 600.0, 20_000.0)


def earlier(place: PointEstimate, seconds: float, aside_rad: float) -> PointEstimate:
    """A prediction that has moved by more than its ellipse: only such a one is said again."""
    assert place.time_ns is not None
    return msgspec.structs.replace(
        place, time_ns=place.time_ns - seconds_to_ns(seconds), latitude_rad=place.latitude_rad + aside_rad
    )


def shelve(node: Node, seconds: float, text: str) -> list[object]:
    return node.step(
        at(seconds),
        Command(command="c", kind="shelve", actor="A", role="watch", about="kr-V1", arguments={"seconds": text}),
    )


@pytest.mark.parametrize(("state", "trigger"), list(itertools.product(AlarmState, TRIGGERS)))
def test_every_pair_of_state_and_trigger(state: AlarmState, trigger: str) -> None:
    """What the table must hold, said a second time and otherwise."""
    following = MOVES.get((state, trigger))
    active = state in (S.ACTIVE_UNACKNOWLEDGED, S.ACTIVE_ACKNOWLEDGED, S.SHELVED)
    match trigger:
        case "raised":
            assert (following is S.ACTIVE_UNACKNOWLEDGED) == (not active)
        case "worsened":
            assert following is (S.ACTIVE_UNACKNOWLEDGED if active else None)
        case "withdrawn":
            assert following is (None if state is S.ENDED_UNACKNOWLEDGED else S.ENDED_UNACKNOWLEDGED)
        case "ended" | "ended_at_risk":
            over = S.LATCHED if trigger == "ended_at_risk" else S.NORMAL
            unanswered = S.ENDED_UNACKNOWLEDGED if state is S.ACTIVE_UNACKNOWLEDGED else over
            assert following is (unanswered if active else None)
        case "acknowledged":
            answers = {S.ACTIVE_UNACKNOWLEDGED: S.ACTIVE_ACKNOWLEDGED, S.ENDED_UNACKNOWLEDGED: S.NORMAL}
            assert following is answers.get(state)
        case "shelved":
            assert following is (S.SHELVED if state is S.ACTIVE_ACKNOWLEDGED else None), (
                "only what was read may be set aside"
            )
        case "unshelved" | "expired":
            back = S.ACTIVE_ACKNOWLEDGED if trigger == "unshelved" else S.ACTIVE_UNACKNOWLEDGED
            assert following is (back if state is S.SHELVED else None)
        case "reset":
            assert following is (S.NORMAL if state is S.LATCHED else None)
        case "escalated":
            assert following is (state if state in CALLING else None)
        case _:
            pytest.fail(f"the test knows no {trigger}")


def test_no_state_hides_a_call_for_ever() -> None:
    """From every state a person, or time, leads back to normal; and nothing leads to a state that the table does not know."""
    reached = {S.NORMAL}
    for _ in S:
        reached |= {before for (before, _), after in MOVES.items() if after in reached}
    assert reached == set(S)
    assert set(MOVES.values()) <= set(S)


def test_the_diagram_holds_every_move() -> None:
    text = diagram()
    assert all(f"{before} --> {after} : " in text for (before, _), after in MOVES.items())


def test_an_alarm_calls_is_acknowledged_and_calls_again_when_an_impact_is_predicted() -> None:
    kr = Node("kr")
    kr.say(at(10), estimate(10))
    alarm = kr.last(Alarm)
    assert (alarm.state, alarm.reason, alarm.changed_by) == (S.ACTIVE_UNACKNOWLEDGED, AlarmReason.LAUNCH_REPORTED, "kr")
    kr.command(at(12), "acknowledge", "kr-V1")
    assert (kr.last(Alarm).state, kr.last(Alarm).acknowledged_by) == (S.ACTIVE_ACKNOWLEDGED, "An Officer")
    kr.say(at(20), estimate(20, impact=SEA))
    assert (kr.last(Alarm).state, kr.last(Alarm).reason) == (S.ACTIVE_UNACKNOWLEDGED, AlarmReason.IMPACT_PREDICTED)


def test_a_time_calls_again_only_when_it_is_earlier_by_enough() -> None:
    kr = Node("kr")
    kr.say(at(10), estimate(10, impact=SEA))
    kr.command(at(12), "acknowledge", "kr-V1")
    kr.say(at(20), estimate(20, impact=earlier(SEA, -300.0, 0.02)))
    assert kr.last(Alarm).state is S.ACTIVE_ACKNOWLEDGED, "later is not worse"
    kr.say(at(30), estimate(30, impact=earlier(SEA, REALARM_EARLIER_S - 1.0, 0.04)))
    assert kr.last(Alarm).state is S.ACTIVE_ACKNOWLEDGED
    kr.say(at(40), estimate(40, impact=earlier(SEA, REALARM_EARLIER_S + 1.0, 0.06)))
    assert (kr.last(Alarm).state, kr.last(Alarm).reason) == (S.ACTIVE_UNACKNOWLEDGED, AlarmReason.IMPACT_EARLIER)


def test_an_area_that_joins_calls_again_and_the_alarm_latches_until_it_is_reset() -> None:
    jp = Node("jp")
    jp.say(at(100), estimate(100, impact=SEA))
    jp.command(at(102), "acknowledge", "jp-V1")
    jp.say(at(104), estimate(104, impact=AOMORI))
    jp.tick(at(104 + ALERT_HOLD_S))
    assert (jp.last(Alarm).state, jp.last(Alarm).reason) == (S.ACTIVE_UNACKNOWLEDGED, AlarmReason.AREA_ADDED)
    jp.command(at(104 + ALERT_HOLD_S + 1), "acknowledge", "jp-V1")
    jp.tick(at(900))
    assert jp.last(Alarm).state is S.LATCHED
    jp.command(at(905), "reset", "jp-V1")
    assert (jp.last(Alarm).state, jp.last(Alarm).by) == (S.NORMAL, "An Officer")


def test_a_retraction_stays_until_somebody_has_acknowledged_it() -> None:
    kr = Node("kr")
    kr.say(at(10), estimate(10))
    kr.command(at(12), "acknowledge", "kr-V1")
    kr.command(at(20), "retract", "kr-V1")
    assert kr.last(Alarm).state is S.ENDED_UNACKNOWLEDGED
    kr.command(at(25), "acknowledge", "kr-V1")
    assert kr.last(Alarm).state is S.NORMAL


def test_a_shelf_hides_the_known_for_a_limited_time_and_never_what_is_new() -> None:
    kr = Node("kr")
    kr.say(at(10), estimate(10))
    assert [b.reason for b in shelve(kr, 11, "60") if isinstance(b, Refusal)] == ["too_late"], "unread"
    kr.command(at(12), "acknowledge", "kr-V1")
    for text in ("", "0", "-1", "1e3", str(int(SHELVE_S) + 1), "٣"):
        assert [b.reason for b in shelve(kr, 13, text) if isinstance(b, Refusal)] == ["not_possible"], text
    shelve(kr, 14, "60")
    assert (kr.last(Alarm).state, kr.last(Alarm).until_ns) == (S.SHELVED, at(74).exercise_ns)
    kr.tick(at(74))
    assert (kr.last(Alarm).state, kr.last(Alarm).reason) == (S.ACTIVE_UNACKNOWLEDGED, AlarmReason.SHELF_EXPIRED)
    kr.command(at(75), "acknowledge", "kr-V1")
    shelve(kr, 76, "600")
    kr.say(at(80), estimate(80, impact=SEA))
    assert (kr.last(Alarm).state, kr.last(Alarm).until_ns) == (S.ACTIVE_UNACKNOWLEDGED, None)


def test_what_nobody_answers_is_passed_on_and_partners_are_told_that_nobody_is_there() -> None:
    kr, jp = Node("kr"), Node("jp")

    def heard(seconds: float) -> bool | None:
        """What kr's next heartbeat says to jp."""
        beats = []
        for one in outgoing_of(kr.tick(at(seconds)), "jp"):
            beats += [body for body in jp.hear(at(seconds), kr, one) if isinstance(body, Heartbeat)]
        return beats[-1].attended

    kr.say(at(10), estimate(10))
    assert heard(11) is None, "no console has said anything"
    kr.step(at(12), Health(part=CONSOLES_PART, state="up"))
    assert heard(13) is True
    kr.tick(at(10 + ESCALATE_S))
    assert (kr.last(Alarm).level, kr.last(Alarm).reason) == (1, AlarmReason.ESCALATED)
    assert heard(11 + ESCALATE_S) is True
    kr.tick(at(10 + 2 * ESCALATE_S))
    assert kr.last(Alarm).level == 2
    assert heard(12 + 2 * ESCALATE_S) is False, "an alarm that nobody answers is an unattended node"
    kr.tick(at(10 + 9 * ESCALATE_S))
    assert kr.last(Alarm).level == 2
    kr.command(at(11 + 9 * ESCALATE_S), "acknowledge", "kr-V1")
    assert heard(13 + 9 * ESCALATE_S) is True
    kr.step(at(14 + 9 * ESCALATE_S), Health(part=CONSOLES_PART, state="down"))
    assert heard(16 + 9 * ESCALATE_S) is False
