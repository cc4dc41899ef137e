"""The tables of ``samples.db``, and opening it at the right version."""

import logging
import sqlite3
from pathlib import Path

import alembic.command
import alembic.config
import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from collector.errors import ConfigError, StoreError
from collector.store.faults import StoreDamagedError, error_name, is_damage, reason_of

FILE_NAME = "samples.db"
logger = logging.getLogger(__name__)

_MIGRATIONS = Path(__file__).parent / "migrations"

metadata = sa.MetaData()

series = sa.Table(
    "series",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("labels", sa.LargeBinary, nullable=False),
)
streams = sa.Table(
    "streams",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text, nullable=False, unique=True),
)
layouts = sa.Table(
    "layouts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("stream_id", sa.Integer, sa.ForeignKey("streams.id"), nullable=False, index=True),
    sa.Column("series", sa.LargeBinary, nullable=False),
)
rows = sa.Table(
    "rows",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("stream_id", sa.Integer, sa.ForeignKey("streams.id"), nullable=False, index=True),
    sa.Column("layout_id", sa.Integer, sa.ForeignKey("layouts.id"), nullable=False),
    sa.Column("at_ms", sa.BigInteger, nullable=False),
    sa.Column("samples", sa.LargeBinary, nullable=False),
)
points = sa.Table(
    "points",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("samples", sa.LargeBinary, nullable=False),
)
blocks = sa.Table(
    "blocks",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("stream_id", sa.Integer, sa.ForeignKey("streams.id"), nullable=True),
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


def open_database(folder: Path) -> sa.Engine:
    """Opens or makes ``samples.db`` in a folder, migrated to this version.

    Raises:
        ConfigError: for a file that is no database.
        StoreDamagedError: for one of which nothing can be read as it is.
        StoreError: for one that cannot be opened, or that a newer Fireline wrote.
    """
    path = folder / FILE_NAME
    if path.exists() and not path.stat().st_size:
        logger.warning("%s is empty: expected samples, or no file; it begins anew", path)
    engine = sa.create_engine(f"sqlite:///{path}")
    sa.event.listen(engine, "connect", _set_pragmas)
    try:
        _migrate(engine, path)
    except sa.exc.DatabaseError as error:
        engine.dispose()
        if is_damage(error):
            raise StoreDamagedError(reason_of(error)) from error
        if error_name(error) == "SQLITE_NOTADB":
            raise ConfigError(
                f"{path}: {reason_of(error)}: expected samples of Fireline, or no file: move this one away"
            ) from error
        raise StoreError(f"{path}: cannot be opened: {reason_of(error)}") from error
    except StoreError:
        engine.dispose()
        raise
    return engine


def _set_pragmas(connection: sqlite3.Connection, _record: object) -> None:
    """``synchronous=FULL``: what is committed survives power loss."""
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000"):
        connection.execute(f"PRAGMA {pragma}")


def _migrate(engine: sa.Engine, path: Path) -> None:
    config = alembic.config.Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    script = ScriptDirectory.from_config(config)
    with engine.begin() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
        if found == script.get_current_head():
            return
        if found is not None and found not in {revision.revision for revision in script.walk_revisions()}:
            raise StoreError(
                f"{path}: schema {found} is of a newer Fireline: expected at most {script.get_current_head()}"
            )
        config.attributes["connection"] = connection
        alembic.command.upgrade(config, "head")
