"""The hash chain of a record, and its digest.

    content = SHA-256(head, newline, body)
    hash    = SHA-256(hash before, JSON array of number and all other columns, content)
    digest  = SHA-256(digest before, content), seals left out

No column can be changed, no entry left out, added or moved without breaking `hash` from there on. The `digest` depends on heads and bodies
alone: under virtual time the same run gives the same one, whenever it is played and however often it is sealed.
"""

from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Any

import msgspec

from bongsu.model.bodies import Body
from bongsu.model.head import Item, Now
from bongsu.record.codec import encode, name_of
from bongsu.record.entry import Checkpoint, Entry, EntryKind, Fault, Seal

GENESIS = sha256(b"bongsu-record-1").digest()
"""Hash and digest of a record without entries."""

CHECKPOINT_ENTRIES = 1_000
"""Entries between two signed checkpoints: a signature costs 50 us, so it adds 0.05 us to each entry."""

SIGNED_PREFIX = b"bongsu-record-1 checkpoint\n"

Sign = Callable[[bytes], tuple[str, bytes]]
"""Signs bytes with the node's Ed25519 key: (key id, signature)."""


class End(msgspec.Struct, frozen=True):
    """Where a record stands: number, hash and digest of its last entry."""

    number: int = 0
    hash: bytes = GENESIS
    digest: bytes = GENESIS


def content_of(head: bytes, body: bytes) -> bytes:
    """SHA-256 of an entry's head and body."""
    return sha256(head + b"\n" + body).digest()


def hash_of(before: bytes, entry: Entry, content: bytes) -> bytes:
    """The hash that an entry must carry after the entry with hash `before`. Raises `UnicodeEncodeError` for text that is no text."""
    return _hash(before, content, *msgspec.structs.astuple(entry)[:10])


def digest_of(before: bytes, kind: str, content: bytes) -> bytes:
    """The digest after an entry."""
    return before if kind == EntryKind.SEAL else sha256(before + content).digest()


def signed_bytes(end: End) -> bytes:
    """What a checkpoint's signature covers."""
    return SIGNED_PREFIX + end.number.to_bytes(8, "big") + end.hash + end.digest


def _hash(before: bytes, content: bytes, *columns: Any) -> bytes:
    return sha256(before + encode(columns) + content).digest()


class Chain:
    """Gives entries their numbers and hashes, and seals them now and then. Takes up where `end` left off."""

    def __init__(self, sign: Sign | None = None, end: End | None = None) -> None:
        end = end or End()
        self._sign = sign
        self.number = end.number
        self.hash = end.hash
        self.digest = end.digest
        self._sealed = end.number

    @property
    def end(self) -> End:
        """Where the record stands now."""
        return End(self.number, self.hash, self.digest)

    def step(self, items: Iterable[Item[Any]]) -> list[Entry]:
        """Entries of one step: the input's item first, then what followed; a checkpoint at the end when one is due."""
        entries: list[Entry] = []
        kind = EntryKind.INPUT.value
        for item in items:
            entries.append(self._item(kind, item))
            kind = EntryKind.OUTPUT.value
        if self.number - self._sealed >= CHECKPOINT_ENTRIES:
            entries.append(self.checkpoint(entries[-1].receipt_ns, entries[-1].link_ns))
        return entries

    def fault(self, now: Now, body: Body, error: str) -> Entry:
        """The entry of an input on which the core broke."""
        head = encode(Fault(receipt_ns=now.exercise_ns, link_ns=now.link_ns, error=error))
        kind = EntryKind.FAULT.value
        return self._add(
            kind, "", name_of(body), now.exercise_ns, now.exercise_ns, now.link_ns, "", "", "", head, encode(body)
        )

    def seal(self, body: Seal, receipt_ns: int, link_ns: int) -> Entry:
        """The entry of a seal."""
        kind = EntryKind.SEAL.value
        return self._add(kind, "", name_of(body), receipt_ns, receipt_ns, link_ns, "", "", "", b"", encode(body))

    def checkpoint(self, receipt_ns: int, link_ns: int, closed: bool = False) -> Entry:
        """A checkpoint of all entries so far, signed if the node has a key."""
        key, signature = self._sign(signed_bytes(self.end)) if self._sign is not None else ("", b"")
        body = Checkpoint(
            entry=self.number, hash=self.hash, digest=self.digest, closed=closed, key=key, signature=signature
        )
        entry = self.seal(body, receipt_ns, link_ns)
        self._sealed = self.number
        return entry

    def _item(self, kind: str, item: Item[Any]) -> Entry:
        head = item.head
        return self._add(
            kind,
            head.id,
            name_of(item.body),
            head.event_ns,
            head.receipt_ns,
            head.link_ns,
            head.origin,
            head.mode.value,
            head.exercise,
            encode(head),
            encode(item.body),
        )

    def _add(
        self,
        kind: str,
        item: str,
        type_: str,
        event_ns: int,
        receipt_ns: int,
        link_ns: int,
        origin: str,
        mode: str,
        exercise: str,
        head: bytes,
        body: bytes,
    ) -> Entry:
        self.number += 1
        content = content_of(head, body)
        columns = (self.number, kind, item, type_, event_ns, receipt_ns, link_ns, origin, mode, exercise)
        self.hash = _hash(self.hash, content, *columns)
        self.digest = digest_of(self.digest, kind, content)
        return Entry(*columns, head, body, self.hash)
