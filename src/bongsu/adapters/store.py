"""The record on disk: SQLAlchemy Core on SQLite, one file `record.db` in a node's folder.

Two ways to write, by `Durability`:

* `DISK`, a live node: WAL with synchronous=FULL and one writer thread that commits in groups. `append` never waits; `on_durable` tells (on the
  writer's thread) up to which entry everything is on disk. What nobody waits for is there within 100 ms, the rest with the next commit.
* `MEMORY_SPEED`, virtual time: nothing real is at stake and the run can be played again, so the caller's thread writes big batches with
  synchronous=OFF, and an entry counts as durable when it is appended.

A commit that fails is announced (`on_failure`), what waits is kept and tried again each second; the node goes on meanwhile.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    TextClause,
    create_engine,
    event,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import NullPool

from bongsu.base.errors import BadInput, RecordError
from bongsu.base.limits import RECORD_BACKLOG_COUNT, RECORD_BATCH_COUNT, RECORD_COMMIT_S, RECORD_RETRY_S
from bongsu.record.chain import End
from bongsu.record.entry import Entry, EntryKind, SnapshotTaken, seal_of
from bongsu.record.snapshot import StoredSnapshot

FILE_NAME = "record.db"
_ROWS_PER_STATEMENT = 256  # of 13 values: well under SQLite's 32,766 in one statement
_ROWS_AT_ONCE = 1_000
_BUSY_S = 0.5  # another program that holds the file longer is a failing disk
_SNAPSHOTS_KEPT = 3

_meta = MetaData()
_entries = Table(
    "entries",
    _meta,
    Column("number", Integer, primary_key=True),
    Column("kind", String, nullable=False),
    Column("item", String, nullable=False),
    Column("type", String, nullable=False),
    Column("event_ns", Integer, nullable=False),
    Column("receipt_ns", Integer, nullable=False),
    Column("link_ns", Integer, nullable=False),
    Column("origin", String, nullable=False),
    Column("mode", String, nullable=False),
    Column("exercise", String, nullable=False),
    Column("head", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)
# What a restart looks for in a long record, each with a small index of its own: SQLite uses it where a query has these very words.
_ORDERS = text("type = 'exercise_order'")
_SHOWN = text(
    "type IN ('event', 'alarm', 'alert', 'alert_draft', 'consultation', 'delivery', 'freshness', 'health', 'sensor_status', 'unreadable')"
)
Index("orders", _entries.c.number, sqlite_where=_ORDERS)
Index("shown", _entries.c.number, sqlite_where=_SHOWN)
_end = Table(
    "ends",
    _meta,
    Column("id", Integer, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("digest", LargeBinary, nullable=False),
)
_outbox = Table(
    "outbox", _meta, Column("entry", Integer, primary_key=True), Column("message", String, nullable=False, index=True)
)
_snapshots = Table(
    "snapshots",
    _meta,
    Column("entry", Integer, primary_key=True),
    Column("key", String, nullable=False),
    Column("content", LargeBinary, nullable=False),
)


class Durability(StrEnum):
    """What an appended entry must survive: a power cut, or nothing (a run that can be played again)."""

    DISK = "disk"
    MEMORY_SPEED = "memory_speed"


class _Batch(msgspec.Struct):
    """What waits for the next commit."""

    entries: list[Entry]
    end: End | None
    leaving: list[tuple[int, str]]
    sent: list[str]
    snapshots: list[StoredSnapshot]

    def empty(self) -> bool:
        """Whether nothing waits."""
        return not (self.entries or self.sent or self.snapshots)


def _ignore_number(_number: int) -> None:
    """Nobody waits."""


def _ignore_text(_text: str | None) -> None:
    """Nobody listens."""


class Store:
    """Writer of one node's record. Appending is for one thread (the core's); `mark_sent` for any."""

    def __init__(
        self,
        folder: Path,
        durability: Durability = Durability.DISK,
        on_durable: Callable[[int], None] = _ignore_number,
        on_failure: Callable[[str | None], None] = _ignore_text,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.durability = durability
        self.on_durable = on_durable
        self.on_failure = on_failure
        self.failed: str | None = None
        self._engine = _open_engine(folder / FILE_NAME, durability)
        self._connection = _prepare(self._engine, folder / FILE_NAME)
        self._statements: dict[tuple[str, int], str] = {}
        self._lock = threading.Condition()
        self._waiting = _Batch([], None, [], [], [])
        self._urgent = False
        self._closing = False
        self._given_up = False
        self._thread: threading.Thread | None = None
        if durability is Durability.DISK:
            self._thread = threading.Thread(target=self._write_on, name="record writer", daemon=True)
            self._thread.start()

    def append(self, entries: list[Entry], end: End, leaving: list[tuple[int, str]], urgent: bool) -> None:
        """Take entries of one step; all or none of them will be found after a crash.

        `leaving`: those that are messages (entry, message id), kept in the outbox until marked sent. `urgent`: commit at once, somebody waits.
        """
        with self._lock:
            assert not self._closing
            if self._given_up:
                return
            self._waiting.entries += entries
            if self._thread is not None:
                self._waiting.leaving += leaving
            self._waiting.end = end
            self._wake(urgent)
        if self._thread is None:
            if len(self._waiting.entries) >= RECORD_BATCH_COUNT:
                self._flush()
            self.on_durable(end.number)

    def mark_sent(self, message: str) -> None:
        """The broker has accepted a message: it leaves the outbox and is not offered again after a restart."""
        if self._thread is None:
            return
        with self._lock:
            self._waiting.sent.append(message)
            self._wake(False)

    def keep_snapshot(self, snapshot: StoredSnapshot) -> None:
        """Keep a snapshot; only the newest few stay."""
        with self._lock:
            self._waiting.snapshots.append(snapshot)
            self._wake(False)

    def close(self) -> None:
        """Write what waits and close the file. Raises `RecordError` if it cannot be written."""
        with self._lock:
            self._closing = True
            self._lock.notify()
        if self._thread is not None:
            self._thread.join()
        else:
            self._flush()
        if self.failed is None and self.durability is Durability.DISK:
            # One file that can be copied; where somebody reads just now it stays in two, which is as good.
            with contextlib.suppress(OperationalError):
                self._connection.exec_driver_sql("PRAGMA journal_mode=DELETE")
        self._connection.close()
        self._engine.dispose()
        if self.failed is not None:
            raise RecordError(
                f"the end of the record could not be written ({self.failed})", "free the disk", str(self.folder)
            )

    def _wake(self, urgent: bool) -> None:
        if urgent and not self._urgent:
            self._urgent = True
            self._lock.notify()
        elif self._thread is not None and not self._urgent:
            self._lock.notify()

    def _write_on(self) -> None:
        """The writer's thread: commit what waits, at once if urgent, else what came within 100 ms together."""
        while True:
            with self._lock:
                self._lock.wait_for(lambda: self._closing or not self._waiting.empty())
                self._lock.wait_for(lambda: self._urgent or self._closing, timeout=RECORD_COMMIT_S)
                if self._waiting.empty():
                    return
                if self.failed is not None and not self._closing:
                    self._lock.wait_for(lambda: self._closing, timeout=RECORD_RETRY_S)
                closing = self._closing
            if not self._flush() and closing:
                return

    def _flush(self) -> bool:
        """Commit everything that waits as one transaction; on failure it waits again."""
        with self._lock:
            batch, self._waiting, self._urgent = self._waiting, _Batch([], None, [], [], []), False
        try:
            with self._connection.begin():
                self._write(batch)
        except DBAPIError as error:
            self._fail(batch, str(error.orig))
            return False
        if self.failed is not None:
            self.failed = None
            self.on_failure(None)
        if batch.end is not None and self._thread is not None:
            self.on_durable(batch.end.number)
        return True

    def _fail(self, batch: _Batch, reason: str) -> None:
        """Say so, and put the batch back in front of what came since."""
        with self._lock:
            since = self._waiting
            self._waiting = _Batch(
                batch.entries + since.entries,
                since.end or batch.end,
                batch.leaving + since.leaving,
                batch.sent + since.sent,
                batch.snapshots + since.snapshots,
            )
            overfull = len(self._waiting.entries) > RECORD_BACKLOG_COUNT
            if overfull:
                self._given_up = True
                self._waiting = _Batch([], None, [], [], [])
        first = self.failed is None
        self.failed = reason
        if overfull:
            self.on_failure(f"{reason}; given up after {RECORD_BACKLOG_COUNT} entries: what follows is on no record")
        elif first:
            self.on_failure(reason)

    def _write(self, batch: _Batch) -> None:
        self._insert(_entries, [msgspec.structs.astuple(entry) for entry in batch.entries])
        if batch.end is not None:
            self._connection.execute(
                update(_end).values(number=batch.end.number, hash=batch.end.hash, digest=batch.end.digest)
            )
        sent = set(batch.sent)
        self._insert(_outbox, [row for row in batch.leaving if row[1] not in sent])
        for part in _parts(batch.sent):
            self._connection.execute(_outbox.delete().where(_outbox.c.message.in_(part)))
        for snapshot in batch.snapshots:
            self._connection.execute(insert(_snapshots).values(**msgspec.structs.asdict(snapshot)))
            kept = select(_snapshots.c.entry).order_by(_snapshots.c.entry.desc()).limit(_SNAPSHOTS_KEPT)
            self._connection.execute(_snapshots.delete().where(_snapshots.c.entry.not_in(kept)))

    def _insert(self, table: Table, rows: list[Any]) -> None:
        """Many rows in each statement: a single step for SQLite. One step a row would wait for the interpreter's lock once a row."""
        for part in _parts(rows):
            flat = tuple(value for row in part for value in row)
            self._connection.exec_driver_sql(self._statement(table, len(part)), flat)

    def _statement(self, table: Table, count: int) -> str:
        statement = self._statements.get((table.name, count))
        if statement is None:
            names = {column.name: None for column in table.columns}
            statement = str(insert(table).values([names] * count).compile(dialect=self._engine.dialect))
            self._statements[(table.name, count)] = statement
        return statement


def _parts(rows: list[Any]) -> Iterator[list[Any]]:
    return (rows[begin : begin + _ROWS_PER_STATEMENT] for begin in range(0, len(rows), _ROWS_PER_STATEMENT))


class RecordReader:
    """Reads the record of a folder, also while its node writes. Use it as a context manager."""

    def __init__(self, folder: Path, name: str = FILE_NAME) -> None:
        path = folder / name
        if not path.is_file():
            raise BadInput(
                "no record here", f"give one node's folder, such as DIR/record/kr, that holds {FILE_NAME}", str(folder)
            )
        self.folder = folder
        self._path = path
        self._engine = _open_engine(path, Durability.DISK, read_only=True)

    def __enter__(self) -> RecordReader:
        return self

    def __exit__(self, *_: object) -> None:
        self._engine.dispose()

    def end(self) -> End:
        """Where the writer says that the record ends. Raises `RecordError`."""
        with self._reading(0) as connection:
            row = connection.execute(select(_end.c.number, _end.c.hash, _end.c.digest)).one()
            return End(*row)

    def entries(
        self, first: int = 1, last: int | None = None, types: tuple[str, ...] = (), kinds: tuple[str, ...] = ()
    ) -> Iterator[Entry]:
        """Entries in order, from `first` to `last`, of these types and kinds only if given. Raises `RecordError` where the file is broken."""
        query = select(_entries).order_by(_entries.c.number)
        if last is not None:
            query = query.where(_entries.c.number <= last)
        if types:
            query = query.where(_entries.c.type.in_(types))
        if kinds:
            query = query.where(_entries.c.kind.in_(kinds))
        read = first - 1
        with self._reading(lambda: read + 1) as connection:
            try:
                for row in connection.execute(query.where(_entries.c.number > read)).yield_per(_ROWS_AT_ONCE):
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
            for row in connection.execute(query.where(_entries.c.number > read)):
                read = row[0]
                yield Entry(*row)

    def snapshots(self) -> list[StoredSnapshot]:
        """The snapshots kept beside the record."""
        with self._reading(0) as connection:
            rows = connection.execute(select(_snapshots.c.entry, _snapshots.c.key, _snapshots.c.content))
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
        return self._newest(_ORDERS, count)

    def newest_shown(self, count: int) -> list[Entry]:
        """The newest entries that change slowly and stand on a console, the oldest of them first."""
        return self._newest(_SHOWN, count)

    def _newest(self, where: TextClause, count: int) -> list[Entry]:
        query = select(_entries).where(where).order_by(_entries.c.number.desc()).limit(count)
        with self._reading(0) as connection:
            return [Entry(*row) for row in connection.execute(query)][::-1]

    def unsent(self) -> list[Entry]:
        """Messages that no broker has accepted yet, in order."""
        query = select(_entries).join(_outbox, _entries.c.number == _outbox.c.entry).order_by(_entries.c.number)
        with self._reading(0) as connection:
            return [Entry(*row) for row in connection.execute(query)]

    @contextlib.contextmanager
    def _reading(self, place: int | Callable[[], int]) -> Iterator[Connection]:
        try:
            with self._engine.connect() as connection:
                yield connection
        except (DBAPIError, UnicodeDecodeError) as error:
            # Changed bytes may spoil even the names in the file, which the driver reads as text.
            number = place if isinstance(place, int) else place()
            told = error.orig if isinstance(error, DBAPIError) else error
            raise RecordError(
                f"the file cannot be read at entry {number} ({told})",
                "take a copy from a backup, or compare with partners' records",
                str(self._path),
                entry=number,
            ) from None


def read_record(folder: str | Path) -> Iterable[Entry]:
    """All entries of one node's record, in order; unverified, `bongsu record verify` does that."""
    with RecordReader(Path(folder)) as reader:
        yield from reader.entries()


def _open_engine(path: Path, durability: Durability, read_only: bool = False) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}", poolclass=NullPool, connect_args={"check_same_thread": False, "timeout": _BUSY_S}
    )

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, _: object) -> None:
        if read_only:
            connection.execute("PRAGMA query_only=ON")
        elif durability is Durability.DISK:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
        else:
            connection.execute("PRAGMA journal_mode=MEMORY")
            connection.execute("PRAGMA synchronous=OFF")

    return engine


def _prepare(engine: Engine, path: Path) -> Connection:
    """Make the tables of a new record; refuse a file that is none."""
    try:
        with engine.begin() as connection:
            _meta.create_all(connection)
            if connection.execute(select(_end.c.id)).first() is None:
                start = End()
                connection.execute(insert(_end).values(id=1, number=0, hash=start.hash, digest=start.digest))
        return engine.connect()
    except DBAPIError as error:
        raise BadInput(
            f"the record cannot be written ({error.orig})", "free it, or give another folder", str(path)
        ) from None
