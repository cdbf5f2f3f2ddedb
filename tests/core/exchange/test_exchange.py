"""Link, release and send together: order, freshness, refusals, retraction to every holder."""

import json
from typing import Any

import pytest

from bongsu.base.limits import UNKNOWN_S
from bongsu.model.delivery import Delivery
from bongsu.model.freshness import Freshness, FreshnessState
from bongsu.model.health import Health
from bongsu.model.message import Lane, Outgoing, Received, Unreadable
from bongsu.model.mode import Mode
from bongsu.model.receipt import GapRequest, Receipt
from bongsu.model.refusal import Refusal, Refused
from bongsu.model.warning import Path, Warning, WarningStatus
from tests.core.harness import POLICY, Node, at, estimate, outgoing_of, point


def deliver(receiver: Node, sender: Node, bodies: list[Any], seconds: float, kind: str | None = None) -> list[Any]:
    return [
        given for one in outgoing_of(bodies, receiver.code, kind) for given in receiver.hear(at(seconds), sender, one)
    ]


def test_a_warning_crosses_and_is_received_under_its_originator() -> None:
    kr, jp = Node("kr"), Node("jp")
    said = kr.say(at(10), estimate(10))
    deliver(jp, kr, said, 10.01)
    item = next(i for i in jp.items if isinstance(i.body, Warning))
    assert item.head.origin == "kr"
    assert item.head.mode is Mode.EXERCISE
    assert item.body.warning == "kr-E1"
    assert item.body.estimate is not None and item.body.estimate.launch is not None


def test_order_is_kept_and_repetition_changes_nothing() -> None:
    kr, jp = Node("kr"), Node("jp")
    messages: list[Outgoing] = []
    for seconds in (10, 20, 30):
        far = point(41.0, 139.0 + seconds / 10, 900.0)
        messages += outgoing_of(kr.say(at(seconds), estimate(seconds, impact=far)), "jp", "warning")
    first, second, third = messages
    assert not any(isinstance(b, Warning) for b in jp.hear(at(31), kr, third))
    assert [b.version for b in jp.hear(at(31.1), kr, first) if isinstance(b, Warning)] == [1]
    assert [b.version for b in jp.hear(at(31.2), kr, second) if isinstance(b, Warning)] == [2, 3]
    assert jp.hear(at(31.3), kr, second) == []


def test_a_gap_is_asked_for_and_filled() -> None:
    kr, jp = Node("kr"), Node("jp")
    kr.say(at(10), estimate(10))
    beat = outgoing_of(kr.tick(at(11)), "jp", "heartbeat")
    deliver(jp, kr, beat, 11.0)
    assert jp.last(Freshness).state is FreshnessState.CATCHING_UP
    asked = jp.tick(at(12.1))
    assert [(b.first, b.last) for b in asked if isinstance(b, GapRequest)] == [(1, 1)]
    again = deliver(kr, jp, asked, 12.2)
    deliver(jp, kr, again, 12.3)
    assert jp.last(Freshness).state is FreshnessState.FRESH
    assert jp.last(Warning, "kr").version == 1


def test_freshness_goes_fresh_stale_unknown_and_back() -> None:
    kr, jp = Node("kr"), Node("jp")
    deliver(jp, kr, kr.tick(at(1)), 1.0)
    assert jp.last(Freshness).state is FreshnessState.FRESH
    jp.tick(at(3.1))
    assert jp.last(Freshness).state is FreshnessState.STALE
    jp.tick(at(1.1 + UNKNOWN_S))
    assert jp.last(Freshness).state is FreshnessState.UNKNOWN
    deliver(jp, kr, kr.tick(at(30)), 30.0)
    assert jp.last(Freshness).state is FreshnessState.FRESH


def test_a_delayed_heartbeat_does_not_prove_freshness() -> None:
    kr, jp = Node("kr"), Node("jp")
    deliver(jp, kr, kr.tick(at(1)), 9.0)
    assert jp.last(Freshness).state is FreshnessState.STALE


def test_cut_off_partner_is_catching_up_until_its_prompt_lane_is_whole() -> None:
    kr, jp = Node("kr"), Node("jp")
    deliver(jp, kr, kr.tick(at(1)), 1.0)
    missed = kr.say(at(5), estimate(5))
    jp.tick(at(12))
    deliver(jp, kr, kr.tick(at(20)), 20.0)
    assert jp.last(Freshness).state is FreshnessState.CATCHING_UP
    deliver(jp, kr, missed, 20.1, "warning")
    assert jp.last(Freshness).state is FreshnessState.FRESH


def test_receipts_are_cumulative_and_tell_the_sender_who_has_what() -> None:
    kr, jp = Node("kr"), Node("jp")
    said = kr.say(at(10), estimate(10))
    deliver(jp, kr, said, 10.0)
    due = jp.tick(at(10.3))
    assert [b.up_to for b in due if isinstance(b, Receipt)] == [1]
    deliver(kr, jp, due, 10.4)
    delivery = kr.last(Delivery)
    assert (delivery.recipient, delivery.version) == ("jp", 1)
    assert delivery.received_ns is not None and delivery.shown_ns is None


def test_shown_and_acknowledged_come_back() -> None:
    kr, jp = Node("kr"), Node("jp")
    deliver(jp, kr, kr.say(at(10), estimate(10)), 10.0)
    deliver(kr, jp, jp.command(at(11), "shown", "jp-V1"), 11.1)
    assert kr.last(Delivery).shown_ns == at(11.1).exercise_ns
    deliver(kr, jp, jp.command(at(14), "acknowledge", "jp-V1"), 14.1)
    assert kr.last(Delivery).acknowledged_ns == at(14.1).exercise_ns


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"mode": Mode.REAL, "exercise": ""}, "mode"),
        ({"exercise": "ANOTHER"}, "mode"),
        ({"federation": "elsewhere"}, "federation"),
        ({"issuer": "us"}, "issuer"),
        ({"key": "unknown"}, "key"),
        ({"sign": lambda data: bytes(64)}, "signature"),
    ],
)
def test_what_is_not_for_us_is_refused(changes: dict[str, Any], code: str) -> None:
    kr, jp = Node("kr"), Node("jp")
    outgoing = outgoing_of(kr.say(at(10), estimate(10)), "jp")[0]
    given = jp.step(at(11), Received(claimed="kr", lane=Lane.PROMPT, envelope=kr.sealed(outgoing, **changes)))
    assert [type(b) for b in given] == [Refusal]
    assert given[0].reason == code
    assert jp.hear(at(12), kr, outgoing), "a refused forgery must not use up the sequence"


def test_another_nations_message_is_refused() -> None:
    kr, us = Node("kr"), Node("us")
    outgoing = outgoing_of(kr.say(at(10), estimate(10)), "jp")[0]
    given = us.step(at(11), Received(claimed="kr", lane=Lane.PROMPT, envelope=kr.sealed(outgoing)))
    assert [b.reason for b in given] == ["recipient"]


def test_real_and_exercise_refuse_each_other() -> None:
    real = Node("kr", mode=Mode.REAL)
    drill = Node("jp")
    outgoing = outgoing_of(real.say(at(10), estimate(10)), "jp")[0]
    given = drill.step(at(11), Received(claimed="kr", lane=Lane.PROMPT, envelope=real.sealed(outgoing)))
    assert [b.reason for b in given] == ["mode"]


@pytest.mark.parametrize(
    "body", [b"{}", b"[" * 40, b'{"warning":"x","version":0,"status":"initial","time":"2026-01-01T00:00:00Z"}']
)
def test_a_bad_body_under_a_good_signature_is_refused_to_its_sender(body: bytes) -> None:
    kr, jp = Node("kr"), Node("jp")
    outgoing = Outgoing(
        message="m1",
        recipient="jp",
        lane=Lane.PROMPT,
        epoch=1,
        sequence=1,
        kind="warning",
        subject="warning",
        body=body,
        issued_ns=at(1).link_ns,
    )
    given = jp.hear(at(1), kr, outgoing)
    assert isinstance(given[0], Refusal) and given[0].requirement == "R10"
    told = next(b for b in given if isinstance(b, Refused))
    assert (told.partner, told.message) == ("kr", "m1")
    assert outgoing_of(given, "kr", "refused")


def test_an_unknown_kind_is_kept_and_shown_as_unreadable() -> None:
    kr, jp = Node("kr"), Node("jp")
    outgoing = Outgoing(
        message="m1",
        recipient="jp",
        lane=Lane.PROMPT,
        epoch=1,
        sequence=1,
        kind="weather",
        subject="weather",
        body=b"{}",
        issued_ns=at(1).link_ns,
    )
    assert [type(b) for b in jp.hear(at(1), kr, outgoing)][:1] == [Unreadable]


def test_a_retraction_reaches_every_holder_whatever_the_policy_says_now() -> None:
    kr, jp = Node("kr"), Node("jp")
    deliver(jp, kr, kr.say(at(10), estimate(10)), 10.0)
    snapshot = kr.pipeline.snapshot()
    strict = Node(
        "kr",
        policy=POLICY + '[[rules]]\nname = "not-any-more"\naction = "deny"\ncircle = "trilateral"\nkind = "warning"\n',
    )
    strict.pipeline.restore(snapshot)
    taken_back = strict.command(at(60), "retract", "kr-V1", reason="a test signal")
    assert len(outgoing_of(taken_back, "jp", "warning")) == 1 and len(outgoing_of(taken_back, "us", "warning")) == 1
    deliver(jp, strict, taken_back, 60.1)
    assert jp.last(Warning, "kr").status is WarningStatus.RETRACTED
    body = json.loads(outgoing_of(taken_back, "us", "warning")[0].body)
    assert set(body) == {"warning", "version", "status", "time", "label", "terms"}, "only what says which warning it is"


def test_nothing_leaves_without_a_rule() -> None:
    kr = Node("kr", policy='[[rules]]\nname = "none"\naction = "deny"\n')
    assert [b for b in kr.say(at(10), estimate(10)) if isinstance(b, Outgoing)] == []


def test_label_holds_back_what_policy_would_let_go() -> None:
    from bongsu.model.label import Label

    kr = Node("kr", label=Label(releasable_to=("us",)))
    said = kr.say(at(10), estimate(10))
    assert outgoing_of(said, "us", "warning") and not outgoing_of(said, "jp", "warning")


def test_paths_are_thinned_and_the_newest_wins() -> None:
    kr = Node(
        "kr",
        policy=POLICY
        + '[[rules]]\nname = "slow"\naction = "allow"\ncircle = "trilateral"\nkind = "path"\nperiod_s = 2\n',
    )
    kr.say(at(10), estimate(10))
    places = [
        Path(warning="kr-E1", time_ns=at(s).exercise_ns, latitude_rad=0.7, longitude_rad=2.2, altitude_m=1e5)
        for s in (11, 12, 13, 14)
    ]
    sent = [one for place in places for one in outgoing_of(kr.say(at(20), place), "us", "path")]
    assert len(sent) == 1, "one at once; 13 s waits on the latest lane, 12 and 14 s are thinned by the rule"
    later = outgoing_of(kr.tick(at(20.3)), "us", "path")
    assert [json.loads(one.body)["time"] for one in later] == ["2023-11-14T22:13:33.000000Z"]


def test_snapshot_and_tail_equal_the_whole() -> None:
    whole, broken = Node("kr"), Node("kr")
    jp = Node("jp")
    heard = outgoing_of(jp.say(at(9), estimate(9)), "kr")
    for node in (whole, broken):
        node.say(at(10), estimate(10))
        for one in heard:
            node.hear(at(10.5), jp, one)
        if node is broken:
            node.restart()
        node.command(at(12), "acknowledge", "kr-V1")
        node.command(at(12), "stance", "kr-V1", origin="jp", position="differ", fields="impact")
        node.tick(at(13))
        node.say(at(30), estimate(30, impact=point(41, 139, 900)))
        node.command(at(50), "retract", "kr-V1")
    assert [(i.head, i.body) for i in whole.items] == [(i.head, i.body) for i in broken.items]


def test_a_partner_whose_path_is_dead_is_unknown_as_soon_as_it_is_not_fresh() -> None:
    kr, jp = Node("kr"), Node("jp")
    deliver(jp, kr, kr.tick(at(1)), 1.0)
    assert not any(isinstance(b, Freshness) for b in jp.step(at(2.5), Health(part="path.kr", state="down")))
    jp.tick(at(3.1))
    assert jp.last(Freshness).state is FreshnessState.UNKNOWN
    jp.step(at(3.2), Health(part="path.kr", state="up"))
    assert jp.last(Freshness).state is FreshnessState.STALE, "somebody answers again: silent, and no more is known"
    deliver(jp, kr, kr.tick(at(4)), 4.0)
    assert jp.last(Freshness).state is FreshnessState.FRESH


@pytest.mark.parametrize("ahead_s", [0.0, -0.7, 0.7])
def test_a_heartbeat_from_before_the_return_proves_nothing_and_the_answer_to_the_first_does(ahead_s: float) -> None:
    """The retraction came between the heartbeat that waited and the return: the old warning must not be shown as current."""
    kr, jp = Node("kr"), Node("jp")
    deliver(jp, kr, kr.say(at(1 + ahead_s), estimate(1)), 1.01)
    deliver(jp, kr, kr.tick(at(2 + ahead_s)), 2.01)
    assert jp.last(Freshness).state is FreshnessState.FRESH
    jp.tick(at(4.5))
    old = kr.tick(at(5 + ahead_s))
    assert outgoing_of(kr.command(at(5.5 + ahead_s), "retract", "kr-E1", reason="wrong"), "jp", "warning")
    asked = deliver(jp, kr, old, 5.6, "heartbeat")
    assert jp.last(Freshness).state is FreshnessState.CATCHING_UP
    answer = deliver(kr, jp, asked, 5.61 + ahead_s, "heartbeat")
    deliver(jp, kr, answer, 5.62, "heartbeat")
    assert jp.last(Freshness).state is FreshnessState.CATCHING_UP, "the retraction is missing"


def test_who_is_whole_on_its_return_is_fresh_with_the_answer() -> None:
    kr, jp = Node("kr"), Node("jp")
    deliver(jp, kr, kr.tick(at(1)), 1.0)
    jp.tick(at(3.5))
    asked = deliver(jp, kr, kr.tick(at(4)), 4.6)
    assert jp.last(Freshness).state is FreshnessState.CATCHING_UP
    deliver(jp, kr, deliver(kr, jp, asked, 4.61), 4.62)
    assert jp.last(Freshness).state is FreshnessState.FRESH


def test_a_clock_that_jumps_is_told_at_once_and_fools_nobody() -> None:
    """KR's clock jumps a minute ahead: it stays heard, and how wrong it is stands beside it; KR itself takes nobody for fresh."""
    kr, jp = Node("kr"), Node("jp")
    deliver(jp, kr, kr.tick(at(1)), 1.0)
    deliver(kr, jp, jp.tick(at(1)), 1.0)
    deliver(jp, kr, kr.tick(at(62)), 2.0)
    told = jp.last(Freshness)
    assert (told.state, told.clock_offset_s) == (FreshnessState.FRESH, 60.0)
    jp.tick(at(4.1))
    assert jp.last(Freshness).state is FreshnessState.STALE, "a heartbeat of the future proves nothing for longer"
    deliver(kr, jp, jp.tick(at(2)), 62.1)
    assert kr.last(Freshness).state is FreshnessState.UNKNOWN


def test_a_receipt_that_was_lost_is_asked_for() -> None:
    """The heartbeat tells that jp has it, but does not wait for jp's disk: only a receipt confirms."""
    kr, jp = Node("kr"), Node("jp")
    deliver(jp, kr, kr.say(at(1), estimate(1)), 1.01)
    assert outgoing_of(jp.tick(at(1.5)), "kr", "receipt"), "and this one is lost"
    beat = deliver(kr, jp, jp.tick(at(2.5)), 2.51, "heartbeat")
    assert not outgoing_of(beat, "jp", "heartbeat"), "it may be under way"
    asked = deliver(kr, jp, jp.tick(at(3.5)), 3.51, "heartbeat")
    assert kr.last(Delivery).received_ns is None
    deliver(jp, kr, asked, 3.52, "heartbeat")
    again = jp.tick(at(3.8))
    deliver(kr, jp, again, 3.81, "receipt")
    assert kr.last(Delivery).received_ns is not None
    asked = deliver(kr, jp, jp.tick(at(4.5)), 4.51, "heartbeat")
    assert not outgoing_of(asked, "jp", "heartbeat"), "asked no more"
