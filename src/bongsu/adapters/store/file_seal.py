"""A seal over the whole file of a record that was closed: `record.db.seal` beside it.

The chain covers every column of every entry. Beside those a SQLite file has free space, counters, indices, and the tables that a restart needs: the
seal covers them too, so that any changed byte of a closed record is found. It is taken away when the record is opened for writing.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

from bongsu.adapters.store.places import FilePlace, Place
from bongsu.base.limits import RECORD_SEALED_MB
from bongsu.record.chain import Sign
from bongsu.record.verify import Broken
from bongsu.wire.signatures import holds

_PREFIX = b"bongsu-record-1 file\n"
_MB = 1_000_000


class FileSeal(msgspec.Struct, frozen=True):
    """Size and SHA-256 of the file, signed with the node's key (empty: a node without one)."""

    bytes: int
    sha256: str
    key: str = ""
    signature: str = ""


def write(place: Place, sign: Sign | None) -> bool:
    """Seal a record that was closed; False: it is on a server, still in two files, or so large that nobody could wait for it."""
    if not isinstance(place, FilePlace) or place.path.with_name(place.path.name + "-wal").exists():
        return False
    if place.path.stat().st_size > RECORD_SEALED_MB * _MB:
        return False
    size, digest = _measured(place.path)
    key, signature = sign(_signed(size, digest)) if sign is not None else ("", b"")
    part = place.seal.with_name(place.seal.name + ".part")
    try:
        part.write_bytes(msgspec.json.encode(FileSeal(size, digest, key, signature.hex())))
        part.replace(place.seal)
    except OSError:  # a full disk: the record is as whole without it
        part.unlink(missing_ok=True)
        return False
    return True


def sealed(place: Place) -> bool:
    """Whether there is a seal."""
    return isinstance(place, FilePlace) and place.seal.is_file()


def check(place: Place, keys: dict[str, bytes]) -> Broken | None:
    """What is wrong with the file by its seal; None: nothing, or it has no seal. `keys`: key id to 32 bytes."""
    if not isinstance(place, FilePlace) or not place.seal.is_file():
        return None
    data = place.seal.read_bytes()
    try:
        seal = msgspec.json.decode(data, type=FileSeal)
        signature = bytes.fromhex(seal.signature)
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError):
        return Broken(0, "changed", f"the seal of the file, {place.seal.name}, cannot be read")
    if msgspec.json.encode(seal) != data or signature.hex() != seal.signature:
        return Broken(0, "changed", f"the seal of the file, {place.seal.name}, is not written as it was")
    if (seal.bytes, seal.sha256) != _measured(place.path):
        return Broken(0, "changed", "the file is not byte for byte what it was when it was closed")
    if seal.key and not holds(keys.get(seal.key), signature, _signed(seal.bytes, seal.sha256)):
        return Broken(0, "unsigned", f"the signature of the file's seal does not hold for key {seal.key!r}")
    if not seal.key and (seal.signature or keys):
        return Broken(0, "unsigned", "the file's seal is not signed, and this node has a key")
    return None


def _measured(path: Path) -> tuple[int, str]:
    with path.open("rb") as file:
        return path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()


def _signed(size: int, digest: str) -> bytes:
    return _PREFIX + size.to_bytes(8, "big") + bytes.fromhex(digest)
