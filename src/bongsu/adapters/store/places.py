"""Where a record lies: a SQLite file in the node's folder, or a schema of a PostgreSQL database.

A place knows how to open it, which epochs of the same node were set aside beside it, and nothing of what a record is made of.
"""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
import ssl
from abc import ABC, abstractmethod
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.pool import NullPool

from bongsu.adapters.store.unused import APPLICATION
from bongsu.base.errors import BadInput
from bongsu.base.limits import RECORD_SERVER_READ_S, RECORD_SERVER_S

FILE_NAME = "record.db"
_BUSY_S = 0.5  # another program that holds the file longer is a failing disk
_SCHEME = "postgresql"
_SCHEMA = re.compile(r"[a-z][a-z0-9_]{0,39}")
_QUERY = {"schema", "host", "sslmode", "sslrootcert"}
_HERE = ("", "localhost", "127.0.0.1", "::1")


class Durability(StrEnum):
    """What an appended entry must survive: a power cut, or nothing (a run that can be played again)."""

    DISK = "disk"
    MEMORY_SPEED = "memory_speed"


class Place(ABC):
    """One record's place. `shown` names it to people, without secrets."""

    shown: str

    @abstractmethod
    def exists(self) -> bool:
        """Whether a record lies there. Raises `BadInput` where that cannot be told."""

    @abstractmethod
    def engine(self, durability: Durability, read_only: bool = False) -> Engine:
        """A way to open it."""

    @abstractmethod
    def begin(self, connection: Connection) -> None:
        """Make room for a new record, and check that the place keeps what it says that it keeps. Raises `BadInput`."""

    @abstractmethod
    def migrated(self, connection: Connection) -> None:
        """The tables were brought up to date."""

    @abstractmethod
    def epochs(self) -> list[int]:
        """The epochs that were set aside here, in order."""

    @abstractmethod
    def epoch(self, number: int) -> Place:
        """The place of one that was set aside."""

    @abstractmethod
    def set_aside(self, epoch: int) -> None:
        """Give this record the name of its epoch, so that a new one may begin."""

    @abstractmethod
    def failed(self, connection: Connection) -> None:
        """A commit has failed: get the connection ready for the next attempt."""

    @abstractmethod
    def closed(self, connection: Connection, shrink: bool) -> None:
        """The record has ended in order; `shrink`: most of it is gone, and the space is to be given back."""


class FilePlace(Place):
    """A SQLite file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.seal = path.with_name(path.name + ".seal")
        self.shown = str(path)

    def exists(self) -> bool:
        """Whether the file is there."""
        return self.path.is_file()

    def engine(self, durability: Durability, read_only: bool = False) -> Engine:
        """Live: WAL, and every commit down to the disk. Who only reads changes no byte, not even of what ended by force."""
        if not read_only:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        address = f"{self.path.absolute().as_uri()}?mode={'ro' if read_only else 'rwc'}"

        def connect() -> sqlite3.Connection:
            return sqlite3.connect(address, uri=True, timeout=_BUSY_S, check_same_thread=False)

        engine = create_engine("sqlite://", poolclass=NullPool, creator=connect)

        @event.listens_for(engine, "connect")
        def _set_up(connection: Any, _: object) -> None:
            if read_only:
                return
            connection.execute(
                "PRAGMA secure_delete=ON"
            )  # what holds nothing is zero, which can be checked (`unused.py`)
            if durability is Durability.DISK:
                connection.execute("PRAGMA journal_mode=WAL")
                connection.execute("PRAGMA synchronous=FULL")
            else:
                connection.execute("PRAGMA journal_mode=MEMORY")
                connection.execute("PRAGMA synchronous=OFF")

        return engine

    def begin(self, connection: Connection) -> None:
        """The file is made when it is opened, and marked as one of this kind; what is written to is no longer sealed."""
        self.seal.unlink(missing_ok=True)
        if connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one() == 0:
            connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION}")

    def migrated(self, connection: Connection) -> None:
        """Its tables are worded otherwise now than those of a new one."""
        connection.exec_driver_sql("PRAGMA application_id=0")

    def epochs(self) -> list[int]:
        """From the names of the files beside it."""
        found = (
            re.fullmatch(r"record-epoch-([0-9]+)\.db", path.name) for path in self.path.parent.glob("record-epoch-*.db")
        )
        return sorted(int(match[1]) for match in found if match is not None)

    def epoch(self, number: int) -> Place:
        """`record-epoch-N.db`."""
        return FilePlace(self.path.with_name(f"record-epoch-{number}.db"))

    def set_aside(self, epoch: int) -> None:
        """Rename the file, and what SQLite keeps beside it."""
        for suffix in ("", "-wal", "-shm", ".seal"):
            path = self.path.with_name(self.path.name + suffix)
            if path.exists():
                path.rename(self.path.with_name(f"record-epoch-{epoch}.db{suffix}"))

    def failed(self, connection: Connection) -> None:
        """Nothing: the file stays open."""

    def closed(self, connection: Connection, shrink: bool) -> None:
        """One file that can be copied; where somebody reads just now it stays in two, which is as good."""
        with contextlib.suppress(OperationalError):
            if shrink:
                connection.exec_driver_sql("VACUUM")
            connection.exec_driver_sql("PRAGMA journal_mode=DELETE")


class ServerPlace(Place):
    """A schema of a PostgreSQL database: `postgresql://USER@HOST:PORT/DATABASE?schema=NAME`.

    The password may stand in the variable PGPASSWORD instead. To another machine TLS is required, and its certificate checked, unless
    `sslmode=disable` says otherwise; `sslrootcert=FILE` names the authority. `host=FOLDER` is that of a local socket.
    """

    def __init__(self, url: str, schema: str = "") -> None:
        self._url = _parsed(url)
        self._schema = schema or _one(self._url, "schema") or "bongsu"
        if _SCHEMA.fullmatch(self._schema) is None:
            raise BadInput(f"{self._schema!r} is not a schema", "use lower-case letters, digits and _", url)
        bare = self._url.set(password=None, query={**self._url.query, "schema": self._schema})
        self.shown = bare.render_as_string()

    def exists(self) -> bool:
        """Whether the schema holds a record."""
        with self._asking() as connection:
            query = text("SELECT to_regclass(:name) IS NOT NULL")
            return bool(connection.execute(query, {"name": f'"{self._schema}".ends'}).scalar_one())

    def engine(self, durability: Durability, read_only: bool = False) -> Engine:
        """Live: a commit returns when it is on the server's disk."""
        limit_s = RECORD_SERVER_READ_S if read_only else RECORD_SERVER_S
        url = URL.create(
            "postgresql+pg8000",
            self._url.username or os.environ.get("PGUSER") or "bongsu",
            self._url.password or os.environ.get("PGPASSWORD"),
            self._url.host,
            self._url.port,
            self._url.database,
        )
        try:
            engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": limit_s, **self._arguments()})
        except ModuleNotFoundError:
            raise BadInput(
                "a record on a PostgreSQL server needs pg8000", 'run `pip install "bongsu[postgresql]"`', self.shown
            ) from None

        @event.listens_for(engine, "connect")
        def _set_up(connection: Any, _: object) -> None:
            cursor = connection.cursor()
            cursor.execute(f'SET search_path TO "{self._schema}"')
            cursor.execute(f"SET synchronous_commit TO {'on' if durability is Durability.DISK else 'off'}")
            if read_only:
                cursor.execute("SET default_transaction_read_only TO on")
            connection.commit()

        return engine

    def begin(self, connection: Connection) -> None:
        """Make the schema. A server that does not write to its disk would make each acknowledgement untrue."""
        if connection.exec_driver_sql("SHOW fsync").scalar_one() != "on":
            raise BadInput("the server's fsync is off: it keeps nothing through a power cut", "turn it on", self.shown)
        connection.exec_driver_sql(f'CREATE SCHEMA IF NOT EXISTS "{self._schema}"')

    def migrated(self, connection: Connection) -> None:
        """Nothing: a server keeps no file of ours."""

    def epochs(self) -> list[int]:
        """From the names of the schemas beside it."""
        with self._asking() as connection:
            names = connection.execute(text("SELECT nspname FROM pg_namespace")).scalars().all()
        found = (re.fullmatch(re.escape(self._schema) + r"_epoch_([0-9]+)", name) for name in names)
        return sorted(int(match[1]) for match in found if match is not None)

    def epoch(self, number: int) -> Place:
        """`SCHEMA_epoch_N`."""
        return ServerPlace(self._url.render_as_string(hide_password=False), f"{self._schema}_epoch_{number}")

    def set_aside(self, epoch: int) -> None:
        """Rename the schema."""
        with self._asking() as connection:
            connection.exec_driver_sql(f'ALTER SCHEMA "{self._schema}" RENAME TO "{self._schema}_epoch_{epoch}"')
            connection.commit()

    def failed(self, connection: Connection) -> None:
        """Whatever it was, the next attempt begins with a new connection."""
        connection.invalidate()

    def closed(self, connection: Connection, shrink: bool) -> None:
        """Nothing: the server goes on, and gives space back by itself."""

    @contextlib.contextmanager
    def _asking(self) -> Any:
        engine = self.engine(Durability.DISK)
        try:
            with engine.connect() as connection:
                yield connection
        except (DBAPIError, OSError) as error:
            raise BadInput(
                f"the record's server does not answer ({told(error)})",
                "see that it runs and lets this user in",
                self.shown,
            ) from None
        finally:
            engine.dispose()

    def _arguments(self) -> dict[str, Any]:
        """How to reach it, beside address and user."""
        folder, mode = _one(self._url, "host"), _one(self._url, "sslmode")
        if folder:
            return {"unix_sock": f"{folder}/.s.PGSQL.{self._url.port or 5432}"}
        if mode == "disable" or (not mode and (self._url.host or "") in _HERE):
            return {}
        try:
            return {"ssl_context": ssl.create_default_context(cafile=_one(self._url, "sslrootcert") or None)}
        except OSError as error:
            raise BadInput(f"sslrootcert cannot be read ({error.strerror})", "name a PEM file", self.shown) from None


def place_of(where: Path | str | Place, name: str = FILE_NAME) -> Place:
    """A folder (its record), a file of a record, or a server's address. Raises `BadInput`."""
    if isinstance(where, Place):
        return where
    if is_address(str(where)):
        return ServerPlace(str(where))
    path = Path(where)
    return FilePlace(path if path.is_file() else path / name)


def is_address(text: str) -> bool:
    """Whether a text names a server rather than a file or folder."""
    return text.startswith((f"{_SCHEME}:", f"{_SCHEME}+"))


def told(error: Exception) -> str:
    """A driver's error in its own words alone."""
    inner = error.orig if isinstance(error, DBAPIError) else error
    words = inner.args[0] if inner is not None and inner.args else inner
    return str(words.get("M", words) if isinstance(words, dict) else words)


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise BadInput("not an address", "write postgresql://USER@HOST/DATABASE?schema=NAME", bare(url)) from None
    unknown = sorted(set(parsed.query) - _QUERY)
    if unknown or not parsed.database:
        fault = f"unknown parameter {unknown[0]!r}" if unknown else "no database is named"
        raise BadInput(fault, "write postgresql://USER@HOST/DATABASE?schema=NAME", bare(url))
    if (mode := _one(parsed, "sslmode")) not in ("", "disable", "verify-full"):
        raise BadInput(f"sslmode {mode!r} is not known", "use verify-full or disable", bare(url))
    return parsed


def bare(url: str) -> str:
    """An address without a password."""
    return re.sub(r"(//[^:@/]*):[^@/]*@", r"\1@", url)


def _one(url: URL, key: str) -> str:
    value = url.query.get(key, "")
    return value if isinstance(value, str) else value[0]
