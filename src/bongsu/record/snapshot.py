"""Snapshots: what a core remembers after an entry, kept beside the record so that a restart need not step everything again.

A snapshot fits only the same commit and configuration (its `key`); its content's hash stands in the chain as a seal, so a changed one is found.
"""

from collections.abc import Iterable
from hashlib import sha256

import msgspec

from bongsu.model.configuration import Configuration
from bongsu.record.codec import encode
from bongsu.record.entry import SnapshotTaken


class StoredSnapshot(msgspec.Struct, frozen=True):
    """State `content` after entry `entry`, for commit and configuration `key`. `cut`: older entries may be removed up to here."""

    entry: int
    key: str
    content: bytes
    cut: bool = False


def key_of(configuration: Configuration) -> str:
    """Which code and settings a snapshot belongs to; the commit stands in the configuration."""
    return sha256(encode(configuration)).hexdigest()


def seal_for(snapshot: StoredSnapshot) -> SnapshotTaken:
    """The seal that enters the chain with a snapshot."""
    return SnapshotTaken(entry=snapshot.entry, key=snapshot.key, content=sha256(snapshot.content).digest())


def newest_fitting(
    snapshots: Iterable[StoredSnapshot], seals: Iterable[SnapshotTaken], key: str
) -> StoredSnapshot | None:
    """The newest snapshot for `key` whose content is what its seal says; None: step everything again."""
    sealed = {seal.entry: seal for seal in seals}
    fitting = [
        snapshot for snapshot in snapshots if snapshot.key == key and sealed.get(snapshot.entry) == seal_for(snapshot)
    ]
    return max(fitting, key=lambda snapshot: snapshot.entry, default=None)
