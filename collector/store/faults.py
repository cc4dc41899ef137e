"""What the database's driver says, as one plain sentence: no SQL, no parameters."""

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


class StoreDamagedError(StoreError):
    """The file holds what was never written to it; the text says what was found."""


def cannot_store(error: sa.exc.SQLAlchemyError) -> StoreError:
    """A failed write, told."""
    said = f"samples cannot be stored: {reason_of(error)}"
    if is_damage(error):
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
    """SQLite found its file broken, or text that is no UTF-8 (which has no error code)."""
    name = error_name(error)
    is_no_text = not name and isinstance(error, sa.exc.OperationalError) and "decode" in str(error.orig)
    return is_no_text or name.startswith("SQLITE_CORRUPT")


def error_name(error: sa.exc.SQLAlchemyError) -> str:
    """SQLite's name of what went wrong; empty where it has none."""
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) else None
    return str(getattr(cause, "sqlite_errorname", ""))


def reason_of(error: sa.exc.SQLAlchemyError) -> str:
    """The driver's own message."""
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) else None
    if error_name(error) == "SQLITE_FULL":
        return "disk is full"
    return str(cause if cause is not None else error)
