"""Writing a record: SQLAlchemy Core, the same statements for a file and a server.

Two ways to write, by `Durability`:

* `DISK`, a live node: one writer thread that commits in groups, each down to the disk (SQLite: WAL, synchronous=FULL; PostgreSQL:
  synchronous_commit). `append` never waits; `on_durable` tells (on the writer's thread) up to which entry everything is on disk. What nobody
  waits for is there within 100 ms, the rest with the next commit.
* `MEMORY_SPEED`, virtual time: nothing real is at stake and the run can be played again, so the caller's thread writes big batches without waiting
  for the disk, and an entry counts as durable when it is appended.

A commit that fails is announced (`on_failure`), what waits is kept and tried again each second; the node goes on meanwhile. A server may have
committed what it could not confirm: the next attempt looks where the record ends and writes only what follows.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, func, insert, select, update
from sqlalchemy.exc import DBAPIError

from bongsu.adapters.store.places import Durability, Place, place_of, told
from bongsu.adapters.store.schema import prepare
from bongsu.adapters.store.tables import SNAPSHOTS_KEPT, bases, ends, entries, outbox, snapshots
from bongsu.base.errors import RecordError
from bongsu.base.limits import (
    RECORD_BACKLOG_COUNT,
    RECORD_BATCH_COUNT,
    RECORD_COMMIT_S,
    RECORD_DROP_COUNT,
    RECORD_RETRY_S,
)
from bongsu.record.base import Base
from bongsu.record.chain import End
from bongsu.record.codec import encode
from bongsu.record.entry import Entry
from bongsu.record.snapshot import StoredSnapshot

_ROWS_PER_STATEMENT = 256  # of 13 values: well under the 32,766 of one statement, SQLite's and PostgreSQL's


class _Batch(msgspec.Struct):
    """What waits for the next commit."""

    entries: list[Entry]
    end: End | None
    leaving: list[tuple[int, str]]
    sent: list[str]
    snapshots: list[StoredSnapshot]
    bases: list[Base]

    def empty(self) -> bool:
        """Whether nothing waits."""
        return not (self.entries or self.sent or self.snapshots or self.bases)


def _ignore_number(_number: int) -> None:
    """Nobody waits."""


def _ignore_text(_text: str | None) -> None:
    """Nobody listens."""


class Store:
    """Writer of one node's record. Appending is for one thread (the core's); `mark_sent` for any."""

    def __init__(
        self,
        where: Path | str | Place,
        durability: Durability = Durability.DISK,
        on_durable: Callable[[int], None] = _ignore_number,
        on_failure: Callable[[str | None], None] = _ignore_text,
    ) -> None:
        self.place = place_of(where)
        self.durability = durability
        self.on_durable = on_durable
        self.on_failure = on_failure
        self.failed: str | None = None
        self._engine = self.place.engine(durability)
        self._connection = prepare(self._engine, self.place)
        self._statements: dict[tuple[str, int], str] = {}
        self._lock = threading.Condition()
        self._waiting = _nothing()
        self._urgent = False
        self._closing = False
        self._given_up = False
        self._dropping = _dropping(self._connection)
        self._drop_all = False
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

    def remove(self, base: Base) -> None:
        """Let `base` stand for the entries up to its own, from the next commit on; their rows are dropped bit by bit after that."""
        with self._lock:
            self._waiting.bases.append(base)
            self._wake(False)

    def close(self, drop_all: bool = False) -> None:
        """Write what waits and close the file; `drop_all`: drop all rows of removed entries before. Raises `RecordError` if it cannot be written."""
        with self._lock:
            self._closing, self._drop_all = True, drop_all
            self._lock.notify()
        if self._thread is not None:
            self._thread.join()
        else:
            self._flush()
        if self.failed is None and self.durability is Durability.DISK:
            self.place.closed(self._connection, shrink=drop_all)
        self._connection.close()
        self._engine.dispose()
        if self.failed is not None:
            raise RecordError(
                f"the end of the record could not be written ({self.failed})", "free the disk", self.place.shown
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
                self._lock.wait_for(lambda: self._closing or self._dropping > 0 or not self._waiting.empty())
                self._lock.wait_for(lambda: self._urgent or self._closing, timeout=RECORD_COMMIT_S)
                if self._waiting.empty() and (self._closing or self._dropping == 0):
                    if self._drop_all and self._dropping > 0:
                        self._drop_some()
                        continue
                    return
                if self.failed is not None and not self._closing:
                    self._lock.wait_for(lambda: self._closing, timeout=RECORD_RETRY_S)
                closing = self._closing
            if not self._flush():
                if closing:
                    return
            elif self._dropping > 0:
                self._drop_some()

    def _flush(self) -> bool:
        """Commit everything that waits as one transaction; on failure it waits again."""
        with self._lock:
            batch, self._waiting, self._urgent = self._waiting, _nothing(), False
        if batch.empty():
            return True
        try:
            with self._connection.begin():
                self._write(batch if self.failed is None else self._unwritten(batch))
        except (DBAPIError, OSError) as error:
            self.place.failed(self._connection)
            self._fail(batch, told(error))
            return False
        if self.failed is not None:
            self.failed = None
            self.on_failure(None)
        if batch.bases:
            self._dropping = batch.bases[-1].entry
        if batch.end is not None and self._thread is not None:
            self.on_durable(batch.end.number)
        return True

    def _drop_some(self) -> None:
        """Drop rows of removed entries, so few that no commit waits long for it.

        Where it fails it rests: the rows go with those of the next base, or at the next start, which count from the lowest that is left.
        """
        try:
            with self._connection.begin():
                lowest = self._connection.execute(_LOWEST).scalar_one()
                last = min(self._dropping, (lowest or self._dropping) + RECORD_DROP_COUNT - 1)
                gone = (entries.c.number > 1) & (entries.c.number <= last)
                self._connection.execute(entries.delete().where(gone))
        except (DBAPIError, OSError):
            self.place.failed(self._connection)
            self._dropping = 0
            return
        if last == self._dropping:
            self._dropping = 0

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
                batch.bases + since.bases,
            )
            overfull = len(self._waiting.entries) > RECORD_BACKLOG_COUNT
            if overfull:
                self._given_up = True
                self._waiting = _nothing()
        first = self.failed is None
        self.failed = reason
        if overfull:
            self.on_failure(f"{reason}; given up after {RECORD_BACKLOG_COUNT} entries: what follows is on no record")
        elif first:
            self.on_failure(reason)

    def _unwritten(self, batch: _Batch) -> _Batch:
        """After a failure: what of a batch is not there. A commit may have been made and its confirmation lost on the way."""
        number, newest = self._connection.execute(select(ends.c.number, ends.c.hash)).one()
        begun = bool(batch.entries) and number >= batch.entries[0].number
        if begun and all((entry.number, entry.hash) != (number, newest) for entry in batch.entries):
            raise OSError("somebody else writes this record")
        return msgspec.structs.replace(
            batch,
            entries=[entry for entry in batch.entries if entry.number > number],
            leaving=[row for row in batch.leaving if row[0] > number],
        )

    def _write(self, batch: _Batch) -> None:
        self._insert(entries, [msgspec.structs.astuple(entry) for entry in batch.entries])
        if batch.end is not None:
            self._connection.execute(
                update(ends).values(number=batch.end.number, hash=batch.end.hash, digest=batch.end.digest)
            )
        sent = set(batch.sent)
        self._insert(outbox, [row for row in batch.leaving if row[1] not in sent])
        for part in _parts(batch.sent):
            self._connection.execute(outbox.delete().where(outbox.c.message.in_(part)))
        for snapshot in batch.snapshots:
            self._connection.execute(snapshots.delete().where(snapshots.c.entry == snapshot.entry))
            self._connection.execute(insert(snapshots).values(**msgspec.structs.asdict(snapshot)))
            kept = select(snapshots.c.entry).order_by(snapshots.c.entry.desc()).limit(SNAPSHOTS_KEPT)
            self._connection.execute(
                snapshots.delete().where(snapshots.c.entry.not_in(kept), snapshots.c.cut.is_(False))
            )
        for base in batch.bases:
            self._connection.execute(bases.delete())
            self._connection.execute(insert(bases).values(entry=base.entry, body=encode(base)))
            self._connection.execute(snapshots.delete().where(snapshots.c.entry < base.entry))

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


def _nothing() -> _Batch:
    return _Batch([], None, [], [], [], [])


_LOWEST = select(func.min(entries.c.number)).where(entries.c.number > 1)


def _dropping(connection: Connection) -> int:
    """The entry up to which rows must still go: a node may have ended in the middle of it. 0: there are none."""
    with connection.begin():
        entry = connection.execute(select(func.max(bases.c.entry))).scalar_one() or 0
        lowest = connection.execute(_LOWEST).scalar_one() if entry else None
    return entry if lowest is not None and lowest <= entry else 0


def _parts(rows: list[Any]) -> Iterator[list[Any]]:
    return (rows[begin : begin + _ROWS_PER_STATEMENT] for begin in range(0, len(rows), _ROWS_PER_STATEMENT))
