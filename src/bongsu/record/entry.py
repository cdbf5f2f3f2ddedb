"""One entry of a record: an item (or a seal) with its number, its times and its place in the hash chain."""

from enum import StrEnum
from typing import Any

import msgspec

from bongsu.model.bodies import Body
from bongsu.model.head import Head, Item
from bongsu.model.noun import Noun
from bongsu.record.codec import decode_body, decode_head


class EntryKind(StrEnum):
    """What an entry is.

    `input` entered from outside; `output` follows from the newest input before it; `fault` is an input on which the core broke (it is kept, and a
    replay passes it over, since none of its effects was); `seal` is about the record itself and no part of the digest.
    """

    INPUT = "input"
    OUTPUT = "output"
    FAULT = "fault"
    SEAL = "seal"


class Entry(msgspec.Struct, frozen=True, gc=False):
    """A row of a record. `head` and `body` are exact JSON bytes; the columns before them repeat what one looks for and are covered by `hash` too.

    `event_ns` is what the body speaks of, `receipt_ns` when the node had it (both exercise time), `link_ns` the same in link time.
    """

    number: int
    kind: str
    item: str
    type: str
    event_ns: int
    receipt_ns: int
    link_ns: int
    origin: str
    mode: str
    exercise: str
    head: bytes
    body: bytes
    hash: bytes


class Checkpoint(Noun, frozen=True):
    """A seal: the chain stood at `hash` and `digest` after entry `entry`; signed by the node's key `key` (Ed25519) unless it has none.

    `closed` marks the last one, written when the node ended in order.
    """

    entry: int
    hash: bytes
    digest: bytes
    closed: bool
    key: str = ""
    signature: bytes = b""


class SnapshotTaken(Noun, frozen=True):
    """A seal: the state after entry `entry` was kept beside the record, for commit and configuration `key`; `content` is its SHA-256."""

    entry: int
    key: str
    content: bytes


class EntriesRemoved(Noun, frozen=True):
    """A seal: all entries up to `entry` but the first were removed; `base` is the SHA-256 of the statement that stands for them."""

    entry: int
    base: bytes


class Fault(Noun, frozen=True):
    """Head of a `fault` entry: why the core broke on the input that follows."""

    receipt_ns: int
    link_ns: int
    error: str


Seal = Checkpoint | SnapshotTaken | EntriesRemoved
_seal_decoder: msgspec.json.Decoder[Seal] = msgspec.json.Decoder(Seal)
_fault_decoder = msgspec.json.Decoder(Fault)


def seal_of(entry: Entry) -> Seal:
    """What a seal says. Raises `msgspec.MsgspecError`."""
    return _seal_decoder.decode(entry.body)


def fault_of(entry: Entry) -> Fault:
    """Why the core broke on this input. Raises `msgspec.MsgspecError`."""
    return _fault_decoder.decode(entry.head)


def item_of(entry: Entry) -> Item[Any]:
    """The item that an input or output entry holds. Raises `msgspec.MsgspecError`."""
    return Item(head_of(entry), body_of(entry))


def head_of(entry: Entry) -> Head:
    """The head alone: cheap where bodies do not matter."""
    return decode_head(entry.head)


def body_of(entry: Entry) -> Body:
    """The body alone."""
    return decode_body(entry.body)
