"""Envelope v1: golden bytes, every member under the signature, and hostile bytes."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bongsu.base.errors import WireError
from bongsu.base.limits import ENVELOPE_BYTES
from bongsu.model.message import Lane, Outgoing
from bongsu.wire.envelope_v1 import parse, verify
from tests.core.harness import Node, public_key

OUTGOING = Outgoing(
    message="kr-jp-e1-p7",
    recipient="jp",
    lane=Lane.PROMPT,
    epoch=1,
    sequence=7,
    kind="warning",
    subject="warning",
    body=b'{"warning":"kr-E1"}',
    issued_ns=1_700_000_000_123_456_789,
)
GOLDEN = (
    b'{"protocol":"bongsu/1","federation":"test-federation","mode":"exercise","exercise":"TEST-EXERCISE","issuer":"kr","recipient":"jp",'
    b'"lane":"prompt","epoch":1,"sequence":7,"issued":"2023-11-14T22:13:20.123456789Z","kind":"warning","message":"kr-jp-e1-p7",'
    b'"key":"kr-key","body":"eyJ3YXJuaW5nIjoia3ItRTEifQ==","signature":"'
)
SIGNED = (
    b"bongsu/1\0test-federation\0exercise\0TEST-EXERCISE\0kr\0jp\0prompt\0001\0007\0002023-11-14T22:13:20.123456789Z\0warning\0kr-jp-e1-p7\0"
    b'{"warning":"kr-E1"}'
)
MEMBERS = (
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
    "message",
    "body",
)


def sealed() -> bytes:
    return Node("kr").sealed(OUTGOING)


def test_golden_bytes() -> None:
    data = sealed()
    assert data.startswith(GOLDEN)
    signature = base64.b64decode(json.loads(data)["signature"])
    assert len(signature) == 64
    from tests.core.harness import SECRETS

    SECRETS["kr"].public_key().verify(signature, SIGNED.replace(b"\0001\0007\000", b"\x001\x007\x00"))


def test_round_trip() -> None:
    envelope = parse(sealed())
    verify(envelope, public_key("kr").public)
    assert (envelope.issuer, envelope.recipient, envelope.sequence, envelope.body) == ("kr", "jp", 7, OUTGOING.body)
    assert envelope.issued_ns == OUTGOING.issued_ns


@pytest.mark.parametrize("member", MEMBERS)
def test_no_member_can_be_changed(member: str) -> None:
    document = json.loads(sealed())
    other = {
        "mode": "real",
        "lane": "latest",
        "epoch": 2,
        "sequence": 8,
        "issued": "2023-11-14T22:13:21.000000000Z",
        "body": base64.b64encode(b"{}").decode(),
    }
    document[member] = other.get(member, document[member] + "x" if isinstance(document[member], str) else None)
    with pytest.raises(WireError) as refusal:
        verify(parse(json.dumps(document).encode()), public_key("kr").public)
    assert refusal.value.code in ("signature", "malformed")


def test_unknown_members_are_ignored_and_another_protocol_is_not() -> None:
    document = json.loads(sealed())
    document["hops"] = 3
    verify(parse(json.dumps(document).encode()), public_key("kr").public)
    document["protocol"] = "bongsu/2"
    with pytest.raises(WireError) as refusal:
        parse(json.dumps(document).encode())
    assert (refusal.value.code, refusal.value.requirement) == ("protocol", "R3")


def test_too_large_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(WireError) as refusal:
        parse(b"[" * (ENVELOPE_BYTES + 1))
    assert refusal.value.code == "too_large"


@given(st.binary(max_size=400))
def test_any_bytes_are_refused_not_crashed_on(data: bytes) -> None:
    with pytest.raises(WireError):
        parse(data)


@given(st.data())
def test_a_flipped_byte_never_verifies_as_another_message(data: st.DataObject) -> None:
    whole = bytearray(sealed())
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] ^= data.draw(st.integers(1, 255))
    try:
        envelope = parse(bytes(whole))
        verify(envelope, public_key("kr").public)
    except WireError:
        return
    # What still verifies says the same: a byte of white space, of a member that is not signed, or of base64's unused bits.
    original = parse(sealed())
    assert all(getattr(envelope, member) == getattr(original, member) for member in MEMBERS)
