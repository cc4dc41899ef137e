"""The tables of samples, and bringing them to the right version."""

from pathlib import Path

import alembic.command
import alembic.config
import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from collector.errors import StoreError

_MIGRATIONS = Path(__file__).parent / "migrations"

# SQLite numbers its rows in 64 bits under this name only.
_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")

metadata = sa.MetaData()

series = sa.Table(
    "series",
    metadata,
    sa.Column("id", _NUMBER, primary_key=True),
    sa.Column("labels", sa.LargeBinary, nullable=False),
)
streams = sa.Table(
    "streams",
    metadata,
    sa.Column("id", _NUMBER, primary_key=True),
    sa.Column("name", sa.Text, nullable=False, unique=True),
)
layouts = sa.Table(
    "layouts",
    metadata,
    sa.Column("id", _NUMBER, primary_key=True),
    sa.Column("stream_id", _NUMBER, sa.ForeignKey("streams.id"), nullable=False, index=True),
    sa.Column("series", sa.LargeBinary, nullable=False),
)
rows = sa.Table(
    "rows",
    metadata,
    sa.Column("id", _NUMBER, primary_key=True),
    sa.Column("stream_id", _NUMBER, sa.ForeignKey("streams.id"), nullable=False, index=True),
    sa.Column("layout_id", _NUMBER, sa.ForeignKey("layouts.id"), nullable=False),
    sa.Column("at_ms", sa.BigInteger, nullable=False),
    sa.Column("samples", sa.LargeBinary, nullable=False),
)
points = sa.Table(
    "points",
    metadata,
    sa.Column("id", _NUMBER, primary_key=True),
    sa.Column("samples", sa.LargeBinary, nullable=False),
)
blocks = sa.Table(
    "blocks",
    metadata,
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
    sa.Column("summary", sa.LargeBinary, nullable=True),
)


def migrate(connection: sa.Connection, place: str) -> None:
    """Makes the tables, or brings them to this version; the caller commits.

    Raises:
        StoreError: for tables that a newer Fireline wrote.
    """
    config = alembic.config.Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    script = ScriptDirectory.from_config(config)
    found = MigrationContext.configure(connection).get_current_revision()
    if found == script.get_current_head():
        return
    if found is not None and found not in {revision.revision for revision in script.walk_revisions()}:
        raise StoreError(
            f"{place}: schema {found} is of a newer Fireline: expected at most {script.get_current_head()}"
        )
    config.attributes["connection"] = connection
    alembic.command.upgrade(config, "head")
