"""The page alone is enough: a receiver written from it believes and refuses what the production door believes and refuses."""

import base64
import json
import re
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from bongsu.model.message import Lane, Outgoing, Received
from bongsu.model.refusal import Refusal
from bongsu.model.warning import Path as Place
from bongsu.model.warning import Warning
from tests.core.harness import EXERCISE, FEDERATION, SECRETS, Node, at, estimate, point
from tests.oracles.receiver import Receiver, key_id

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "exchange.md"
SCHEMA = json.loads(PAGE.with_name("exchange-v1.schema.json").read_text(encoding="utf-8"))


def receiver() -> Receiver:
    keys = {
        (code, f"{code}-key"): SECRETS[code].public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        for code in ("kr", "us")
    }
    return Receiver("jp", FEDERATION, "exercise", EXERCISE, keys, SCHEMA)


def session() -> tuple[Node, list[Outgoing]]:
    """KR warns, improves, tells places, and takes it back: everything that it sends to JP."""
    kr = Node("kr")
    for seconds in range(10, 40, 3):
        semi_m = 200_000.0 / seconds
        kr.say(at(seconds), estimate(seconds, impact=point(41.0, 139.0, 900.0, semi_m)))
        kr.say(
            at(seconds + 1),
            Place(
                warning="kr-E1", time_ns=at(seconds).exercise_ns, latitude_rad=0.7, longitude_rad=2.2, altitude_m=1e5
            ),
        )
        kr.tick(at(seconds + 2))
    kr.command(at(41), "retract", "kr-E1", reason="wrong")
    kr.tick(at(42))
    sent = [item.body for item in kr.items if isinstance(item.body, Outgoing) and item.body.recipient == "jp"]
    assert {one.kind for one in sent} >= {"warning", "path", "heartbeat"}
    return kr, sent


def feed(ours: Node, theirs: Receiver, kr: Node, one: Outgoing, data: bytes | None = None) -> None:
    data = kr.sealed(one) if data is None else data
    ours.step(at(60), Received(claimed="kr", lane=one.lane, envelope=data))
    theirs.take(data, "kr", one.lane.value)


def believed(ours: Node) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for item in ours.items:
        if item.head.origin == "kr" and isinstance(item.body, Warning):
            found.append(("warning", (item.body.warning, item.body.version, item.body.status.value)))
        if item.head.origin == "kr" and isinstance(item.body, Place):
            found.append(("path", item.body.warning))
    return found


def told(theirs: Receiver) -> list[tuple[str, Any]]:
    short = {
        "warning": lambda body: (body["warning"], body["version"], body["status"]),
        "path": lambda body: body["warning"],
    }
    return [(kind, short[kind](body)) for _, kind, body in theirs.told if kind in short]


@settings(max_examples=25, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(0, 6))
def test_it_believes_the_same_in_the_same_order_whatever_the_line_does(chance: Any, lost: int) -> None:
    kr, sent = session()
    line = [one for number, one in enumerate(sent) if number not in chance.sample(range(len(sent)), lost)]
    line += chance.sample(line, min(5, len(line)))
    chance.shuffle(line)
    ours, theirs = Node("jp"), receiver()
    for one in line:
        feed(ours, theirs, kr, one)
    assert told(theirs) == believed(ours)
    missing = theirs.missing("kr")
    if missing is not None:
        again = [one for one in sent if one.lane is Lane.PROMPT]
        assert missing[1] not in {one.sequence for one in line if one.lane is Lane.PROMPT}
        for one in again:
            feed(ours, theirs, kr, one)
    assert told(theirs) == believed(ours)
    assert theirs.missing("kr") is None
    assert told(theirs)[-1] == believed(ours)[-1]


MEMBERS = (
    "protocol",
    "federation",
    "mode",
    "exercise",
    "issuer",
    "recipient",
    "lane",
    "epoch",
    "sequence",
    "issued",
    "kind",
)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from((*MEMBERS, "message", "key", "body", "signature")),
    st.sampled_from(("x", "", 7, -1, None, "latest", "us", "real")),
)
def test_it_refuses_the_same_with_the_same_number(member: str, value: Any) -> None:
    kr, sent = session()
    one = next(each for each in sent if each.kind == "warning")
    envelope = json.loads(kr.sealed(one))
    if envelope[member] == value:
        return
    envelope[member] = value
    ours, theirs = Node("jp"), receiver()
    feed(ours, theirs, kr, one, json.dumps(envelope).encode())
    production = [(item.body.requirement, item.body.reason) for item in ours.items if isinstance(item.body, Refusal)]
    assert theirs.refused == production
    assert len(production) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"[]",
        b"\xff",
        b'{"warning":"kr-E1","version":0,"status":"initial","time":"2026-05-01T00:00:00Z"}',
        b'{"warning":"kr-E1","version":1,"status":"initial","time":"2026-05-01T00:00:00Z","apogee_m":-1}',
        b'{"warning":"kr-E1","version":1,"status":"initial","time":"2026-05-01T00:00:00Z","terms":{"originator":"us"}}',
        b'{"warning":"kr-E1","version":1,"status":"initial","time":"2026-05-01T00:00:00Z",'
        b'"label":{"policy":"P","classification":"OPEN","categories":[]}}',
    ],
)
def test_it_refuses_the_same_bodies(body: bytes) -> None:
    kr, sent = session()
    one = next(each for each in sent if each.kind == "warning")
    forged = type(one)(**{name: getattr(one, name) for name in one.__struct_fields__} | {"body": body})
    ours, theirs = Node("jp"), receiver()
    feed(ours, theirs, kr, forged)
    assert (
        theirs.refused == [(i.body.requirement, i.body.reason) for i in ours.items if isinstance(i.body, Refusal)] != []
    )


def test_the_example_of_the_page_is_right() -> None:
    """Its key, its envelope and what comes of it."""
    page = PAGE.read_text(encoding="utf-8")
    seed = re.search(r"seed `([0-9a-f]{64})`", page)
    example = re.search(r"```json\n(\{\"protocol.*?\})\n```", page, re.DOTALL)
    assert seed is not None and example is not None
    secret = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed[1]))
    public = secret.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    envelope = json.loads(example[1])
    assert envelope["key"] == key_id(public)
    one = Receiver("jp", "example", "exercise", "EXAMPLE-1", {("kr", key_id(public)): public}, SCHEMA)
    one.take(example[1].encode(), "kr", "prompt")
    assert one.refused == []
    assert one.told == [("kr", "warning", json.loads(base64.b64decode(envelope["body"])))]
