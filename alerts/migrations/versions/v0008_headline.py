"""Which alert gave an incident its title: when that is over, a page that rings gives a new one."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Of incidents from before it is not known, as if that alert were over."""
    op.add_column("incidents", sa.Column("headline", sa.String(16), nullable=False, server_default=""))
