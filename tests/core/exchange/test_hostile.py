"""Hostile bytes at the link: refused, recorded and counted; nothing crashes, nothing grows without bound, nothing absurd gets through."""

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bongsu.base.errors import WireError
from bongsu.base.limits import (
    BODY_DEPTH,
    ENVELOPE_BYTES,
    EVENTS_COUNT,
    REFUSAL_TEXT_CHARACTERS,
    REORDER_BYTES,
    REORDER_COUNT,
    WIRE_LIST_COUNT,
    WIRE_NAME_CHARACTERS,
    WIRE_TEXT_CHARACTERS,
)
from bongsu.core.exchange.lane import Order
from bongsu.core.exchange.peer import Peer
from bongsu.model.configuration import PublicKey
from bongsu.model.freshness import Freshness, FreshnessState
from bongsu.model.message import Lane, Outgoing, Received
from bongsu.model.mode import Mode
from bongsu.model.receipt import GapRequest, Heartbeat
from bongsu.model.refusal import Refusal, Refused
from bongsu.model.warning import Warning
from bongsu.wire import payloads_v1
from bongsu.wire.ranges import RANGES
from tests.core.harness import Node, at, estimate, outgoing_of, point, public_key

TIME = "2026-05-01T00:00:00Z"
PLACE = {
    "latitude_deg": 41.0,
    "longitude_deg": 139.0,
    "time": TIME,
    "time_sigma_s": 3.0,
    "semi_major_m": 9e3,
    "semi_minor_m": 8e3,
    "bearing_deg": 70.0,
}
BODIES: dict[str, dict[str, Any]] = {
    "warning": {
        "warning": "kr-E1",
        "version": 1,
        "status": "initial",
        "time": TIME,
        "launch": PLACE,
        "impact": PLACE,
        "apogee_m": 9e5,
        "range_m": 1e6,
        "bearing_deg": 60.0,
        "reason": "",
        "superseded_by": "kr-E2",
    },
    "path": {
        "warning": "kr-E1",
        "time": TIME,
        "latitude_deg": 40.0,
        "longitude_deg": 130.0,
        "altitude_m": 1e5,
        "velocity_east_m_s": 100.0,
        "velocity_north_m_s": 1e3,
        "velocity_up_m_s": -2e3,
        "phase": "coast",
    },
    "heartbeat": {"epoch": 1, "prompt_sequence": 0, "received_epoch": 1, "received_up_to": 0, "ready": True},
    "receipt": {"lane": "prompt", "epoch": 1, "up_to": 0},
    "gap_request": {"epoch": 1, "first": 1, "last": 2},
    "shown": {"warning": "jp-E1", "version": 1, "time": TIME, "console": "wall"},
    "acknowledged": {"warning": "jp-E1", "version": 1, "time": TIME, "role": "watch"},
    "stance": {
        "circle": "trilateral",
        "about": "jp",
        "warning": "jp-E1",
        "version": 1,
        "position": "differ",
        "time": TIME,
        "fields": ["impact"],
        "reason": "x",
    },
    "statement": {
        "statement": "kr-S1",
        "version": 1,
        "status": "open",
        "circle": "trilateral",
        "time": TIME,
        "about": ["kr-E1"],
        "texts": {"en": "x", "ja": "x", "ko": "x"},
    },
    "signature": {
        "statement": "kr-S1",
        "version": 1,
        "digest": "0" * 64,
        "circle": "trilateral",
        "vote": "sign",
        "time": TIME,
        "key": "k",
        "signature": "00",
    },
    "refused": {"message": "m", "reason": "body", "requirement": "R10"},
    "hold": {"hold": "kr-H1", "version": 1, "state": "standing"},
}
ABSURD = (1e308, -1e308, 2**53 + 1, 10**30, -(10**30), -1)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)


def message(kind: str, body: bytes, sequence: int = 1, **changes: Any) -> Outgoing:
    members: dict[str, Any] = {
        "message": f"m{sequence}",
        "recipient": "jp",
        "lane": payloads_v1.LANES.get(kind, Lane.PROMPT),
        "epoch": 1,
        "sequence": sequence,
        "kind": kind,
        "subject": kind,
        "body": body,
        "issued_ns": at(1).link_ns,
    }
    return Outgoing(**(members | changes))


def hears(outgoing: Outgoing, receiver: Node | None = None) -> list[Any]:
    """What the receiver makes of a properly signed message; that it can still be snapshot and restarted is asserted each time."""
    jp = receiver or Node("jp")
    given_bodies = jp.hear(at(1), Node("kr"), outgoing)
    jp.restart()
    for item in jp.items:
        msgspec.msgpack.encode(item)
    return given_bodies


def numbers_of(body: dict[str, Any], before: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for name, value in body.items():
        if isinstance(value, dict):
            found += numbers_of(value, (*before, name))
        elif isinstance(value, int | float) and not isinstance(value, bool):
            found.append((*before, name))
    return found


def changed(body: dict[str, Any], place: tuple[str, ...], value: Any) -> dict[str, Any]:
    if len(place) == 1:
        return body | {place[0]: value}
    return body | {place[0]: changed(body[place[0]], place[1:], value)}


@pytest.mark.parametrize("kind", sorted(payloads_v1.PAYLOADS))
def test_a_body_of_each_kind_is_read_as_it_is(kind: str) -> None:
    assert not [b for b in hears(message(kind, json.dumps(BODIES[kind]).encode())) if isinstance(b, Refusal)]


@pytest.mark.parametrize(
    ("kind", "place"), [(kind, place) for kind, body in sorted(BODIES.items()) for place in numbers_of(body)]
)
def test_absurd_numbers_are_refused_to_their_sender(kind: str, place: tuple[str, ...]) -> None:
    least, most = RANGES[place[-1]]
    refused = 0
    for value in (*ABSURD, least - 1, most * 1.001 + 2):
        if least <= value <= most:
            continue
        given_bodies = hears(message(kind, json.dumps(changed(BODIES[kind], place, value)).encode()))
        assert isinstance(given_bodies[0], Refusal) and given_bodies[0].requirement == "R10", value
        assert any(isinstance(b, Refused) for b in given_bodies)
        refused += 1
    assert refused >= 6


def test_every_number_of_every_kind_has_a_range() -> None:
    def names(form: Any) -> list[str]:
        found: list[str] = []
        known = msgspec.inspect.type_info(form)
        assert isinstance(known, msgspec.inspect.StructType)
        for field in known.fields:
            options = getattr(field.type, "types", (field.type,))
            for one in options:
                if isinstance(one, msgspec.inspect.IntType | msgspec.inspect.FloatType):
                    found.append(field.encode_name)
                elif isinstance(one, msgspec.inspect.StructType):
                    found += names(one.cls)
        return found

    used = {name for form in payloads_v1.PAYLOADS.values() for name in names(form)}
    assert used == set(RANGES)


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("path", {"time": "0001-01-01T00:00:00Z"}),
        ("path", {"time": "9999-12-31T23:59:59Z"}),
        ("warning", {"time": "1969-12-31T23:59:59Z"}),
        ("warning", {"launch": PLACE | {"time": "2300-01-01T00:00:00Z"}}),
        ("warning", {"reason": "x" * (WIRE_TEXT_CHARACTERS + 1)}),
        ("warning", {"warning": "x" * (WIRE_NAME_CHARACTERS + 1)}),
        ("shown", {"console": "x" * 10_000}),
        ("stance", {"fields": ["x"] * (WIRE_LIST_COUNT + 1)}),
        ("stance", {"fields": ["x" * 10_000]}),
        ("stance", {"position": "agree"}),
        ("receipt", {"lane": "express"}),
    ],
)
def test_other_members_have_their_bounds_too(kind: str, change: dict[str, Any]) -> None:
    given_bodies = hears(message(kind, json.dumps(BODIES[kind] | change).encode()))
    assert isinstance(given_bodies[0], Refusal) and given_bodies[0].requirement == "R10"


@pytest.mark.parametrize("kind", sorted(payloads_v1.PAYLOADS))
def test_each_kind_goes_on_its_lane_alone(kind: str) -> None:
    other = Lane.LATEST if payloads_v1.LANES[kind] is Lane.PROMPT else Lane.PROMPT
    given_bodies = hears(message(kind, json.dumps(BODIES[kind]).encode(), lane=other))
    assert [b.requirement for b in given_bodies if isinstance(b, Refusal)] == ["R12"]


@settings(max_examples=150)
@given(st.sampled_from(sorted(BODIES)), st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_body_is_read_or_refused(kind: str, body: bytes) -> None:
    hears(message(kind, body))


@settings(max_examples=150)
@given(st.data())
def test_any_change_of_a_body_is_read_or_refused(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(sorted(BODIES)))
    body = dict(BODIES[kind])
    for _ in range(data.draw(st.integers(1, 3))):
        body[data.draw(st.sampled_from(sorted(BODIES[kind])))] = data.draw(JSON)
    text = json.dumps(body).replace("Infinity", "1e999").encode()
    try:
        noun = payloads_v1.decode(kind, text, issuer="kr", issued_ns=0)
    except WireError as error:
        noun, requirement = None, error.requirement
    else:
        requirement = "R10"
    assert requirement == "R10"
    msgspec.msgpack.encode(noun)


SOUND = message("warning", json.dumps(BODIES["warning"]).encode())
SEALED = Node("kr").sealed(SOUND)


def receive(data: bytes, jp: Node | None = None, claimed: str = "kr", lane: Lane = Lane.PROMPT) -> list[Any]:
    return (jp or Node("jp")).step(at(1), Received(claimed=claimed, lane=lane, envelope=data))


@settings(max_examples=200)
@given(st.lists(st.tuples(st.integers(0, len(SEALED) - 1), st.integers(0, 255)), min_size=1, max_size=3))
def test_any_changed_byte_is_refused_or_changes_nothing(changes: list[tuple[int, int]]) -> None:
    damaged = bytearray(SEALED)
    for place, byte in changes:
        damaged[place] = byte
    given_bodies = receive(bytes(damaged))
    warnings = [b for b in given_bodies if isinstance(b, Warning)]
    if warnings:
        assert warnings == [b for b in receive(SEALED) if isinstance(b, Warning)]
    else:
        assert [type(b) for b in given_bodies] == [Refusal]
        assert len(given_bodies[0].text) <= REFUSAL_TEXT_CHARACTERS


@settings(max_examples=60)
@given(st.integers(0, len(SEALED) - 1))
def test_a_truncated_envelope_is_refused(length: int) -> None:
    assert [b.reason for b in receive(SEALED[:length])] == ["malformed"]


@settings(max_examples=100)
@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_rubbish_is_refused(data: bytes) -> None:
    assert [type(b) for b in receive(data)] == [Refusal]


@settings(max_examples=150)
@given(st.sampled_from(sorted(json.loads(SEALED))), JSON)
def test_any_member_may_be_anything(name: str, value: Any) -> None:
    document = json.loads(SEALED) | {name: value}
    given_bodies = receive(json.dumps(document).replace("Infinity", "1e999").encode())
    assert [type(b) for b in given_bodies] == [Refusal] or value == json.loads(SEALED)[name]


@pytest.mark.parametrize(
    ("data", "requirement"),
    [
        (b"", "R2"),
        (b"{" * (ENVELOPE_BYTES - 1), "R2"),
        (b"[" * ENVELOPE_BYTES, "R2"),
        (b" " * (ENVELOPE_BYTES + 1), "R1"),
        (SEALED.replace(b'"kr"', b'"\\ud800"'), "R2"),
        (SEALED.replace(b'"epoch":1', b'"epoch":' + b"9" * 400), "R2"),
        (SEALED.replace(b'"sequence":1', b'"sequence":9007199254740993'), "R2"),
        (SEALED.replace(b"bongsu/1", b"bongsu/2"), "R3"),
        (SEALED.replace(b'"kr-key"', b'"us-key"'), "R8"),
        (SEALED.replace(b'"issuer":"kr"', b'"issuer":"xx"'), "R7"),
    ],
)
def test_known_tricks(data: bytes, requirement: str) -> None:
    assert [b.requirement for b in receive(data)] == [requirement]


def test_a_body_nested_too_deep_is_refused_before_it_is_decoded() -> None:
    deep = b'{"x":' * BODY_DEPTH + b"[" * 2_000
    assert hears(message("warning", deep))[0].requirement == "R10"


def test_the_right_partner_over_the_wrong_outbox_or_lane_is_refused() -> None:
    assert [b.requirement for b in receive(SEALED, claimed="us")] == ["R7"]
    assert [b.requirement for b in receive(SEALED, lane=Lane.LATEST)] == ["R7"]


def test_the_same_key_in_another_mode_does_not_count() -> None:
    jp = Node("jp", public_keys=(public_key("kr", Mode.REAL),))
    assert [b.requirement for b in receive(SEALED, jp)] == ["R8"]


@pytest.mark.parametrize(
    ("from_s", "until_s", "requirement"),
    [(None, 1.5, None), (None, 0.5, "R9"), (1.5, None, "R9"), (0.5, None, None), (0.5, 1.0, "R9")],
)
def test_a_key_counts_in_its_time_only(from_s: float | None, until_s: float | None, requirement: str | None) -> None:
    ends = {
        "from_ns": None if from_s is None else at(from_s).link_ns,
        "until_ns": None if until_s is None else at(until_s).link_ns,
    }
    jp = Node("jp", public_keys=(msgspec.structs.replace(public_key("kr"), **ends),))
    assert next((b.requirement for b in receive(SEALED, jp) if isinstance(b, Refusal)), None) == requirement


def test_an_old_envelope_does_not_come_back_under_a_revoked_key() -> None:
    """What was issued while the key was good is refused once the key has ended: whoever holds a stolen key can write any issue time."""
    key = msgspec.structs.replace(public_key("kr"), until_ns=at(10).link_ns)
    new = PublicKey(partner="kr", mode=Mode.EXERCISE, key="kr-new", public=key.public, from_ns=at(5).link_ns)
    jp = Node("jp", public_keys=(key, new))
    given_bodies = jp.step(at(11), Received(claimed="kr", lane=Lane.PROMPT, envelope=SEALED))
    assert [b.requirement for b in given_bodies] == ["R9"]
    kr = Node("kr")
    fresh = msgspec.structs.replace(SOUND, issued_ns=at(11).link_ns)
    renewed = kr.sealed(fresh, key="kr-new")
    given_bodies = jp.step(at(11), Received(claimed="kr", lane=Lane.PROMPT, envelope=renewed))
    assert any(isinstance(b, Warning) for b in given_bodies)


@settings(max_examples=40)
@given(st.lists(st.integers(0, 5), min_size=6, max_size=30))
def test_replayed_and_reordered_messages_count_once(order: list[int]) -> None:
    kr, jp = Node("kr"), Node("jp")
    sent: list[Outgoing] = []
    for number in range(6):
        far = point(41.0, 139.0 + number, 900.0)
        sent += outgoing_of(kr.say(at(10 + 10 * number), estimate(10 + 10 * number, impact=far)), "jp", "warning")
    versions: list[int] = []
    for place in [*order, *range(len(sent))]:
        versions += [b.version for b in jp.hear(at(100), kr, sent[place]) if isinstance(b, Warning)]
    assert versions == list(range(1, len(sent) + 1))


def test_an_old_heartbeat_replayed_twice_changes_nothing() -> None:
    kr, jp = Node("kr"), Node("jp")
    old = outgoing_of(kr.tick(at(1)), "jp", "heartbeat")[0]
    kr.say(at(1.5), estimate(1.5))
    new = outgoing_of(kr.tick(at(2)), "jp", "heartbeat")[0]
    jp.hear(at(2.0), kr, new)
    states = [b.state for _ in range(3) for b in jp.hear(at(2.1), kr, old) if isinstance(b, Freshness)]
    assert states == []
    assert jp.last(Freshness).state is FreshnessState.CATCHING_UP


def test_an_issuer_that_lost_its_last_seconds_is_heard_at_once() -> None:
    kr, jp = Node("kr"), Node("jp")
    for seconds in range(1, 9):
        for beat in outgoing_of(kr.tick(at(seconds)), "jp", "heartbeat"):
            jp.hear(at(seconds), kr, beat)
    begun_again = Node("kr")
    for beat in outgoing_of(begun_again.tick(at(20)), "jp", "heartbeat"):
        assert beat.sequence == 1
        jp.hear(at(20), begun_again, beat)
    assert jp.last(Freshness).state is FreshnessState.FRESH


def test_what_waits_for_a_gap_is_bounded_in_number_and_size() -> None:
    small, large = Order(), Order()
    for sequence in range(2, REORDER_COUNT + 500):
        assert small.take(1, sequence, b"x") == []
    assert len(small.waiting) == REORDER_COUNT and small.overflowed == 498
    for sequence in range(2, 600):
        large.take(1, sequence, bytes(ENVELOPE_BYTES))
    assert large.waiting_bytes == sum(map(len, large.waiting.values())) <= REORDER_BYTES
    ready = large.take(1, 1, b"first")
    assert ready is not None and len(ready) == REORDER_BYTES // ENVELOPE_BYTES + 1
    assert (large.waiting, large.waiting_bytes) == ({}, 0)


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 12), st.integers(0, 40)), max_size=40))
def test_bytes_that_wait_are_counted_right(taken: list[tuple[int, int, int]]) -> None:
    order = Order()
    for epoch, sequence, size in taken:
        order.take(epoch, sequence, bytes(size))
        assert order.waiting_bytes == sum(map(len, order.waiting.values()))


def test_subjects_are_bounded_and_a_forgotten_one_is_no_way_in() -> None:
    peer = Peer("kr")
    for sequence in range(1, EVENTS_COUNT + 11):
        assert peer.is_newer(f"path.kr-E{sequence}", (1, sequence, sequence))
    assert len(peer.latest) == EVENTS_COUNT
    assert not peer.is_newer("path.kr-E1", (1, 1, 1)), "a repetition after its subject was forgotten"
    assert peer.is_newer("path.kr-E1", (1, EVENTS_COUNT + 11, 1))


def test_asking_again_and_again_costs_the_asked_little() -> None:
    kr, jp = Node("kr"), Node("jp")
    for number in range(3):
        kr.say(at(10 + 10 * number), estimate(10 + 10 * number, impact=point(41, 139.0 + number, 900)))
    again: list[Outgoing] = []
    for sequence in range(1, 101):
        asked = message("gap_request", json.dumps({"epoch": 1, "first": 1, "last": 2**53}).encode(), sequence)
        asked = msgspec.structs.replace(asked, recipient="kr")
        again += outgoing_of(kr.hear(at(40 + sequence / 1000), jp, asked), "jp", "warning")
    assert [one.sequence for one in again] == [1, 2, 3]
    asked = message("gap_request", json.dumps({"epoch": 1, "first": 2, "last": 2}).encode(), 101)
    asked = msgspec.structs.replace(asked, recipient="kr")
    assert [one.sequence for one in outgoing_of(kr.hear(at(41), jp, asked), "jp", "warning")] == [2]


def test_a_partner_that_raves_hurts_its_own_lane_only() -> None:
    """Epochs, sequences and claims up to the bounds: the node stays restartable, the others' lanes stand."""
    jp, kr, us = Node("jp"), Node("kr"), Node("us")
    most = 2**53
    for kind, body, changes in (
        (
            "heartbeat",
            BODIES["heartbeat"] | {"epoch": most, "prompt_sequence": most},
            {"epoch": most, "sequence": most},
        ),
        ("receipt", BODIES["receipt"] | {"epoch": most, "up_to": most}, {"sequence": 5}),
        ("gap_request", BODIES["gap_request"] | {"last": most}, {"sequence": 6}),
        ("warning", BODIES["warning"] | {"version": most}, {"epoch": most, "sequence": most}),
    ):
        jp.hear(at(1), kr, message(kind, json.dumps(body).encode(), **changes))
        jp.restart()
    asked = jp.tick(at(3))
    assert [b.partner for b in asked if isinstance(b, GapRequest)] == ["kr"]
    said = outgoing_of(us.say(at(3), estimate(3)), "jp", "warning")
    assert any(isinstance(b, Warning) for one in said for b in jp.hear(at(3.1), us, one))


def test_heartbeats_never_come_by_the_prompt_lane() -> None:
    jp = Node("jp")
    hears(message("heartbeat", json.dumps(BODIES["heartbeat"]).encode(), lane=Lane.PROMPT), jp)
    assert jp.last(Heartbeat) is None


def mutate(change: Callable[[dict[str, Any]], dict[str, Any]]) -> bytes:
    return json.dumps(change(json.loads(SEALED))).encode()


def test_each_refusal_is_an_item_of_its_own_and_names_its_source() -> None:
    jp = Node("jp")
    for data in (b"x", mutate(lambda one: one | {"recipient": "us"}), mutate(lambda one: one | {"mode": "real"})):
        receive(data, jp)
    refusals = [item for item in jp.items if isinstance(item.body, Refusal)]
    assert [item.body.reason for item in refusals] == ["malformed", "recipient", "mode"]
    assert {(item.body.door, item.body.source) for item in refusals} == {("link", "kr")}
