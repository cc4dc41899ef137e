"""Whether an incident rang since it opened, so that the first page after that is told from the second."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Incidents that page already count as rung: an upgrade wakes nobody."""
    op.add_column("incidents", sa.Column("rung", sa.Boolean, nullable=False, server_default=sa.false()))
    incidents = sa.table("incidents", sa.column("severity", sa.String), sa.column("rung", sa.Boolean))
    op.execute(sa.update(incidents).where(incidents.c.severity == "page").values(rung=sa.true()))
