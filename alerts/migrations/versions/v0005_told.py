"""Whether it was told that an alert fires, so that one that was silenced is told once it no longer is."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Alerts from before count as told: an upgrade says nothing anew."""
    op.add_column("alerts", sa.Column("told", sa.Boolean, nullable=False, server_default=sa.true()))
