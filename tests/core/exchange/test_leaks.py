"""Leak hunt: no field leaves without a rule that allows it, by a reference written here, apart from the code that it judges.

Exhaustive over all policies of up to two rules on a small lattice (recipient, circle, kind, field, action), drawn at random beyond.
"""

import itertools
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bongsu.base.errors import BadInput
from bongsu.core.exchange.exits import MARKS, fields_of
from bongsu.core.exchange.explain import explain
from bongsu.core.exchange.policy import parse
from bongsu.core.exchange.release import ReleaseRoom
from bongsu.model.circle import Circle, Membership
from bongsu.model.configuration import Rule
from bongsu.model.decision import Decision
from bongsu.model.head import Head, Item
from bongsu.model.hold import Hold, HoldState
from bongsu.model.label import Label
from bongsu.model.message import Release
from bongsu.model.mode import Mode
from bongsu.model.receipt import Acknowledged, Shown
from bongsu.model.refusal import Refused
from bongsu.model.stance import Position, Stance
from bongsu.model.statement import Signature, Statement, StatementStatus, Vote
from bongsu.model.warning import Path, Warning, WarningStatus
from bongsu.wire import payloads_v1
from tests.core.harness import EXERCISE, PARTNERS, at, configuration, estimate, point

RECIPIENTS = ("jp", "us")
CIRCLES = (
    Circle(circle="pair", title="Two of us", members=tuple(Membership(partner=p, from_ns=0) for p in ("kr", "jp"))),
)
COARSE = {"grid_deg": 1.0, "round_m": 7_000.0, "floor_m": 50_000.0, "round_s": 60.0}
NAMES_IT = {"warning", "version", "status", "time", "superseded_by", "hold", "state"}
NOW = at(100)
BODIES: dict[str, Any] = {
    "warning": Warning(
        warning="kr-E1",
        version=1,
        status=WarningStatus.INITIAL,
        time_ns=at(10).exercise_ns,
        estimate=estimate(10, launch=point(39.123456, 125.987654, 1.5), impact=point(41.54321, 139.12345, 901.5)),
        reason="seen",
    ),
    "path": Path(
        warning="kr-E1",
        time_ns=at(11).exercise_ns,
        latitude_rad=0.7,
        longitude_rad=2.2,
        altitude_m=1.1e5,
        velocity_east_m_s=123.0,
        phase="coast",
    ),
    "shown": Shown(partner="jp", warning="jp-E1", version=1, time_ns=at(12).exercise_ns, console="wall"),
    "acknowledged": Acknowledged(partner="jp", warning="jp-E1", version=1, time_ns=at(12).exercise_ns, role="watch"),
    "stance": Stance(
        circle="pair",
        about="jp",
        warning="jp-E1",
        version=1,
        partner="kr",
        position=Position.DIFFER,
        time_ns=at(12).exercise_ns,
        fields=("impact",),
        reason="too far",
    ),
    "refused": Refused(partner="jp", message="m1", reason="body", requirement="R10"),
    "statement": Statement(
        statement="kr-S1",
        version=1,
        status=StatementStatus.OPEN,
        circle="pair",
        time_ns=at(13).exercise_ns,
        about=("kr-E1",),
        texts=(("en", "We agree."), ("ja", "一致した。"), ("ko", "합의했다.")),
    ),
    "signature": Signature(
        statement="jp-S1",
        version=1,
        digest="ab" * 32,
        circle="pair",
        partner="kr",
        vote=Vote.REFUSE,
        time_ns=at(13).exercise_ns,
        reason="the figure is ours",
    ),
    "hold": Hold(hold="kr-H1", version=1, state=HoldState.STANDING, begun_ns=at(14).link_ns),
}


WAIT_OR_STAY = {"deny", "ask", "delay"}


def naive(rules: list[Rule], recipient: str, kind: str, steps: list[str]) -> str:
    """What happens to a thing: the rules that name most of it are asked first, and of those the strictest."""
    for naming in range(8, -1, -1):
        asked = set()
        for rule in rules:
            named = [rule.recipient, rule.circle, rule.kind, *rule.field.split(".")]
            if sum(1 for word in named if word) != naming:
                continue
            if rule.recipient and rule.recipient != recipient:
                continue
            if rule.circle and (rule.circle, recipient) != ("pair", "jp"):
                continue
            if rule.kind and rule.kind != kind:
                continue
            about = rule.field.split(".") if rule.field else []
            if about == steps[: len(about)]:
                asked.add(rule.action)
        for action in ("deny", "ask", "delay", "coarsen", "allow"):
            if action in asked:
                return action
    return "deny"


def leaves(members: dict[str, Any], before: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """Every single figure or text of a body, by its way down."""
    found: dict[tuple[str, ...], Any] = {}
    for name, value in members.items():
        way = (*before, name)
        inner = value if isinstance(value, list | tuple) else [value]
        if any(isinstance(one, dict) for one in inner):
            for one in inner:
                found |= leaves(one, way)
        else:
            found[way] = value
    return found


def may_leave(rules: list[Rule], recipient: str, kind: str, way: tuple[str, ...]) -> str:
    """By the reference: allow, coarsen or deny for one figure."""
    if naive(rules, recipient, kind, []) in WAIT_OR_STAY:
        return "deny"
    if way[0] in NAMES_IT:
        return "allow"
    steps = [naive(rules, recipient, kind, list(way[: depth + 1])) for depth in range(len(way))]
    return "deny" if WAIT_OR_STAY & set(steps) else steps[-1]


def released(rules: list[Rule], body: Any, label: Label | None = None) -> dict[str, dict[str, Any]]:
    """What the room lets go, by recipient."""
    settings_ = configuration("kr", circles=CIRCLES)
    room = ReleaseRoom(msgspec.structs.replace(settings_, rules=tuple(rules)))
    head = Head(
        id="kr-1",
        event_ns=0,
        receipt_ns=0,
        link_ns=0,
        origin="kr",
        mode=Mode.EXERCISE,
        exercise=EXERCISE,
        causes=(),
        label=label or settings_.label,
    )
    given_bodies = room.handle(Item(head, body), NOW)
    found = {one.recipient: json.loads(one.body) for one in given_bodies if isinstance(one, Release)}
    for recipient, members in found.items():
        category = {
            "tag": "ReleasableTo",
            "type": "PERMISSIVE",
            "values": sorted({*head.label.releasable_to, recipient}),
        }
        marking = {"policy": head.label.policy, "classification": head.label.classification, "categories": [category]}
        assert (members.pop("label"), members.pop("terms")) == (marking, {"originator": "kr"}), "and nothing beside"
    decided = [one for one in given_bodies if isinstance(one, Decision)]
    assert {one.recipient for one in decided if one.allowed} == set(found), "what leaves is decided, and recorded"
    assert all(one.rule for one in decided)
    return found


def hunt(rules: list[Rule], kind: str) -> int:
    """Compare what leaves with the reference; gives how many figures left."""
    body = BODIES[kind]
    exact = leaves(msgspec.to_builtins(payloads_v1.payload_of(body)[1]))
    gone = released(rules, body)
    count = 0
    for recipient, members in gone.items():
        for way, value in leaves(members).items():
            verdict = may_leave(rules, recipient, kind, way)
            assert verdict != "deny", f"{'.'.join(way)} left for {recipient} under {rules}"
            if (verdict == "coarsen" and isinstance(exact[way], float)) or (verdict, way[-1]) == ("coarsen", "time"):
                assert value != exact[way], f"{'.'.join(way)} left as it is for {recipient} under {rules}"
            count += 1
    wanted = {
        recipient: {way for way in exact if may_leave(rules, recipient, kind, way) == "allow"}
        for recipient in RECIPIENTS
    }
    for recipient, ways in wanted.items():
        if naive(rules, recipient, kind, []) not in WAIT_OR_STAY and concerns(body, recipient):
            assert ways <= set(leaves(gone[recipient])), "what is allowed leaves"
    return count


def concerns(body: Any, recipient: str) -> bool:
    if isinstance(body, Warning | Path | Hold):
        return True
    return recipient == "jp"


def rule(number: int, recipient: str, circle: str, kind: str, field: str, action: str) -> Rule:
    return Rule(
        rule=f"r{number}",
        action=action,
        recipient=recipient,
        circle=circle,
        kind=kind,
        field=field,
        parameters={"coarsen": COARSE, "delay": {"delay_s": 60.0}, "ask": {"within_s": 60.0}}.get(action, {}),
    )


LATTICE = [
    rule(number, *parts)
    for number, parts in enumerate(
        itertools.product(
            ("", "jp"),
            ("", "pair"),
            ("", "warning"),
            ("", "launch", "launch.time", "apogee_m"),
            ("allow", "coarsen", "deny"),
        )
    )
]


def test_every_policy_of_up_to_two_rules() -> None:
    count = sum(hunt([], kind) for kind in BODIES)
    assert count == 0, "default deny"
    for one, other in itertools.combinations_with_replacement(LATTICE, 2):
        count += hunt([one, other], "warning")
    assert count > 10_000, "the lattice must also let something out"


@pytest.mark.parametrize("kind", sorted(BODIES))
def test_every_field_of_every_kind_alone(kind: str) -> None:
    whole = rule(0, "", "", kind, "", "allow")
    for field in ("", *fields_of(kind)):
        for recipient, action in itertools.product(("", "jp", "us"), ("allow", "coarsen", "delay", "ask", "deny")):
            only = rule(1, recipient, "", kind, field, action)
            hunt([only], kind)
            hunt([whole, only], kind)


RULES = st.builds(
    rule,
    st.integers(0, 99),
    st.sampled_from(("", "jp", "us")),
    st.sampled_from(("", "pair", "other")),
    st.sampled_from(("", *BODIES)),
    st.sampled_from(
        ("", "launch", "impact", "launch.latitude_deg", "impact.semi_major_m", "reason", "phase", "fields")
    ),
    st.sampled_from(("allow", "coarsen", "delay", "ask", "deny")),
)


@settings(max_examples=150)
@given(st.lists(RULES, max_size=7), st.sampled_from(sorted(BODIES)))
def test_larger_policies(rules: list[Rule], kind: str) -> None:
    hunt(rules, kind)


@settings(max_examples=60)
@given(st.lists(RULES, max_size=5), st.sampled_from(sorted(BODIES)), st.sets(st.sampled_from(PARTNERS)))
def test_no_rule_widens_a_label(rules: list[Rule], kind: str, among: set[str]) -> None:
    gone = released(rules, BODIES[kind], Label(releasable_to=tuple(sorted(among))))
    assert set(gone) <= among


@settings(max_examples=100)
@given(st.lists(RULES, max_size=6), st.sampled_from(sorted(BODIES)), st.sampled_from(RECIPIENTS))
def test_what_is_explained_is_what_happens(rules: list[Rule], kind: str, recipient: str) -> None:
    among = ("pair",) if recipient == "jp" else ()
    told = {tuple(one.field.split(".")): one.action for one in explain(rules, recipient, among, kind)}
    told = {way: action for way, action in told.items() if way[0] not in MARKS}
    gone = released(rules, BODIES[kind]).get(recipient)
    if told[("",)] in WAIT_OR_STAY:
        assert gone is None
        return
    exact = leaves(msgspec.to_builtins(payloads_v1.payload_of(BODIES[kind])[1]))
    if concerns(BODIES[kind], recipient):
        leaving = {way for way in exact if told[way] == "allow"}
        assert leaving <= set(leaves(gone or {})) <= {way for way in exact if told[way] not in WAIT_OR_STAY}


def test_another_nations_item_never_leaves() -> None:
    everything = [rule(0, "", "", "", "", "allow")]
    room = ReleaseRoom(msgspec.structs.replace(configuration("kr"), rules=tuple(everything)))
    head = Head(
        id="kr-1",
        event_ns=0,
        receipt_ns=0,
        link_ns=0,
        origin="us",
        mode=Mode.EXERCISE,
        exercise=EXERCISE,
        causes=(),
        label=Label(releasable_to=PARTNERS),
    )
    for body in BODIES.values():
        assert room.handle(Item(head, body), NOW) == []


def test_link_control_holds_numbers_only() -> None:
    for kind in ("heartbeat", "receipt", "gap_request"):
        told = msgspec.inspect.type_info(payloads_v1.PAYLOADS[kind])
        assert isinstance(told, msgspec.inspect.StructType)
        for field in told.fields:
            options = getattr(field.type, "types", (field.type,))
            plain = (
                msgspec.inspect.IntType,
                msgspec.inspect.BoolType,
                msgspec.inspect.NoneType,
                msgspec.inspect.EnumType,
            )
            assert all(isinstance(one, plain) for one in options), (kind, field.name)


@pytest.mark.parametrize(
    ("field", "parameter"),
    [
        ("apogee_m", "grid_deg = 1"),
        ("apogee_m", "floor_m = 5"),
        ("bearing_deg", "round_m = 5"),
        ("launch.latitude_deg", "round_m = 5"),
        ("launch.time", "grid_deg = 5"),
        ("impact.semi_major_m", "grid_deg = 5"),
        ("launch", ""),
    ],
)
def test_a_coarsening_that_changes_nothing_is_refused(field: str, parameter: str) -> None:
    text = f'[[rules]]\nname = "a"\naction = "coarsen"\nkind = "warning"\nfield = "{field}"\n{parameter}\n'
    with pytest.raises(BadInput, match="by nothing that fits"):
        parse(text, "policy.toml")
