"""What the database's driver says, as one plain sentence: no SQL, no parameters."""

import sqlite3

import sqlalchemy as sa

from collector.errors import StoreError


def cannot_store(error: sa.exc.SQLAlchemyError) -> StoreError:
    """A failed write, told."""
    return StoreError(f"samples cannot be stored: {reason_of(error)}")


def cannot_read(error: sa.exc.SQLAlchemyError) -> StoreError:
    """A failed read, told."""
    return StoreError(f"samples cannot be read: {reason_of(error)}")


def reason_of(error: sa.exc.SQLAlchemyError) -> str:
    """The driver's own message."""
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) else None
    if isinstance(cause, sqlite3.Error) and getattr(cause, "sqlite_errorname", "") == "SQLITE_FULL":
        return "disk is full"
    return str(cause if cause is not None else error)
