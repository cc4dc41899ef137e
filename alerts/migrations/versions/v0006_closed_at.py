"""When a closing was recorded, beside the time at which, as people say, the incident was over."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Until now one column was both."""
    op.add_column("incidents", sa.Column("closed_at", sa.Double))
    incidents = sa.table("incidents", sa.column("closed_at", sa.Double), sa.column("resolved_at", sa.Double))
    op.execute(sa.update(incidents).values(closed_at=incidents.c.resolved_at))
