"""A record's file that has no seal, because its node still writes it or ended by force: what can be known of the bytes beside the chain.

SQLite's own check (structure, indices against their tables), the wording of the tables, the header's fields, the bytes that hold nothing (`unused.py`), and the
frames of the `-wal` file (`wal.py`). What remains is named in docs/reference/record.md.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import DBAPIError

from bongsu.adapters.store import unused, wal
from bongsu.adapters.store.places import Durability, FilePlace, Place, told
from bongsu.adapters.store.tables import bases, entries, meta, version
from bongsu.record.verify import Broken

_TRIES, _BETWEEN_S = 5, 0.05
"""A frame that its node is writing just now is whole a moment later; one that does not hold twice at one place is not being written."""


def check(place: Place) -> Broken | None:
    """What is wrong with the file; None: nothing, or it has a seal (`file_seal.py`), or lies on a server."""
    if not isinstance(place, FilePlace) or place.seal.is_file():
        return None
    engine = place.engine(Durability.DISK, read_only=True)
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN")  # what is looked at stays as it is, however its node writes on
            connection.exec_driver_sql("SELECT number FROM ends").all()
            fault = _fault(place.path, connection)
    except (DBAPIError, OSError, IndexError, UnicodeDecodeError) as error:
        fault = f"the file cannot be looked through ({told(error)})"
    finally:
        engine.dispose()
    return Broken(0, "changed", fault) if fault else None


def _fault(path: Path, connection: Connection) -> str:
    log = _log(path)
    if log is not None and log.fault:
        return f"{path.name}-wal: {log.fault}: changed, or cut by a power failure in the middle of a commit"
    found = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalars().all()
    if found != ["ok"]:
        return f"SQLite says of the file: {' '.join(str(found[0]).split())}"
    if connection.exec_driver_sql("SELECT id FROM ends").scalars().all() != [1]:
        return "the noted end has another name"
    with path.open("rb") as file:
        pages = _pages(file, log)
        first = pages.page(1)
        fault = unused.header_fault(first)
        if fault or not unused.marked(first):
            return fault and f"{fault} is changed"
        if _wording(connection) != _wording_of_new():
            return "the tables are not worded as they were made"
        tables = connection.exec_driver_sql("SELECT name, rootpage FROM sqlite_master WHERE type = 'table'").all()
        roots = {str(name): int(page) for name, page in tables}
        removed = connection.exec_driver_sql(f"SELECT count(*) FROM {bases.name}").scalar_one()
        appended = 0 if removed else roots[entries.name]
        fault = unused.unused_fault(pages, [1, *roots.values()], appended)
    return f"{fault} holds something where nothing stands" if fault else ""


def _log(path: Path) -> wal.Wal | None:
    name = path.with_name(f"{path.name}-wal")
    log = wal.read(name)
    for _ in range(_TRIES):
        if log is None or not log.fault:
            break
        time.sleep(_BETWEEN_S)
        before, log = log, wal.read(name)
        if log is not None and log.fault == before.fault:
            break
    return log


def _pages(file: BinaryIO, log: wal.Wal | None) -> unused.Pages:
    """Each page in its newest committed state: from the `-wal` file where it stands there."""
    newest = {} if log is None else log.pages
    size, usable = unused.sizes(newest.get(1) or file.read(100))

    def page(number: int) -> bytes:
        if number in newest:
            return newest[number]
        file.seek((number - 1) * size)
        return file.read(size)

    return unused.Pages(usable, page)


def _wording(connection: Connection) -> list[str]:
    """What made tables and indices, without blanks and quotes."""
    rows = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL").scalars()
    return sorted("".join(str(row).split()).replace('"', "") for row in rows)


def _wording_of_new() -> list[str]:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        meta.create_all(connection)
        version.create(connection)
        found = _wording(connection)
    engine.dispose()
    return found
