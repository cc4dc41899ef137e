"""An incident's title in every language; incidents from before keep the one of their server's language."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Adds the titles beside the title."""
    op.add_column("incidents", sa.Column("titles", sa.JSON, nullable=False, server_default="{}"))
