"""The tables of a record, the same in a file and on a server. A change here is a migration in `migrations/versions`, and its name the new `HEAD`."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, MetaData, String, Table, false, text

HEAD = "0004"
"""The revision that these tables are."""

# SQLite counts rows by INTEGER keys alone; a server needs 64 bits for nanoseconds.
_NUMBER = BigInteger().with_variant(Integer(), "sqlite")

SNAPSHOTS_KEPT = 3
"""How many of the newest snapshots stay; besides those up to which entries may be removed."""

meta = MetaData()
entries = Table(
    "entries",
    meta,
    Column("number", _NUMBER, primary_key=True, autoincrement=False),
    Column("kind", String, nullable=False),
    Column("item", String, nullable=False),
    Column("type", String, nullable=False),
    Column("event_ns", _NUMBER, nullable=False),
    Column("receipt_ns", _NUMBER, nullable=False),
    Column("link_ns", _NUMBER, nullable=False),
    Column("origin", String, nullable=False),
    Column("mode", String, nullable=False),
    Column("exercise", String, nullable=False),
    Column("head", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)
# What a restart looks for in a long record, each with a small index of its own: it is used where a query has these very words.
ORDERS = text("type = 'exercise_order'")
SHOWN = text(
    "type IN ('event', 'alarm', 'alert', 'alert_draft', 'consultation', 'delivery', 'freshness', 'health', 'hold', 'sensor_status',"
    " 'unreadable')"
)
Index("orders", entries.c.number, sqlite_where=ORDERS, postgresql_where=ORDERS)
Index("shown", entries.c.number, sqlite_where=SHOWN, postgresql_where=SHOWN)
ends = Table(
    "ends",
    meta,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", _NUMBER, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("digest", LargeBinary, nullable=False),
)
outbox = Table(
    "outbox",
    meta,
    Column("entry", _NUMBER, primary_key=True, autoincrement=False),
    Column("message", String, nullable=False, index=True),
)
snapshots = Table(
    "snapshots",
    meta,
    Column("entry", _NUMBER, primary_key=True, autoincrement=False),
    Column("key", String, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("cut", Boolean, nullable=False, server_default=false()),
)
bases = Table(
    "bases",
    meta,
    Column("entry", _NUMBER, primary_key=True, autoincrement=False),
    Column("body", LargeBinary, nullable=False),
)
version = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))
"""Alembic's own table: which revision the tables are. Records of before it are revision 0001."""
