"""What windows need of a block when none of their edges is in it; blocks of before have none."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Adds the column."""
    op.add_column("blocks", sa.Column("summary", sa.LargeBinary, nullable=True))
