"""Making the tables of a new record, and bringing those of an older one up to date.

A new record gets today's tables at once. Alembic is loaded only where an older record is opened for writing: start-up does not pay for it.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, insert, inspect, select
from sqlalchemy.exc import DBAPIError

from bongsu.adapters.store.places import Place, told
from bongsu.adapters.store.tables import HEAD, ends, meta, version
from bongsu.base.errors import BadInput
from bongsu.record.chain import End

_FIRST = "0001"


def prepare(engine: Engine, place: Place) -> Connection:
    """A connection to a record whose tables are of today. Raises `BadInput` for a place that is no record, or one of a newer Bongsu."""
    try:
        with engine.begin() as connection:
            place.begin(connection)
            if inspect(connection).has_table(ends.name):
                _bring_up(connection, place)
            else:
                _make(connection)
        return engine.connect()
    except (DBAPIError, OSError) as error:
        raise BadInput(
            f"the record cannot be written ({told(error)})", "free it, or give another place", place.shown
        ) from None


def _make(connection: Connection) -> None:
    meta.create_all(connection)
    version.create(connection)
    start = End()
    connection.execute(insert(ends).values(id=1, number=0, hash=start.hash, digest=start.digest))
    connection.execute(insert(version).values(version_num=HEAD))


def _bring_up(connection: Connection, place: Place) -> None:
    if not inspect(connection).has_table(version.name):
        version.create(connection)
        connection.execute(insert(version).values(version_num=_FIRST))
    known = connection.execute(select(version.c.version_num)).scalar_one_or_none()
    if known != HEAD:
        migrate(connection, place)
        place.migrated(connection)


def migrate(connection: Connection, place: Place, revision: str = "head") -> None:
    """Run the migrations up to a revision within the connection's transaction. Raises `BadInput` for a revision that is not known here."""
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, revision)
    except CommandError as error:
        raise BadInput(
            f"the record's tables are not of this version ({error})", "use the Bongsu that wrote it", place.shown
        ) from None
