"""Label and terms on the wire, from the policy of the one to every exit of the other, through the production rooms."""

from __future__ import annotations

import itertools
import json
from importlib.resources import files
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bongsu.base.errors import BadInput
from bongsu.core.exchange.exits import EXITS, OWN_WORDS, kind_of, words_of
from bongsu.core.exchange.gate import Gate, question
from bongsu.core.exchange.policy import parse_policy
from bongsu.core.exchange.terms import chosen
from bongsu.model.configuration import Marking, Terms
from bongsu.model.decision import Decision
from bongsu.model.event import Event
from bongsu.model.head import Item
from bongsu.model.label import Label
from bongsu.model.message import Lane, Outgoing
from bongsu.model.mode import Mode
from bongsu.model.refusal import Refusal
from bongsu.model.stance import Position, Stance
from bongsu.model.warning import Path, Warning
from bongsu.wire.payloads_v1 import LINK_CONTROL
from tests.core.harness import POLICY, Node, at, estimate, outgoing_of, point

SHIPPED = files("bongsu.core.exchange").joinpath("default_policy.toml").read_text(encoding="utf-8")
OPEN = POLICY + "".join(
    f'[[rules]]\nname = "to-{name}"\naction = "allow"\nrecipient = "{name}"\n' for name in (*EXITS, "us")
)
"""A policy that lets everything out by every exit: what still holds is the consent alone."""


def terms_of(onward: tuple[str, ...], **changes: Any) -> Terms:
    return Terms(**({"terms": "t", "onward": onward} | changes))


def heard(kr: Node, jp: Node) -> None:
    """KR tells JP all that a nation tells another, and JP answers."""
    for seconds, bodies in (
        (10, [estimate(10, impact=point(44, 137, 900))]),
        (12, [Path(warning="kr-V1", time_ns=at(12).exercise_ns, latitude_rad=0.7, longitude_rad=2.2, altitude_m=9e4)]),
    ):
        for one in outgoing_of(kr.say(at(seconds), *bodies), "jp"):
            jp.hear(at(seconds + 0.1), kr, one)
    jp.say(at(14), estimate(14, track="T9", impact=point(44, 137, 900)))
    jp.command(at(20), "stance", jp.last(Event).event, origin="kr", position="differ", fields="range_m", reason="less")
    for one in outgoing_of(jp.items and [item.body for item in jp.items], "kr"):
        kr.hear(at(21), jp, one)


def rests_on_kr(item: Item[Any]) -> bool:
    return item.head.origin == "kr" or "kr" in words_of(item.body) or item.head.label.onward is not None


@pytest.mark.parametrize(
    "onward", [combination for n in range(3) for combination in itertools.combinations(sorted(EXITS), n)]
)
def test_what_a_partner_said_leaves_by_the_exits_that_it_named_alone(onward: tuple[str, ...]) -> None:
    kr, jp = Node("kr", terms=(terms_of(onward),)), Node("jp", policy=OPEN)
    heard(kr, jp)
    gate = Gate(jp.configuration)
    resting = [item for item in jp.items if rests_on_kr(item)]
    assert {kind_of(item.body) for item in resting} >= {"warning", "path", "event", "register", "stance", "received"}
    for item, exit_ in itertools.product(resting, EXITS):
        left = gate.ask(question(item, exit_), at(30).exercise_ns).members is not None
        kind = kind_of(item.body)
        own_word = item.head.origin == "jp" and kind in OWN_WORDS
        never = kind in LINK_CONTROL or kind == "received"
        assert left == (own_word or (exit_ in onward and not never)), f"{kind} of {item.head.origin} by {exit_}"
    ours = [item for item in jp.items if not rests_on_kr(item)]
    assert all(gate.ask(question(item, "file"), at(30).exercise_ns).members is not None for item in ours)


def test_another_partner_gets_it_only_by_consent() -> None:
    for onward in ((), ("us",)):
        kr, jp = Node("kr", terms=(terms_of(onward),)), Node("jp", policy=OPEN)
        heard(kr, jp)
        gate = Gate(jp.configuration)
        of_kr = [item for item in jp.items if item.head.origin == "kr" and isinstance(item.body, Warning | Path)]
        allowed = {gate.ask(question(item, "us"), at(30).exercise_ns).members is not None for item in of_kr}
        assert allowed == {onward == ("us",)}


def test_what_a_body_says_of_itself_is_looked_at_when_its_label_says_nothing() -> None:
    """A room that forgot its causes would make an item that looks as if it were all our own."""
    kr, jp = Node("kr", terms=(terms_of(("file",)),)), Node("jp", policy=OPEN)
    heard(kr, jp)
    event = next(item for item in reversed(jp.items) if isinstance(item.body, Event) and "kr" in words_of(item.body))
    forgot = Item(msgspec.structs.replace(event.head, label=jp.configuration.label), event.body)
    answer = Gate(jp.configuration).ask(question(forgot, "file"), at(30).exercise_ns)
    assert answer.members is None and "consent of kr" in answer.decision.reasons[0]


def test_the_terms_are_those_of_the_national_policy_and_are_recorded() -> None:
    kr = Node("kr", policy=SHIPPED)
    said = kr.say(at(10), estimate(10))
    for recipient in ("jp", "us"):
        body = json.loads(outgoing_of(said, recipient, "warning")[0].body)
        assert body["terms"] == {"originator": "kr", "onward": ["file", "review"]}
        assert body["label"]["categories"][0]["values"] == ["jp", "kr", "us"]
    decided = {one.terms for one in said if isinstance(one, Decision) and one.recipient in ("jp", "us")}
    assert decided == {"an-exercise-is-reviewed-together"}
    real = Node("kr", policy=SHIPPED, mode=Mode.REAL)
    body = json.loads(outgoing_of(real.say(at(10), estimate(10)), "jp", "warning")[0].body)
    assert body["terms"] == {"originator": "kr"}, "in earnest nothing may be passed on"


def test_what_is_granted_on_a_partners_word_is_never_more_than_was_granted() -> None:
    kr, jp = (
        Node("kr", terms=(terms_of(("review",), for_s=50.0),)),
        Node("jp", terms=(terms_of(("file", "review"), for_s=900.0),)),
    )
    heard(kr, jp)
    stance = next(item for item in jp.items if isinstance(item.body, Stance) and item.body.position is Position.DIFFER)
    body = json.loads(outgoing_of([item.body for item in jp.items], "us", "stance")[0].body)
    assert stance.head.label.onward == ("review",)
    assert body["terms"]["onward"] == ["review"] and body["terms"]["until"] < "2023-11-14T22:14:40"


def altered(kr: Node, jp: Node, **marks: Any) -> list[Any]:
    """What JP makes of a warning of KR whose label or terms were written otherwise, by KR itself."""
    outgoing = outgoing_of(kr.say(at(10), estimate(10)), "jp", "warning")[0]
    body = json.loads(outgoing.body)
    for name, value in marks.items():
        body.pop(name)
        if value is not None:
            body[name] = value
    changed = msgspec.structs.replace(outgoing, body=json.dumps(body).encode())
    return jp.hear(at(10.1), kr, changed)


def label(
    values: list[str], policy: str = Label().policy, marking: str = "PARTNER", tag: str = "ReleasableTo"
) -> dict[str, Any]:
    category = {"tag": tag, "type": "PERMISSIVE", "values": values}
    return {"policy": policy, "classification": marking, "categories": [category]}


def test_a_partner_of_before_the_terms_is_understood_and_consents_to_nothing() -> None:
    kr, jp = Node("kr"), Node("jp", policy=OPEN)
    assert any(isinstance(one, Warning) for one in altered(kr, jp, label=None, terms=None))
    item = next(item for item in jp.items if isinstance(item.body, Warning))
    assert item.head.label.onward == () and item.head.label.releasable_to == jp.configuration.label.releasable_to


@pytest.mark.parametrize(
    "marks",
    [
        {"label": label(["kr", "us"])},
        {"label": label([])},
        {"label": label(["jp"], tag="ReleasableFrom")},
        {"terms": {"originator": "us", "onward": ["file"]}},
    ],
)
def test_what_is_not_for_us_or_in_anothers_name_is_refused_and_its_sender_told(marks: dict[str, Any]) -> None:
    kr, jp = Node("kr"), Node("jp")
    got = altered(kr, jp, **marks)
    refusal = next(one for one in got if isinstance(one, Refusal))
    assert refusal.requirement == "R13" and not any(isinstance(one, Warning) for one in got)
    assert json.loads(outgoing_of(got, "kr", "refused")[0].body)["requirement"] == "R13"


@pytest.mark.parametrize("marking", ["NATIONAL", "UNHEARD-OF"])
def test_a_marking_that_stays_leaves_by_no_exit(marking: str) -> None:
    kr, jp = Node("kr"), Node("jp", policy=OPEN)
    altered(kr, jp, label=label(["jp"], marking=marking), terms={"originator": "kr", "onward": sorted(EXITS)})
    gate = Gate(jp.configuration)
    for item, exit_ in itertools.product((one for one in jp.items if rests_on_kr(one)), EXITS):
        if kind_of(item.body) not in ("alert_document", "sea_notice"):
            assert gate.ask(question(item, exit_), at(30).exercise_ns).members is None


def test_equal_markings_are_data() -> None:
    known = Marking(policy="KR-EXAMPLE", classification="SHARED", equals="PARTNER")
    for markings, expected in (((known,), "PARTNER"), ((), "NATIONAL")):
        kr, jp = Node("kr"), Node("jp", markings=markings)
        altered(kr, jp, label=label(["jp"], policy="KR-EXAMPLE", marking="SHARED"))
        assert next(one.head.label.classification for one in jp.items if isinstance(one.body, Warning)) == expected
    file = parse_policy('rules = []\n[[markings]]\npolicy = "A"\nclassification = "B"\nequals = "OPEN"\n', "p.toml")
    assert file.markings == (Marking(policy="A", classification="B", equals="OPEN"),)


def test_our_own_items_marked_national_stay_but_what_was_given_is_taken_back() -> None:
    kr = Node("kr")
    kr.say(at(10), estimate(10))
    closed = Node("kr", label=Label(classification="NATIONAL", releasable_to=kr.configuration.label.releasable_to))
    closed.pipeline.restore(kr.pipeline.snapshot())
    closed.say(at(11), estimate(11, track="T2"))
    assert not [item for item in closed.items if isinstance(item.body, Outgoing) and item.body.lane is Lane.PROMPT]
    back = closed.command(at(12), "retract", "kr-V1", reason="a test")
    assert {one.recipient for one in back if isinstance(one, Outgoing) and one.kind == "warning"} == {"jp", "us"}


LINES = st.builds(
    Terms,
    terms=st.sampled_from("abc"),
    recipient=st.sampled_from(("", "jp")),
    circle=st.sampled_from(("", "c")),
    kind=st.sampled_from(("", "warning")),
    mode=st.sampled_from(("", "exercise")),
    onward=st.sampled_from(((), ("file",), ("file", "review"))),
)


@settings(max_examples=100)
@given(st.lists(LINES, max_size=6))
def test_the_most_specific_terms_hold_and_the_narrower_win_a_tie(lines: list[Terms]) -> None:
    line = chosen(lines, "jp", frozenset({"c"}), "warning", "exercise")
    assert (line is None) == (not lines)
    if line is not None:
        names = [sum(map(bool, (one.recipient, one.circle, one.kind, one.mode))) for one in lines]
        rivals = [one for one, count in zip(lines, names, strict=True) if count == max(names)]
        assert line in rivals and len(line.onward) == min(len(one.onward) for one in rivals)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('name = "t"\nonward = ["nowhere at all"]', "nowhere at all"),
        ('name = "t"\nonward = ["file"]\nkind = "warnings"', "no kind 'warnings'"),
        ('name = "t"\nonward = ["file"]\nfor_s = 0', "for_s"),
        ('name = "t"', "onward"),
    ],
)
def test_bad_terms_are_named(text: str, fault: str) -> None:
    with pytest.raises(BadInput, match=fault):
        parse_policy(f"rules = []\n[[terms]]\n{text}\n", "policy.toml")
