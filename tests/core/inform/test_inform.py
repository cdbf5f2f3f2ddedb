"""Warnings, events, alarms, areas and consultation, driven through the rooms."""

import itertools
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bongsu.base.limits_alerts import ALERT_HOLD_S
from bongsu.core.inform.fuse import fuse_estimates, fuse_points
from bongsu.core.inform.joining import fit
from bongsu.core.inform.lifecycle import MOVES, may_follow
from bongsu.geo.path import great_circle_points
from bongsu.model.alarm import Alarm, AlarmState
from bongsu.model.alert import Alert, Rung
from bongsu.model.consultation import Consultation
from bongsu.model.estimate import Estimate, PointEstimate
from bongsu.model.event import Event
from bongsu.model.refusal import Refusal
from bongsu.model.stance import Position, Stance
from bongsu.model.warning import Warning, WarningStatus
from tests.core.harness import Node, at, estimate, outgoing_of, point

SEA = point(44.0, 137.0, 900.0, 20_000.0)


def exchange(sender: Node, receiver: Node, bodies: list[Any], seconds: float) -> list[Any]:
    """Deliver what is for the receiver, the answers left unsent."""
    return [b for one in outgoing_of(bodies, receiver.code) for b in receiver.hear(at(seconds), sender, one)]


# -- warnings


def test_every_pair_of_warning_statuses() -> None:
    ends = {WarningStatus.PASSED, WarningStatus.IMPACTED, WarningStatus.SUPERSEDED}
    for status, following in itertools.product([None, *WarningStatus], WarningStatus):
        if status is None:
            expected = following is WarningStatus.INITIAL
        elif following is WarningStatus.INITIAL or status is WarningStatus.RETRACTED:
            expected = False
        elif status in ends:
            expected = following is WarningStatus.RETRACTED
        else:
            expected = True
        assert may_follow(status, following) is expected, (status, following)
    assert set(MOVES) == {None, *WarningStatus}


def test_first_estimate_warns_and_small_changes_stay_quiet() -> None:
    kr = Node("kr")
    assert [b.status for b in kr.say(at(10), estimate(10)) if isinstance(b, Warning)] == [WarningStatus.INITIAL]
    assert not [b for b in kr.say(at(11), estimate(11)) if isinstance(b, Warning)]
    shrunk = estimate(15, launch=point(39.12, 125.98, 0.0, 4_000.0))
    assert [b.status for b in kr.say(at(15), shrunk) if isinstance(b, Warning)] == [WarningStatus.UPDATE]


def test_a_first_impact_is_told_at_once() -> None:
    kr = Node("kr")
    kr.say(at(10), estimate(10))
    assert kr.say(at(10.2), estimate(10.2, impact=SEA))[1].version == 2


def test_impacted_when_the_computed_time_has_passed() -> None:
    kr = Node("kr")
    kr.say(at(10), estimate(10, impact=SEA))
    kr.command(at(12), "acknowledge", "kr-V1")
    due = kr.pipeline.due().exercise_ns
    assert due is not None and at(900).exercise_ns < due < at(930).exercise_ns
    said = [b for b in kr.tick(at(930)) if isinstance(b, Warning)]
    assert [b.status for b in said] == [WarningStatus.IMPACTED]
    assert kr.last(Event).open is False


def test_only_the_originator_retracts_and_a_partners_retraction_leaves_ours_standing() -> None:
    kr, jp = Node("kr"), Node("jp")
    us = Node("us")
    jp.say(at(11), estimate(11))
    first = kr.say(at(10), estimate(10))
    exchange(kr, jp, first, 12)
    exchange(kr, us, first, 12)
    event = jp.last(Event)
    assert [one.origin for one in event.assessments] == ["jp", "kr"]
    second = kr.say(at(13), estimate(13, impact=SEA))
    exchange(kr, jp, second, 13)
    exchange(kr, us, second, 13)
    refusal = us.command(at(14), "retract", us.last(Event).event)
    assert isinstance(refusal[1], Refusal) and refusal[1].reason == "not_ours"
    exchange(kr, jp, kr.command(at(20), "retract", "kr-V1", reason="a test signal"), 20.1)
    event = jp.last(Event)
    assert [one.warning.status for one in event.assessments] == [WarningStatus.INITIAL, WarningStatus.RETRACTED]
    assert event.open is True


def test_nothing_follows_a_retraction() -> None:
    kr, jp = Node("kr"), Node("jp")
    first = kr.say(at(10), estimate(10))
    taken_back = kr.command(at(20), "retract", "kr-V1")
    assert not [b for b in kr.say(at(25), estimate(25, impact=SEA)) if isinstance(b, Warning)]
    assert [b.reason for b in kr.command(at(26), "retract", "kr-V1") if isinstance(b, Refusal)] == ["too_late"]
    exchange(kr, jp, first, 27)
    exchange(kr, jp, taken_back, 27)
    assert jp.last(Event).assessments[0].warning.status is WarningStatus.RETRACTED


# -- events


def test_two_nations_warnings_of_one_launch_are_one_event_with_a_second_labelled_assessment() -> None:
    kr, jp = Node("kr"), Node("jp")
    jp.say(at(11), estimate(11, impact=point(44.1, 137.1, 904.0, 30_000.0)))
    exchange(kr, jp, kr.say(at(10), estimate(10, impact=SEA)), 12)
    event = jp.last(Event)
    assert [(one.origin, one.basis) for one in event.assessments] == [("jp", "own"), ("kr", "partner")]
    assert event.reason.startswith("joined: launch 0 km apart")
    assert event.fused is not None and event.fused.impact is not None
    assert (event.fused.impact.semi_major_m or 0.0) <= 30_000.0
    released = outgoing_of(jp.say(at(13), estimate(13, impact=SEA)), "us", "warning")
    assert all(b"fused" not in one.body for one in released)


def test_launches_far_apart_in_time_or_place_are_two_events() -> None:
    kr, jp = Node("kr"), Node("jp")
    jp.say(at(11), estimate(11))
    later = estimate(100, launch=point(39.1, 126.0, 90.0))
    exchange(kr, jp, kr.say(at(100), later), 100)
    assert jp.last(Event).event == "jp-V2"
    assert [one.origin for one in jp.last(Event).assessments] == ["kr"]


def test_a_salvo_is_matched_one_to_one() -> None:
    kr, jp = Node("kr"), Node("jp")
    shots = [
        estimate(40 + n, f"T{n}", point(39.1, 126.0, 10.0 * n), point(40, 131 + n, 300.0 + 10 * n)) for n in range(3)
    ]
    for shot in shots:
        jp.say(at(45), shot)
    for shot in reversed(shots):
        exchange(kr, jp, kr.say(at(46), shot), 46)
    newest = {i.body.event: i.body for i in jp.items if isinstance(i.body, Event)}
    assert len(newest) == 3
    for event in newest.values():
        own, partner = (one.warning.estimate for one in event.assessments)
        assert own is not None and partner is not None and own.launch is not None and partner.launch is not None
        assert abs(own.launch.time_ns - partner.launch.time_ns) < 1e9  # type: ignore[operator]


def test_split_and_merge_are_commands() -> None:
    kr, jp = Node("kr"), Node("jp")
    jp.say(at(11), estimate(11))
    exchange(kr, jp, kr.say(at(10), estimate(10)), 12)
    jp.command(at(20), "split", "jp-V1", origin="kr")
    assert jp.last(Event).event == "jp-V2"
    jp.command(at(30), "merge", "jp-V2", into="jp-V1")
    assert [one.origin for one in jp.last(Event).assessments] == ["jp", "kr"]
    assert [b.reason for b in jp.command(at(31), "merge", "jp-V1", into="jp-V9") if isinstance(b, Refusal)] == [
        "not_possible"
    ]


def test_a_gate_needs_something_in_common() -> None:
    assert fit(estimate(1), estimate(1)).joined  # type: ignore[union-attr]
    blank = estimate(1).__class__(track="", time_ns=0)
    assert fit(blank, estimate(1)) is None


@given(st.floats(2_000, 200_000), st.floats(2_000, 200_000), st.floats(0, 3))
def test_fusion_is_never_wider_than_the_better_of_equal_directions(
    first_m: float, second_m: float, bearing: float
) -> None:
    one, other = (
        type(SEA)(latitude_rad=0.7, longitude_rad=2.3, semi_major_m=m, semi_minor_m=m, bearing_rad=bearing)
        for m in (first_m, second_m)
    )
    fused = fuse_points([one, other])
    assert fused is not None
    assert min(first_m, second_m) * 0.999 <= fused.semi_major_m <= max(first_m, second_m) * 1.001  # type: ignore[operator]


def test_no_impact_is_fused_where_a_nation_holds_the_flight_to_be_steered_or_places_are_far_apart() -> None:
    def at_latitude(latitude_rad: float) -> PointEstimate:
        return PointEstimate(
            latitude_rad=latitude_rad, longitude_rad=2.3, semi_major_m=5000.0, semi_minor_m=2000.0, bearing_rad=0.3
        )

    ballistic = Estimate(track="a", time_ns=0, impact=at_latitude(0.7), ballistic=True)
    near = Estimate(track="b", time_ns=0, impact=at_latitude(0.7001), ballistic=True)
    steered = Estimate(track="c", time_ns=0, launch=at_latitude(0.6), ballistic=False)
    fused = fuse_estimates([ballistic, near], 1)
    assert fused is not None
    assert fused.impact is not None
    assert fuse_estimates([ballistic, near, steered], 1) is None
    assert fuse_points([at_latitude(0.7), at_latitude(0.71)]) is None


# -- the desk


def test_only_the_version_that_a_person_saw_is_told_as_shown_or_acknowledged() -> None:
    from bongsu.model.command import Command
    from bongsu.model.receipt import Acknowledged, Shown

    kr, jp = Node("kr"), Node("jp")
    exchange(kr, jp, kr.say(at(10), estimate(10)), 10)
    exchange(kr, jp, kr.say(at(20), estimate(20, impact=SEA)), 20)

    def say(kind: str, version: int) -> list[Any]:
        return jp.step(at(21), Command(command="c", kind=kind, actor="A", role="watch", about="jp-V1", version=version))

    assert [b.version for b in say("shown", 1) if isinstance(b, Shown)] == [1]
    assert [b.version for b in say("shown", 2) if isinstance(b, Shown)] == [2]
    assert [b.reason for b in say("shown", 9) if isinstance(b, Refusal)] == ["stale_version"]
    assert [b.reason for b in say("acknowledge", 1) if isinstance(b, Refusal)] == ["stale_version"], (
        "it has called again since"
    )
    assert jp.last(Alarm).state is AlarmState.ACTIVE_UNACKNOWLEDGED
    assert [b.version for b in say("acknowledge", 2) if isinstance(b, Acknowledged)] == [2]


@pytest.mark.parametrize(
    ("role", "kind", "about", "reason"),
    [
        ("cook", "acknowledge", "kr-V1", "unknown_role"),
        ("watch", "launch", "kr-V1", "not_allowed"),
        ("watch", "acknowledge", "", "incomplete"),
        ("watch", "acknowledge", "kr-V9", "unknown_event"),
    ],
)
def test_the_desk_refuses_with_a_reason(role: str, kind: str, about: str, reason: str) -> None:
    from bongsu.model.command import Command

    kr = Node("kr")
    kr.say(at(10), estimate(10))
    given = kr.step(at(11), Command(command="c", kind=kind, actor="A", role=role, about=about))
    assert [b.reason for b in given if isinstance(b, Refusal)] == [reason]


# -- areas


def test_areas_are_alerted_after_the_hold_and_passed_at_the_end() -> None:
    jp = Node("jp")
    aomori = point(40.8, 140.8, 600.0, 20_000.0)
    jp.say(at(100), estimate(100, impact=aomori))
    assert jp.last(Alert) is None
    jp.tick(at(100 + ALERT_HOLD_S))
    alert = jp.last(Alert)
    assert alert.status == "alert" and "JP-02" in {risk.area for risk in alert.areas}
    jp.tick(at(700))
    assert jp.last(Alert).status == "passed"


def test_a_flight_over_the_land_alerts_the_overflown() -> None:
    jp = Node("jp")
    far = point(38.0, 175.0, 1300.0, 30_000.0)
    jp.say(at(200), estimate(200, launch=point(40.6, 126.4, 0.0), impact=far))
    jp.tick(at(206))
    risks = {risk.area: risk for risk in jp.last(Alert).areas}
    assert risks["JP-01"].kind == "overflight"
    assert at(250).exercise_ns < risks["JP-01"].time_ns < at(600).exercise_ns  # type: ignore[operator]


def test_nobody_is_alerted_for_the_sea_or_abroad_and_a_wide_ellipse_makes_ready_at_most() -> None:
    jp = Node("jp")
    jp.say(at(100), estimate(100, impact=SEA))
    jp.tick(at(110))
    jp.say(at(120), estimate(120, "T2", point(39.1, 126.0, 110.0), point(41.0, 138.3, 600.0, 400_000.0)))
    assert jp.last(Alert) is None
    jp.tick(at(140))
    assert jp.last(Alert).status == "pre_alert" and not jp.last(Alert).on_rung(Rung.ALERT)
    kr = Node("kr")
    kr.say(at(100), estimate(100, impact=point(40.8, 140.8, 600.0, 20_000.0)))
    kr.tick(at(110))
    assert kr.last(Alert) is None


def test_a_withdrawn_warning_withdraws_its_alert() -> None:
    jp = Node("jp")
    jp.say(at(100), estimate(100, impact=point(40.8, 140.8, 600.0, 20_000.0)))
    jp.tick(at(106))
    jp.command(at(110), "retract", "jp-V1")
    assert jp.last(Alert).status == "withdrawn"


def test_great_circle_points() -> None:
    points = great_circle_points(0.0, 0.0, 0.0, math.pi / 2, 4)
    assert points[:, 1] == pytest.approx([0.0, math.pi / 6, math.pi / 3, math.pi / 2])
    assert great_circle_points(0.5, 3.1, 0.5, -3.1, 3)[1, 1] == pytest.approx(math.pi, abs=1e-9)


# -- consultation


def test_silence_is_unknown_and_a_stance_reaches_the_circle() -> None:
    kr, jp, us = Node("kr"), Node("jp"), Node("us")
    said = kr.say(at(10), estimate(10))
    for other in (jp, us):
        exchange(kr, other, said, 10)
    consultation = us.last(Consultation)
    assert {(one.partner, one.position) for one in consultation.stances} == {
        ("jp", Position.UNKNOWN),
        ("us", Position.UNKNOWN),
    }
    given = jp.command(
        at(30), "stance", "jp-V1", origin="kr", position="differ", fields="impact,apogee", reason="our radar says less"
    )
    assert isinstance(given[1], Stance)
    exchange(jp, us, given, 30.1)
    newest = us.last(Consultation)
    assert {(one.partner, one.position, one.fields) for one in newest.stances} == {
        ("jp", Position.DIFFER, ("impact", "apogee")),
        ("us", Position.UNKNOWN, ()),
    }


def test_a_stance_that_comes_before_its_warning_is_kept() -> None:
    kr, jp, us = Node("kr"), Node("jp"), Node("us")
    said = kr.say(at(10), estimate(10))
    exchange(kr, jp, said, 10)
    exchange(jp, us, jp.command(at(30), "stance", "jp-V1", origin="kr", position="concur"), 30.1)
    assert us.last(Consultation) is None
    exchange(kr, us, said, 31)
    assert ("jp", Position.CONCUR) in {(one.partner, one.position) for one in us.last(Consultation).stances}


@pytest.mark.parametrize(("origin", "position"), [("kr", "concur"), ("us", "concur"), ("jp", "perhaps")])
def test_a_stance_needs_anothers_warning_and_a_position(origin: str, position: str) -> None:
    kr, jp = Node("kr"), Node("jp")
    exchange(jp, kr, jp.say(at(10), estimate(10)), 10)
    kr.say(at(11), estimate(11))
    given = kr.command(at(12), "stance", "kr-V1", origin=origin, position=position)
    assert [b.reason for b in given if isinstance(b, Refusal)] == ["incomplete"]
