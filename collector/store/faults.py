"""What the database's driver says, as one plain sentence: no SQL, no parameters."""

import sqlite3
import struct
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
import zstandard

from collector.errors import StoreError

# What reading bytes that nobody wrote may raise.
BROKEN = (
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    TypeError,
    ValueError,
    struct.error,
    zstandard.ZstdError,
)
_DAMAGED_STATES = ("XX001", "XX002")  # data_corrupted, index_corrupted
_DISK_FULL = "53100"


class StoreDamagedError(StoreError):
    """The database holds what was never written to it; the text says what was found."""


def cannot_store(error: sa.exc.SQLAlchemyError) -> StoreError:
    """A failed write, told."""
    said = f"samples cannot be stored: {reason_of(error)}"
    if is_damage(error) and not _sqlstate(error):  # a server's files are its own to repair
        return StoreDamagedError(f"{said}: a restart repairs the file")
    return StoreError(said)


@contextmanager
def reading_told() -> Iterator[None]:
    """Raises StoreDamagedError for a damaged file, StoreError for one that cannot be read."""
    try:
        yield
    except sa.exc.SQLAlchemyError as error:
        if is_damage(error):
            raise StoreDamagedError(reason_of(error)) from error
        raise StoreError(f"samples cannot be read: {reason_of(error)}") from error
    except BROKEN as error:
        raise StoreDamagedError(f"undecodable: {error!r}") from error


def is_damage(error: sa.exc.SQLAlchemyError) -> bool:
    """The database found its files broken, or SQLite text that is no UTF-8 (which has no error code).

    So is a schema without what this version has made sure of when it opened the file.
    """
    if _sqlstate(error) in _DAMAGED_STATES:
        return True
    name, cause = error_name(error), _cause(error)
    is_no_text = not name and isinstance(cause, sqlite3.OperationalError) and "decode" in str(cause)
    is_other_schema = name == "SQLITE_ERROR" and str(cause).startswith(("no such column", "no such table"))
    return is_no_text or is_other_schema or name.startswith("SQLITE_CORRUPT")


def error_name(error: sa.exc.SQLAlchemyError) -> str:
    """SQLite's name of what went wrong; empty where it has none."""
    return str(getattr(_cause(error), "sqlite_errorname", ""))


def reason_of(error: sa.exc.SQLAlchemyError) -> str:
    """The driver's own message, in one line; what PostgreSQL adds in others are hints and SQL."""
    if error_name(error) == "SQLITE_FULL" or _sqlstate(error) == _DISK_FULL:
        return "disk is full"
    first, *others = str(_cause(error) or error).splitlines() or [""]
    said = [first, *others] if first.endswith(":") else [first]
    return " ".join(" ".join(said).split())


def _cause(error: sa.exc.SQLAlchemyError) -> BaseException | None:
    return error.orig if isinstance(error, sa.exc.DBAPIError) else None


def _sqlstate(error: sa.exc.SQLAlchemyError) -> str:
    """PostgreSQL's code of what went wrong; empty where it has none."""
    return str(getattr(_cause(error), "sqlstate", None) or "")
