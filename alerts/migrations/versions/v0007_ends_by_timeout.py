"""Whether an alert's sender gave its end: only such an end outlasts an earlier one of another sender."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Ends from before count as given; the next time that the alert is sent says it."""
    op.add_column(
        "alerts", sa.Column("ends_by_timeout", sa.Boolean, nullable=False, server_default=sa.false())
    )
