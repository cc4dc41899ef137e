"""``samples.db``: opened with its pragmas, at this version's schema."""

import logging
import sqlite3
from pathlib import Path

import sqlalchemy as sa

from collector.errors import ConfigError, StoreError
from collector.store.faults import StoreDamagedError, error_name, is_damage, reason_of
from collector.store.schema import migrate

FILE_NAME = "samples.db"
_LEAST_BYTES = 2  # of less SQLite makes a new one
logger = logging.getLogger(__name__)


def open_file(folder: Path) -> sa.Engine:
    """Opens or makes ``samples.db`` in a folder, migrated to this version.

    Raises:
        ConfigError: for a file that is no database.
        StoreDamagedError: for one of which nothing can be read as it is.
        StoreError: for one that cannot be opened, or that a newer Fireline wrote.
    """
    path = folder / FILE_NAME
    if path.exists() and path.stat().st_size < _LEAST_BYTES:
        logger.warning("%s is empty: expected samples, or no file; it begins anew", path)
    engine = sa.create_engine(f"sqlite:///{path}")
    sa.event.listen(engine, "connect", _set_pragmas)
    try:
        with engine.begin() as connection:
            migrate(connection, str(path))
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
