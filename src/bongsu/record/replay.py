"""Replay: build the core from the recorded configuration, step all recorded inputs at their recorded times, and compare every output byte for byte."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol

import msgspec

from bongsu.base.errors import RecordError
from bongsu.model.bodies import Input
from bongsu.model.configuration import Configuration
from bongsu.model.head import Item, Now
from bongsu.record.base import Base
from bongsu.record.chain import GENESIS, content_of, digest_of
from bongsu.record.codec import encode
from bongsu.record.entry import Entry, EntryKind, body_of


class Steps(Protocol):
    """The core, as far as a replay needs it."""

    def step(self, now: Now, body: Any) -> list[Item[Any]]:
        """Handle one input; its own item comes first."""
        ...


class Difference(msgspec.Struct, frozen=True):
    """The first entry that the core gives otherwise than recorded, and how."""

    entry: int
    text: str


class Replayed(msgspec.Struct, frozen=True):
    """Outcome of a replay: `digest` of what the core gave now; it equals the record's unless there is a `difference`.

    `commit` is what the record says of the core that wrote it: another core may well answer otherwise.
    """

    node: str
    commit: str
    inputs: int
    outputs: int
    digest: str
    difference: Difference | None


def now_of(entry: Entry) -> Now:
    """The times at which an input was stepped."""
    return Now(entry.receipt_ns, entry.link_ns)


def steps_of(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Entries grouped as they were stepped: an input and its outputs; faults alone; seals left out."""
    group: list[Entry] = []
    for entry in entries:
        if entry.kind == EntryKind.SEAL:
            continue
        if entry.kind != EntryKind.OUTPUT and group:
            yield group
            group = []
        group.append(entry)
    if group:
        yield group


def replay(entries: Iterable[Entry], build: Callable[[Configuration], Steps], base: Base | None = None) -> Replayed:
    """Step everything again. Raises `RecordError` where a record does not begin with a configuration or cannot be read.

    Where entries were removed `base` stands for them, and `build` gives the core as it stood after them.
    """
    core: Steps | None = None
    node, commit, inputs, outputs, digest = "", "", 0, 0, GENESIS if base is None else base.digest
    for group in steps_of(entries):
        if group[0].kind == EntryKind.FAULT:
            digest = digest_of(digest, group[0].kind, content_of(group[0].head, group[0].body))
            continue
        body = _input_of(group[0])
        if core is None:
            if not isinstance(body, Configuration):
                raise RecordError(
                    "the record does not begin with a configuration",
                    "give the folder of a whole record",
                    entry=group[0].number,
                )
            core, node, commit = build(body), body.node, body.commit
            if base is not None:
                continue
        items = core.step(now_of(group[0]), body)
        inputs += 1
        outputs += len(items) - 1
        for item in items:
            digest = digest_of(digest, EntryKind.OUTPUT, content_of(encode(item.head), encode(item.body)))
        difference = _compare(group, items)
        if difference is not None:
            return Replayed(node, commit, inputs, outputs, digest.hex(), difference)
    return Replayed(node, commit, inputs, outputs, digest.hex(), None)


def _input_of(entry: Entry) -> Input:
    try:
        return body_of(entry)  # type: ignore[return-value] # an input entry holds an input
    except msgspec.MsgspecError as error:
        raise RecordError(
            f"entry {entry.number} cannot be read ({error})", "run `bongsu record verify`", entry=entry.number
        ) from None


def _compare(group: list[Entry], items: list[Item[Any]]) -> Difference | None:
    for entry, item in zip(group, items, strict=False):
        if encode(item.head) != entry.head:
            return Difference(entry.number, f"head of {entry.item} ({entry.type}) differs: now {item.head.id}")
        if encode(item.body) != entry.body:
            return Difference(entry.number, f"body of {entry.item} ({entry.type}) differs")
    if len(group) != len(items):
        return Difference(group[0].number, f"{len(items) - 1} outputs now, {len(group) - 1} recorded")
    return None
