"""A HOLD stands on a console: the index of what is shown after a restart holds it too."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make that index anew."""
    shown = sa.text(
        "type IN ('event', 'alarm', 'alert', 'alert_draft', 'consultation', 'delivery', 'freshness', 'health', 'hold', 'sensor_status',"
        " 'unreadable')"
    )
    op.drop_index("shown", "entries")
    op.create_index("shown", "entries", ["number"], sqlite_where=shown, postgresql_where=shown)
