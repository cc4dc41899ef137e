"""The key under which an event was posted, so that one that is posted again is recorded once."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Events from before have none."""
    op.add_column("events", sa.Column("key", sa.String(255)))
    op.create_index("ix_events_key", "events", ["key"], unique=True)
