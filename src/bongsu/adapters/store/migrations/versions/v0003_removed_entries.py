"""A record may lose its oldest entries: what stands for them, and up to which snapshots they may go."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table and the column."""
    op.create_table(
        "bases",
        sa.Column(
            "entry",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("body", sa.LargeBinary(), nullable=False),
    )
    op.add_column("snapshots", sa.Column("cut", sa.Boolean(), nullable=False, server_default=sa.false()))
