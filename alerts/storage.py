"""The database of incidents: opened at the right schema version, read and changed in transactions.

SQLite by default (WAL, ``synchronous=FULL``: what was committed survives power loss), or any SQLAlchemy URL.
"""

import json
import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import alembic.command
import alembic.config
import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from alerts.errors import DamagedError, StorageError
from alerts.storage_schema import VERSION_TABLE
from alerts.turns import Turns

FILE_NAME = "incidents.db"
ATTEMPTS = 8
_MIGRATIONS = Path(__file__).parent / "migrations"
_READ_ONLY = "fireline_read_only"
_MIGRATION_LOCK = 7_302_511  # any number of our own, for pg_advisory_xact_lock
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_LOST_RACES = frozenset({"40001", "40P01", "55P03"})  # serialization failure, deadlock, lock timeout
_ONE_WRITER = (
    "SET LOCAL lock_timeout = '10s'",
    # Before the first query, so that the transaction's snapshot holds what the writer before it wrote.
    "LOCK TABLE incidents IN SHARE ROW EXCLUSIVE MODE",
)

Result = TypeVar("Result")
log = logging.getLogger(__name__)


class ConflictError(StorageError):
    """Another worker changed the same row first; the transaction is tried again."""

    retryable = True


class Database:
    """Transactions on one engine. Readers never wait for the writer."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._turns = Turns()

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A consistent view."""
        try:
            with (
                self._engine.connect().execution_options(**{_READ_ONLY: True}) as connection,
                connection.begin(),
            ):
                yield connection
        except (sa.exc.DBAPIError, json.JSONDecodeError) as error:
            raise _failed("read", error) from error

    def change(self, work: Callable[[sa.Connection], Result]) -> Result:
        """Runs ``work`` in one transaction, again from its start when another worker was faster.

        Raises:
            StorageError: when the database fails, or stays contended through all attempts.
        """
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with self._turns.mine(), self._engine.begin() as connection:
                    _wait_for_turn(connection)
                    return work(connection)
            except (ConflictError, sa.exc.DBAPIError, json.JSONDecodeError) as error:
                if attempt == ATTEMPTS or not _lost_a_race(error):
                    raise _failed("written", error) from error
        raise AssertionError("unreachable")

    def touch(self) -> None:
        """Writes a row as it is: what a full or read-only disk refuses.

        Raises:
            StorageError: when nothing can be written.
        """
        version = sa.table(VERSION_TABLE, sa.column("version_num"))
        self.change(
            lambda connection: connection.execute(version.update().values(version_num=version.c.version_num))
        )

    def close(self) -> None:
        self._engine.dispose()


def _reason(error: Exception) -> str:
    """What the database said, in one line, without the statement and its values."""
    return " ".join(str(getattr(error, "orig", error)).split())


def _failed(what: str, error: Exception) -> StorageError:
    kind = DamagedError if _is_damage(error) else StorageError
    return kind(f"incidents cannot be {what}: {_reason(error)}")


def _lost_a_race(error: Exception) -> bool:
    if isinstance(error, ConflictError | sa.exc.IntegrityError):
        return True
    cause = getattr(error, "orig", None)
    return getattr(cause, "sqlstate", None) in _LOST_RACES


def _wait_for_turn(connection: sa.Connection) -> None:
    """One writer at a time: what it has read is still true when it writes. SQLite's BEGIN does the same."""
    if connection.dialect.name == "postgresql":
        for statement in _ONE_WRITER:
            connection.exec_driver_sql(statement)


def open_database(folder: Path, url: str | None = None) -> Database:
    """Opens or makes ``incidents.db`` in a folder, or the database at a URL, migrated to this version.

    Raises:
        StorageError: for a database that cannot be opened, or that a newer Fireline wrote.
        DamagedError: for a file that is damaged or no database, anywhere in it.
    """
    address = sa.make_url(url) if url else sa.URL.create("sqlite", database=str(folder / FILE_NAME))
    place = address.render_as_string(hide_password=True) if url else str(folder / FILE_NAME)
    _warn_of_emptiness(address)
    try:
        engine = _engine(address)
    except ModuleNotFoundError as error:
        raise StorageError(f"{place}: expected the Python package {error.name} to be installed") from error
    try:
        with _for_migration(engine).begin() as connection:
            _check(connection, place)
            _migrate(connection, place)
    except sa.exc.DBAPIError as error:
        engine.dispose()
        if _is_damage(error):
            raise _damaged(place, _reason(error)) from error
        raise StorageError(f"{place}: cannot be opened as an incident store: {_reason(error)}") from error
    except StorageError:
        engine.dispose()
        raise
    return Database(engine)


def _warn_of_emptiness(address: sa.URL) -> None:
    """To SQLite a file that lost all that was in it is a new one."""
    path = Path(address.database or "")
    if address.get_backend_name() == "sqlite" and path.is_file() and not path.stat().st_size:
        log.warning("%s is empty: expected incidents, or no file; it begins anew", path)


def _check(connection: sa.Connection, place: str) -> None:
    """Reads every page of an SQLite file once: damage is to be found now, not by the alert that meets it."""
    if connection.dialect.name == "sqlite":
        found = str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar())
        if found != "ok":
            raise _damaged(place, found)


def _is_damage(error: Exception) -> bool:
    """The lowest byte of SQLite's code is the kind of error, the rest its detail."""
    return getattr(getattr(error, "orig", None), "sqlite_errorcode", 0) & 0xFF in _DAMAGED


def _damaged(place: str, found: str) -> DamagedError:
    return DamagedError(
        f"{place}: damaged or no SQLite database ({' '.join(found.split())}): move it away with its -wal and "
        f"-shm, then put back a backup, or what `sqlite3 {place} .recover` can read, or start without it"
    )


def _engine(address: sa.URL) -> sa.Engine:
    if address.get_backend_name() != "sqlite":
        return sa.create_engine(address, isolation_level="REPEATABLE READ", pool_pre_ping=True)
    engine = sa.create_engine(address)
    sa.event.listen(engine, "connect", _prepare_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _for_migration(engine: sa.Engine) -> sa.Engine:
    """Whoever waited for another's migration must see it, so no snapshot may be older than the wait."""
    if engine.dialect.name != "postgresql":
        return engine
    return engine.execution_options(isolation_level="READ COMMITTED")


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # we write BEGIN ourselves, below
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: sa.Connection) -> None:
    """A writer locks at its start: what it has read is still true when it writes."""
    read_only = connection.get_execution_options().get(_READ_ONLY, False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def _migrate(connection: sa.Connection, place: str) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
    config = alembic.config.Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    script = ScriptDirectory.from_config(config)
    context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
    found, newest = context.get_current_revision(), script.get_current_head()
    if found == newest:
        return
    if found is not None and found not in {revision.revision for revision in script.walk_revisions()}:
        raise StorageError(
            f"{place}: schema version {found} is newer than this Fireline: expected at most {newest}; "
            "upgrade Fireline, or give it another --data folder"
        )
    config.attributes["connection"] = connection
    alembic.command.upgrade(config, "head")
