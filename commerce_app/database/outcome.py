"""What became of a statement that commits: once it is sent, only the server knows."""

from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import TypeVar

import asyncpg
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from commerce_app.errors import UnknownOutcomeError
from commerce_app.instrument.database import error_type, sqlstate

T = TypeVar("T")


async def outcome(step: Awaitable[T], what: str) -> T:
    """What the step returns; raises what the server says when it refuses.

    Raises UnknownOutcomeError when it says nothing; ``what`` "may have been" done or not.
    """
    try:
        return await step
    except (SQLAlchemyError, OSError) as error:
        if is_refusal(error):
            raise
        raise UnknownOutcomeError(f"{what} or not: the database did not answer") from error


@asynccontextmanager
async def transaction(primary: AsyncEngine, what: str) -> AsyncIterator[AsyncConnection]:
    """A transaction that is not sure to have failed when its COMMIT does; raises UnknownOutcomeError."""
    async with primary.connect() as connection, connection.begin() as work:
        yield connection
        await outcome(work.commit(), what)


def is_refusal(error: Exception) -> bool:
    """Whether nothing was committed for sure: the server said so, or was never asked.

    One that is being shut down may have committed. A connection that was closed before sends nothing.
    """
    cause = error.orig if isinstance(error, DBAPIError) else None
    if cause is None:
        return False
    if isinstance(cause.__cause__, asyncpg.InterfaceError):
        return True
    return sqlstate(cause) is not None and error_type(cause) != "connection"
