"""Messages of our own rules are told apart, so that they overtake a storm of others' alerts."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Messages that wait already count as others'."""
    op.add_column("outbox", sa.Column("own", sa.Boolean, nullable=False, server_default=sa.false()))
