"""Series, rows of streams, points with their own times, and the blocks they become."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

# SQLite numbers its rows in 64 bits under this name only.
_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Makes every table."""
    _create_series()
    _create_heads()
    _create_blocks()
    if op.get_context().dialect.name == "postgresql":
        _create_on_a_server()


def _create_series() -> None:
    op.create_table(
        "series",
        sa.Column("id", _NUMBER, primary_key=True),
        sa.Column("labels", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "streams",
        sa.Column("id", _NUMBER, primary_key=True),
        sa.Column("name", sa.Text, nullable=False, unique=True),
    )
    op.create_table(
        "layouts",
        sa.Column("id", _NUMBER, primary_key=True),
        sa.Column("stream_id", _NUMBER, sa.ForeignKey("streams.id"), nullable=False, index=True),
        sa.Column("series", sa.LargeBinary, nullable=False),
    )


def _create_heads() -> None:
    op.create_table(
        "rows",
        sa.Column("id", _NUMBER, primary_key=True),
        sa.Column("stream_id", _NUMBER, sa.ForeignKey("streams.id"), nullable=False, index=True),
        sa.Column("layout_id", _NUMBER, sa.ForeignKey("layouts.id"), nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("samples", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "points",
        sa.Column("id", _NUMBER, primary_key=True),
        sa.Column("samples", sa.LargeBinary, nullable=False),
    )


def _create_blocks() -> None:
    op.create_table(
        "blocks",
        sa.Column("id", _NUMBER, primary_key=True),
        sa.Column("stream_id", _NUMBER, sa.ForeignKey("streams.id"), nullable=True),
        sa.Column("start_ms", sa.BigInteger, nullable=False),
        sa.Column("end_ms", sa.BigInteger, nullable=False),
        sa.Column("samples", sa.Integer, nullable=False),
        sa.Column("gaps", sa.Boolean, nullable=False),
        sa.Column("series", sa.LargeBinary, nullable=False),
        sa.Column("offsets", sa.LargeBinary, nullable=True),
        sa.Column("times", sa.LargeBinary, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )


def _create_on_a_server() -> None:
    """Who writes. Foreign keys are checked there, so what looks for references has an index.

    Rows and blocks come and go for ever: what is deleted is to be room again soon.
    """
    op.create_index("ix_rows_layout_id", "rows", ["layout_id"])
    op.create_index("ix_blocks_stream_id", "blocks", ["stream_id"])
    op.create_table(
        "writer",
        sa.Column("token", sa.Text, primary_key=True),
        sa.Column("commits", sa.BigInteger, nullable=False),
    )
    for table in ("rows", "points", "blocks"):
        scale = "autovacuum_vacuum_scale_factor = 0.02"
        op.execute(f"ALTER TABLE {table} SET ({scale}, toast.{scale})")
