"""Reading a record, also while its node writes."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from sqlalchemy import Connection, TextClause, select
from sqlalchemy.exc import DBAPIError, OperationalError

from bongsu.adapters.store.places import FILE_NAME, Durability, Place, place_of, told
from bongsu.adapters.store.tables import ORDERS, SHOWN, ends, entries, outbox, snapshots
from bongsu.base.errors import BadInput, RecordError
from bongsu.record.chain import End
from bongsu.record.entry import Entry, EntryKind, SnapshotTaken, seal_of
from bongsu.record.snapshot import StoredSnapshot

_ROWS_AT_ONCE = 1_000


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

    def entries(
        self, first: int = 1, last: int | None = None, types: tuple[str, ...] = (), kinds: tuple[str, ...] = ()
    ) -> Iterator[Entry]:
        """Entries in order, from `first` to `last`, of these types and kinds only if given. Raises `RecordError` where the file is broken."""
        query = select(entries).order_by(entries.c.number)
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
        """The snapshots kept beside the record."""
        with self._reading(0) as connection:
            rows = connection.execute(select(snapshots.c.entry, snapshots.c.key, snapshots.c.content))
            return [StoredSnapshot(*row) for row in rows]

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
            raise RecordError(
                f"the record cannot be read at entry {number} ({told(error)})",
                "take a copy from a backup, or compare with partners' records",
                self.place.shown,
                entry=number,
            ) from None


def read_record(where: str | Path) -> Iterable[Entry]:
    """All entries of one node's record, in order; unverified, `bongsu record verify` does that."""
    with RecordReader(where) as reader:
        yield from reader.entries()
