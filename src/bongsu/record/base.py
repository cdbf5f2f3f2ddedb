"""What stands for entries that were removed: a signed statement of where the chain stood after them, and of what must not be forgotten with them.

A record that has grown too old or too large loses its oldest entries, never one in the middle. The first one, the configuration, stays. The rest of the
chain still proves itself: the first entry after the gap carries the hash before it, which stands here; and a seal further on in the chain holds the
hash of this statement, so that it cannot be exchanged.
"""

from collections.abc import Iterable, Iterator
from hashlib import sha256

import msgspec

from bongsu.model.carried import Carried
from bongsu.record.chain import End
from bongsu.record.codec import decode_hook, encode
from bongsu.record.entry import EntriesRemoved, Entry

_PREFIX = b"bongsu-record-1 removed\n"


class Base(msgspec.Struct, frozen=True, kw_only=True):
    """Entries 2 to `entry` were removed: they lay between `from_ns` and `until_ns` (link time), and the chain stood at `hash` and `digest` after them.

    `carried`: what stood then of warnings, their holders, events and alerts. `key` signed it (empty: a node without a key).
    """

    entry: int
    hash: bytes
    digest: bytes
    from_ns: int
    until_ns: int
    carried: Carried
    key: str = ""
    signature: bytes = b""

    @property
    def end(self) -> End:
        """Where the chain stood."""
        return End(self.entry, self.hash, self.digest)

    @property
    def removed(self) -> int:
        """How many entries are gone."""
        return self.entry - 1


_decoder = msgspec.json.Decoder(Base, dec_hook=decode_hook)


def decode_base(data: bytes) -> Base:
    """Bytes of `encode(base)` back, and no others. Raises `msgspec.MsgspecError`."""
    try:
        base = _decoder.decode(data)
    except UnicodeDecodeError as error:
        raise msgspec.DecodeError(str(error)) from None
    if encode(base) != data:
        raise msgspec.DecodeError("it is not written as it was")
    return base


def signed_base(base: Base) -> bytes:
    """What the signature covers: all but itself."""
    return _PREFIX + encode(msgspec.structs.replace(base, key="", signature=b""))


def seal_for_base(base: Base) -> EntriesRemoved:
    """The seal that enters the chain with it."""
    return EntriesRemoved(entry=base.entry, base=sha256(encode(base)).digest())


def without(entries: Iterable[Entry], base: Base | None) -> Iterator[Entry]:
    """The entries after the gap; all of them where there is none."""
    return (entry for entry in entries if base is None or entry.number > base.entry)
