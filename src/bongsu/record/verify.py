"""Is a record whole? Names the first bad entry and why.

*changed*: a column, head, body or hash is not what was written; *missing*: a number is left out; *reordered*: an entry stands at another one's
place; *truncated*: entries that once were there are gone from the end; *unsigned*: a checkpoint's signature does not hold for the node's key.

What this cannot find: a record that its owner wrote anew from the beginning and signed again. Comparing with partners' records does
(`compare.py`), and so does a key or a final hash that was noted elsewhere.
"""

from collections.abc import Iterable

import msgspec

from bongsu.base.ids import is_item_id
from bongsu.model.configuration import Configuration
from bongsu.record.base import Base, seal_for_base, signed_base
from bongsu.record.chain import End, content_of, digest_of, hash_of, signed_bytes
from bongsu.record.entry import Checkpoint, EntriesRemoved, Entry, EntryKind, body_of, seal_of
from bongsu.wire.signatures import holds


class Broken(msgspec.Struct, frozen=True):
    """The first bad entry: its number, in one word why, and in one sentence what was found."""

    entry: int
    why: str
    text: str


class Verdict(msgspec.Struct, frozen=True):
    """What a record was found to be. `signed` counts checkpoints whose signature held; `closed` tells whether the node ended in order.

    `removed` entries were taken out by the node itself, and a statement that holds stands for them.
    """

    node: str
    entries: int
    signed: int
    closed: bool
    hash: str
    digest: str
    broken: Broken | None
    removed: int = 0


class _Walk:
    """State of one walk along the chain."""

    def __init__(self, keys: dict[str, bytes] | None, base: Base | None) -> None:
        self.end = End()
        self._base = base
        self._sealed_bases: dict[bytes, None] = {}
        self.node = ""
        self.signed = 0
        self.closed = False
        self._given = keys
        self._keys: dict[str, bytes] = dict(keys or {})
        self._counter = 0

    def take(self, entry: Entry) -> Broken | None:
        """Check one entry after those before it."""
        if self._base is not None and self.end.number == 1:
            broken = self._jump(self._base)
            if broken is not None:
                return broken
        expected = self.end.number + 1
        if entry.number != expected:
            return Broken(expected, "missing", f"after entry {self.end.number} comes {entry.number}")
        try:
            content = content_of(entry.head, entry.body)
            whole = hash_of(self.end.hash, entry, content) == entry.hash
        except (UnicodeEncodeError, TypeError):
            whole = False
        if not whole:
            return self._misplaced(entry)
        self.closed = False
        before = self.end
        self.end = End(entry.number, entry.hash, digest_of(self.end.digest, entry.kind, content))
        self._counter = _counter(entry.item) or self._counter
        return self._look_inside(entry, before)

    def _jump(self, base: Base) -> Broken | None:
        """Over what was removed: the next entry's hash tells whether the statement's is right."""
        if base.entry < 2:
            return Broken(1, "changed", "the statement that stands for removed entries is of no entry")
        asked = bool(base.key) or self._given is not None
        if asked and not holds(self._keys.get(base.key), base.signature, signed_base(base)):
            return Broken(base.entry, "unsigned", "the statement that stands for removed entries is not signed so")
        self.end, self._counter = base.end, -1
        return None

    def unsealed(self) -> Broken | None:
        """At the end: whether the chain knows of the statement."""
        if self._base is None or seal_for_base(self._base).base in self._sealed_bases:
            return None
        return Broken(
            self._base.entry, "changed", "the chain does not know the statement that stands for removed entries"
        )

    def _misplaced(self, entry: Entry) -> Broken:
        counter = _counter(entry.item)
        if counter is not None and self._counter >= 0 and counter != self._counter + 1:
            return Broken(entry.number, "reordered", f"item {entry.item} stands at another's place")
        return Broken(entry.number, "changed", "its content does not match its hash and the hash before it")

    def _look_inside(self, entry: Entry, before: End) -> Broken | None:
        try:
            if entry.kind == EntryKind.INPUT and entry.type == "configuration":
                self._learn(body_of(entry))
            elif entry.kind == EntryKind.SEAL:
                seal = seal_of(entry)
                if isinstance(seal, Checkpoint):
                    return self._checkpoint(entry.number, seal, before)
                if isinstance(seal, EntriesRemoved):
                    self._sealed_bases[seal.base] = None
        except msgspec.MsgspecError as error:
            return Broken(entry.number, "changed", f"it cannot be read: {error}")
        return None

    def _learn(self, body: object) -> None:
        if isinstance(body, Configuration):
            self.node = body.node
            if self._given is None:
                self._keys |= keys_of(body)

    def _checkpoint(self, number: int, seal: Checkpoint, before: End) -> Broken | None:
        if (seal.entry, seal.hash, seal.digest) != (before.number, before.hash, before.digest):
            return Broken(number, "changed", "the checkpoint speaks of another record")
        self.closed = seal.closed
        if seal.key or self._given is not None:
            if not holds(self._keys.get(seal.key), seal.signature, signed_bytes(before)):
                return Broken(number, "unsigned", f"the checkpoint's signature does not hold for key {seal.key!r}")
            self.signed += 1
        return None


def verify(
    entries: Iterable[Entry], end: End | None = None, keys: dict[str, bytes] | None = None, base: Base | None = None
) -> Verdict:
    """Walk the whole chain. `end` is where the store says that the record ends; `keys` (key id to 32 bytes) replaces the record's own.

    `base` stands for entries that the node removed.
    """
    walk = _Walk(keys, base)
    broken: Broken | None = None
    for entry in entries:
        broken = walk.take(entry)
        if broken is not None:
            break
    if broken is None and end is not None and end != walk.end:
        broken = _wrong_end(walk.end, end)
    if broken is None:
        broken = walk.unsealed()
    removed = base.removed if base is not None and broken is None else 0
    found = walk.end
    return Verdict(
        walk.node, found.number, walk.signed, walk.closed, found.hash.hex(), found.digest.hex(), broken, removed
    )


def keys_of(configuration: Configuration) -> dict[str, bytes]:
    """The node's own keys, as its record names them."""
    return {key.key: key.public for key in configuration.public_keys if key.partner == configuration.node}


def _wrong_end(found: End, noted: End) -> Broken:
    if noted.number > found.number:
        return Broken(found.number + 1, "truncated", f"the record once ended with entry {noted.number}")
    return Broken(
        found.number, "changed", f"the record's noted end is entry {noted.number} with another hash or digest"
    )


def _counter(item: str) -> int | None:
    return int(item.rpartition("-")[2]) if is_item_id(item) else None
