"""The tables as they were when a record was one SQLite file and nothing noted their version."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make them."""
    texts = ("origin", "mode", "exercise")
    op.create_table(
        "entries",
        sa.Column("number", _NUMBER, primary_key=True, autoincrement=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("kind", "item", "type")),
        *(sa.Column(name, _NUMBER, nullable=False) for name in ("event_ns", "receipt_ns", "link_ns")),
        *(sa.Column(name, sa.String(), nullable=False) for name in texts),
        *(sa.Column(name, sa.LargeBinary(), nullable=False) for name in ("head", "body", "hash")),
    )
    orders = sa.text("type = 'exercise_order'")
    shown = sa.text(
        "type IN ('event', 'alarm', 'alert', 'consultation', 'delivery', 'freshness', 'health', 'sensor_status',"
        " 'unreadable')"
    )
    op.create_index("orders", "entries", ["number"], sqlite_where=orders, postgresql_where=orders)
    op.create_index("shown", "entries", ["number"], sqlite_where=shown, postgresql_where=shown)
    op.create_table(
        "ends",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("number", _NUMBER, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "outbox",
        sa.Column("entry", _NUMBER, primary_key=True, autoincrement=False),
        sa.Column("message", sa.String(), nullable=False),
    )
    op.create_index("ix_outbox_message", "outbox", ["message"])
    op.create_table(
        "snapshots",
        sa.Column("entry", _NUMBER, primary_key=True, autoincrement=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
    )
