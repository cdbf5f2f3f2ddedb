"""Keeping a record within its bounds of age and size: the oldest entries go, and a signed statement stands for them (`record/base.py`).

Nothing goes unless the node's settings say so. What goes first is what was set aside in earlier epochs; of the current record entries go up to a
*cut*, a snapshot taken for it, so that what is left can be replayed. Messages that no broker has accepted are never removed.

Runs on a thread of its own: it reads and signs; the seal enters the chain on the core's thread, and the record's writer drops the rows bit by bit.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable

import msgspec

from bongsu.adapters.store import FilePlace, Place, RecordReader, Store, file_seal
from bongsu.base.limits import DISK_LEFT_LEAST_MB, RECORD_CUTS_COUNT
from bongsu.base.time import format_time
from bongsu.base.units import seconds_to_ns
from bongsu.model.carried import Carried
from bongsu.record.base import Base, seal_for_base, signed_base
from bongsu.record.carry import TYPES, carry
from bongsu.record.chain import Chain, End, Sign
from bongsu.record.entry import Checkpoint, Entry, seal_of

_DAY_S = 86_400.0
_MB = 1_000_000


class Retention(msgspec.Struct, frozen=True):
    """How long and how large a record may become; None: as long, or as large, as it will."""

    days: float | None = None
    size_mb: float | None = None

    @property
    def cut_ns(self) -> int | None:
        """Link time between two cuts."""
        return None if self.days is None else seconds_to_ns(self.days * _DAY_S / RECORD_CUTS_COUNT)

    @property
    def cut_bytes(self) -> int | None:
        """Size of the entries between two cuts."""
        return None if self.size_mb is None else int(self.size_mb * _MB / RECORD_CUTS_COUNT)


class Removed(msgspec.Struct, frozen=True):
    """What one look has removed: `entries` of `epoch` (0: the current record), all from before `until_ns`."""

    epoch: int
    entries: int
    until_ns: int

    @property
    def text(self) -> str:
        """For people."""
        whose = f" of epoch {self.epoch}" if self.epoch else ""
        return f"{self.entries} entries{whose} from before {format_time(self.until_ns, 0)} removed"


def look(
    place: Place, retention: Retention, link_ns: int, sign: Sign | None, remove: Callable[[Base], None]
) -> list[Removed]:
    """Remove what is over the bounds at `link_ns`; `remove` takes what is to stand for entries of the current record. Raises `RecordError`."""
    oldest_ns = None if retention.days is None else link_ns - seconds_to_ns(retention.days * _DAY_S)
    most = None if retention.size_mb is None else int(retention.size_mb * _MB)
    sizes = {epoch: _size(place.epoch(epoch)) for epoch in place.epochs()} if most is not None else {}
    with RecordReader(place) as reader:
        total = reader.size_bytes() + sum(sizes.values()) if most is not None else 0
        done: list[Removed] = []
        for epoch in place.epochs():
            over = most is not None and total > most
            removed = _reduce(place.epoch(epoch), epoch, oldest_ns, over, sign)
            if removed is not None:
                done.append(removed)
                total -= sizes.get(epoch, 0)
        base = _next_base(reader, oldest_ns, most is not None and total > most)
    if base is not None:
        before = 0 if reader.base is None else reader.base.removed
        remove(_signed(base, sign))
        done.append(Removed(0, base.removed - before, base.until_ns))
    return done


def left_mb(place: Place) -> float | None:
    """Free space of the disk on which the record lies; None where that is not this node's to know."""
    if not isinstance(place, FilePlace):
        return None
    try:
        return shutil.disk_usage(place.path.parent).free / _MB
    except OSError:  # a disk that does not even tell this fails its commits too, and those are announced
        return None


def fills_up(place: Place) -> str:
    """In words, when little is left; else nothing."""
    left = left_mb(place)
    return f"the disk of the record has {left:.0f} MB left" if left is not None and left < DISK_LEFT_LEAST_MB else ""


def _size(place: Place) -> int:
    with RecordReader(place) as reader:
        return reader.size_bytes()


def _next_base(reader: RecordReader, oldest_ns: int | None, over: bool) -> Base | None:
    """What is to stand for the entries up to the newest cut that is old enough, or up to the oldest cut if the record is too large."""
    unsent = reader.oldest_unsent()
    before = 0 if reader.base is None else reader.base.entry
    chosen: Entry | None = None
    for number in reader.cuts():
        if number <= before or (unsent is not None and number >= unsent):
            continue
        cut = next(reader.entries(first=number, last=number))
        old = oldest_ns is not None and cut.link_ns < oldest_ns
        if old or (over and chosen is None):
            chosen = cut
    if chosen is None:
        return None
    seal = seal_of(chosen)
    assert isinstance(seal, Checkpoint), "a cut is a checkpoint"
    carried = carry(reader.entries(last=chosen.number, types=TYPES), reader.base)
    return _base(reader, End(chosen.number, chosen.hash, seal.digest), chosen.link_ns, carried)


def _reduce(place: Place, epoch: int, oldest_ns: int | None, over: bool, sign: Sign | None) -> Removed | None:
    """Remove all of an epoch that was set aside but its configuration, if it is old enough or room is needed."""
    with RecordReader(place) as reader:
        end = reader.end()
        first = end.number if reader.base is None else end.number - reader.base.entry
        if end.number < 2 or first <= _LEFT:
            return None
        last = next(reader.entries(first=end.number, last=end.number))
        if not (over or (oldest_ns is not None and last.link_ns < oldest_ns)):
            return None
        nothing = Carried(epoch=epoch, warnings=(), events=(), alerts=(), events_count=0)  # the next epoch has it
        before = 0 if reader.base is None else reader.base.removed
        base = _signed(_base(reader, end, last.link_ns, nothing), sign)
    store, chain = Store(place), Chain(sign, end)
    seal = chain.seal(seal_for_base(base), last.receipt_ns, last.link_ns)
    checkpoint = chain.checkpoint(last.receipt_ns, last.link_ns, closed=True)
    store.append([seal, checkpoint], chain.end, [], urgent=True)
    store.remove(base)
    store.close(drop_all=True)
    file_seal.write(place, sign)
    return Removed(epoch, base.removed - before, base.until_ns)


_LEFT = 2
"""Entries of a reduced epoch beside its configuration: the seal and a checkpoint."""


def _base(reader: RecordReader, end: End, until_ns: int, carried: Carried) -> Base:
    oldest = reader.base.from_ns if reader.base is not None else next(reader.entries(first=2, last=2)).link_ns
    return Base(entry=end.number, hash=end.hash, digest=end.digest, from_ns=oldest, until_ns=until_ns, carried=carried)


def _signed(base: Base, sign: Sign | None) -> Base:
    if sign is None:
        return base
    key, signature = sign(signed_base(base))
    return msgspec.structs.replace(base, key=key, signature=signature)
