"""SQLite behind the sample store: one file in a folder that one process at a time uses."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

import sqlalchemy as sa

from collector.errors import StoreError
from collector.store import schema
from collector.store.database import Change
from collector.store.faults import StoreDamagedError
from collector.store.repair import REPAIR_MARK, repair
from collector.store.sqlite_file import FILE_NAME, open_file

_WRITTEN_ALL_THE_TIME = (schema.series, schema.streams, schema.layouts, schema.rows, schema.points)


class SqliteDatabase:
    """``FOLDER/samples.db``, locked until ``close``. ``engine`` is there once it is open.

    Raises:
        StoreError: for a folder that another process uses, or that cannot be used.
    """

    name = FILE_NAME
    engine: sa.Engine

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / FILE_NAME
        self._opened_as: tuple[int, int] | None = None
        self._lock = _lock_folder(folder)

    def open(self) -> None:
        """Opens the file, or makes it.

        Raises:
            ConfigError: for a file that is no database.
            StoreDamagedError: for one that is to be repaired first.
            StoreError: for one that cannot be opened, or that a newer Fireline wrote.
        """
        if (self._folder / REPAIR_MARK).exists():
            raise StoreDamagedError("found when it was last written")
        self.engine = open_file(self._folder)
        self._opened_as = _identity(self._path)

    @contextmanager
    def transaction(self) -> Iterator[Change]:
        """Commits what is written in the context, then publishes it.

        Raises:
            StoreError: where the file is gone: what is written to it would be lost with the process.
        """
        if _identity(self._path) != self._opened_as:
            raise StoreError(
                f"{self._path} was removed or replaced while in use: start again to go on without it"
            )
        with self.engine.begin() as connection:
            change = Change(connection)
            yield change
        change.publish()

    def settle(self) -> None:
        """Finds nothing: a commit that fails was not made."""

    def check(self, connection: sa.Connection) -> None:
        """Finds pages, also of indexes, that would break a later commit. Blocks are too many to look at.

        Raises:
            StoreDamagedError: for a table that SQLite finds broken.
        """
        for table in _WRITTEN_ALL_THE_TIME:
            found = connection.execute(sa.text(f"PRAGMA quick_check({table.name})")).scalars().all()
            if found != ["ok"]:
                raise StoreDamagedError(" ".join(str(found[0]).split()) if found else "no answer")

    def used_bytes(self, connection: sa.Connection) -> int:
        """Bytes in use of the file; pages that are free are filled before it grows."""
        pages, free, size = (
            int(connection.execute(sa.text(f"PRAGMA {name}")).scalar_one())
            for name in ("page_count", "freelist_count", "page_size")
        )
        return (pages - free) * size

    def note_damage(self) -> None:
        """Has the file repaired when it is next opened."""
        with suppress(OSError):  # the next commit that fails tries again
            (self._folder / REPAIR_MARK).touch()

    def repair(self, damage: StoreDamagedError) -> None:
        """Replaces the file by what can be read of it; it is to be opened anew then.

        Raises:
            StoreError: where it cannot be replaced.
        """
        self._disconnect()
        repair(self._folder, damage)

    def close(self) -> None:
        """Ends all connections, and lets others use the folder."""
        self._disconnect()
        self._lock.close()

    def _disconnect(self) -> None:
        if hasattr(self, "engine"):
            self.engine.dispose()


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file it is; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _lock_folder(folder: Path) -> TextIO:
    """Two processes on one folder would lose samples: the second is refused."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("w")
    except OSError as error:
        raise StoreError(f"{folder}: cannot be used as a data folder: {error.strerror}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise StoreError(f"{folder}: in use by another process: expected a data folder of its own") from error
    return lock
