"""Reading a record, also while its node writes."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import msgspec
from sqlalchemy import Connection, TextClause, func, inspect, select
from sqlalchemy.exc import DBAPIError, OperationalError

from bongsu.adapters.store.places import FILE_NAME, Durability, Place, place_of, told
from bongsu.adapters.store.tables import ORDERS, SHOWN, SNAPSHOTS_KEPT, bases, ends, entries, outbox, snapshots
from bongsu.base.errors import BadInput, RecordError
from bongsu.record.base import Base, decode_base
from bongsu.record.chain import End
from bongsu.record.entry import Entry, EntryKind, SnapshotTaken, seal_of
from bongsu.record.snapshot import StoredSnapshot

_ROWS_AT_ONCE = 1_000
_SAMPLES, _SAMPLE_ROWS = 32, 32
ROW_BYTES = 160
"""What an entry takes beside head and body: its other columns, its hash, its place in the table."""


class RecordReader:
    """Reads the record of a folder, of a file, or at a server's address. Use it as a context manager."""

    def __init__(self, where: Path | str | Place, name: str = FILE_NAME) -> None:
        self.place = place_of(where, name)
        if not self.place.exists():
            remedy = f"give one node's folder, such as DIR/record/kr, that holds {FILE_NAME}, or a server's address"
            raise BadInput("no record here", remedy, self.place.shown)
        self._engine = self.place.engine(Durability.DISK, read_only=True)

    def __enter__(self) -> RecordReader:
        return self

    def __exit__(self, *_: object) -> None:
        self._engine.dispose()

    def end(self) -> End:
        """Where the writer says that the record ends. Raises `RecordError`."""
        with self._reading(0) as connection:
            row = connection.execute(select(ends.c.number, ends.c.hash, ends.c.digest)).one()
            return End(*row)

    @functools.cached_property
    def base(self) -> Base | None:
        """What stands for entries that were removed; None: nothing was. Raises `RecordError` where it cannot be read."""
        with self._reading(0) as connection:
            if not inspect(connection).has_table(bases.name):  # a record of before this could be
                return None
            row = connection.execute(select(bases.c.entry, bases.c.body).order_by(bases.c.entry.desc())).first()
        if row is None:
            return None
        try:
            base = decode_base(row[1])
        except msgspec.MsgspecError as error:
            raise self._unreadable(row[0], f"what stands for removed entries is changed: {error}") from None
        if base.entry != row[0]:
            raise self._unreadable(row[0], "what stands for removed entries is changed")
        return base

    def entries(
        self, first: int = 1, last: int | None = None, types: tuple[str, ...] = (), kinds: tuple[str, ...] = ()
    ) -> Iterator[Entry]:
        """Entries in order, from `first` to `last`, of these types and kinds only if given. Raises `RecordError` where the file is broken."""
        query = select(entries).order_by(entries.c.number)
        if self.base is not None:  # rows of removed entries go bit by bit
            query = query.where((entries.c.number == 1) | (entries.c.number > self.base.entry))
        if last is not None:
            query = query.where(entries.c.number <= last)
        if types:
            query = query.where(entries.c.type.in_(types))
        if kinds:
            query = query.where(entries.c.kind.in_(kinds))
        read = first - 1
        with self._reading(lambda: read + 1) as connection:
            try:
                for row in connection.execute(query.where(entries.c.number > read)).yield_per(_ROWS_AT_ONCE):
                    read = row[0]
                    yield Entry(*row)
                return
            except OperationalError as error:
                if "UTF-8" not in str(error.orig):
                    raise
        # A changed byte has made a text no text: its hash must tell so, not the driver. Slower, and only from there on.
        with self._reading(lambda: read + 1) as connection:
            driver = connection.connection.driver_connection
            assert driver is not None
            driver.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
            for row in connection.execute(query.where(entries.c.number > read)):
                read = row[0]
                yield Entry(*row)

    def snapshots(self) -> list[StoredSnapshot]:
        """The newest snapshots kept beside the record, and the one that belongs to removed entries."""
        query = select(snapshots.c.entry, snapshots.c.key, snapshots.c.content)
        newest = query.order_by(snapshots.c.entry.desc()).limit(SNAPSHOTS_KEPT)
        with self._reading(0) as connection:
            rows = list(connection.execute(newest))
            if self.base is not None:
                rows += connection.execute(query.where(snapshots.c.entry == self.base.entry))
        return [StoredSnapshot(*row) for row in dict.fromkeys(map(tuple, rows))]

    def every_snapshot(self) -> Iterator[StoredSnapshot]:
        """All snapshots that are kept, one at a time: also those up to which entries may be removed."""
        with self._reading(0) as connection:
            numbers = list(connection.execute(select(snapshots.c.entry).order_by(snapshots.c.entry)).scalars())
        query = select(snapshots.c.entry, snapshots.c.key, snapshots.c.content)
        for number in numbers:
            with self._reading(number) as connection:
                row = connection.execute(query.where(snapshots.c.entry == number)).first()
            if row is not None:  # a node that writes on has replaced it meanwhile
                yield StoredSnapshot(*row)

    def cuts(self) -> list[int]:
        """The entries up to which older ones may be removed, in order."""
        query = select(snapshots.c.entry).where(snapshots.c.cut.is_(True)).order_by(snapshots.c.entry)
        with self._reading(0) as connection:
            return list(connection.execute(query).scalars())

    def oldest_unsent(self) -> int | None:
        """The entry of the oldest message that no broker has accepted yet."""
        with self._reading(0) as connection:
            oldest: int | None = connection.execute(select(func.min(outbox.c.entry))).scalar_one()
            return oldest

    def size_bytes(self) -> int:
        """About how much the entries and snapshots hold, from samples: the same for a file and a server, and without what only waits to be used again."""
        first = 1 if self.base is None else self.base.entry
        last = self.end().number
        weight = func.length(entries.c.head) + func.length(entries.c.body) + ROW_BYTES
        sampled, count = 0, 0
        with self._reading(0) as connection:
            step = max((last - first) // _SAMPLES, _SAMPLE_ROWS)
            for begin in range(first + 1, last + 1, step):
                window = entries.c.number.between(begin, begin + _SAMPLE_ROWS - 1)
                total, rows = connection.execute(select(func.sum(weight), func.count()).where(window)).one()
                sampled, count = sampled + int(total or 0), count + rows
            held = connection.execute(select(func.sum(func.length(snapshots.c.content)))).scalar_one()
        return (last - first) * sampled // max(count, 1) + int(held or 0)

    def snapshot_seals(self, snapshots: list[StoredSnapshot]) -> list[SnapshotTaken]:
        """What the chain says of these snapshots: each seal follows the entry after which it was taken."""
        found: list[SnapshotTaken] = []
        for snapshot in snapshots:
            for entry in self.entries(first=snapshot.entry + 1, last=snapshot.entry + 1, kinds=(EntryKind.SEAL,)):
                seal = seal_of(entry)
                if isinstance(seal, SnapshotTaken):
                    found.append(seal)
        return found

    def newest_orders(self, count: int) -> list[Entry]:
        """The newest orders of exercise control, the oldest of them first."""
        return self._newest(ORDERS, count)

    def newest_shown(self, count: int) -> list[Entry]:
        """The newest entries that change slowly and stand on a console, the oldest of them first."""
        return self._newest(SHOWN, count)

    def _newest(self, where: TextClause, count: int) -> list[Entry]:
        query = select(entries).where(where).order_by(entries.c.number.desc()).limit(count)
        with self._reading(0) as connection:
            return [Entry(*row) for row in connection.execute(query)][::-1]

    def outbox(self) -> list[tuple[int, str]]:
        """The outbox as it stands: entry and message id."""
        query = select(outbox.c.entry, outbox.c.message).order_by(outbox.c.entry)
        with self._reading(0) as connection:
            return [(row[0], row[1]) for row in connection.execute(query)]

    def unsent(self) -> list[Entry]:
        """Messages that no broker has accepted yet, in order."""
        query = select(entries).join(outbox, entries.c.number == outbox.c.entry).order_by(entries.c.number)
        with self._reading(0) as connection:
            return [Entry(*row) for row in connection.execute(query)]

    @contextlib.contextmanager
    def _reading(self, place: int | Callable[[], int]) -> Iterator[Connection]:
        try:
            with self._engine.connect() as connection:
                yield connection
        except (DBAPIError, OSError, UnicodeDecodeError) as error:
            # Changed bytes may spoil even the names in the file, which the driver reads as text.
            number = place if isinstance(place, int) else place()
            raise self._unreadable(number, told(error)) from None

    def _unreadable(self, number: int, why: str) -> RecordError:
        return RecordError(
            f"the record cannot be read at entry {number} ({why})",
            "take a copy from a backup, or compare with partners' records",
            self.place.shown,
            entry=number,
        )


def read_record(where: str | Path) -> Iterable[Entry]:
    """All entries of one node's record, in order; unverified, `bongsu record verify` does that."""
    with RecordReader(where) as reader:
        yield from reader.entries()
