"""COMMIT has a time of its own: once it is sent, only the server knows how the order ended."""

import asyncio

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from commerce_app.errors import UnknownOutcomeError
from commerce_app.instrument.database import error_type, sqlstate

COMMIT_SECONDS = 2.0


async def commit(connection: AsyncConnection, limit: asyncio.Timeout, seconds: float) -> None:
    """End the transaction, and with it the ``limit`` of the work before it, which must not cut COMMIT short.

    Raises what the server says when it refuses, or UnknownOutcomeError when it says nothing.
    """
    limit.reschedule(None)
    try:
        async with asyncio.timeout(seconds):
            await connection.commit()
    except (SQLAlchemyError, OSError) as error:
        if is_refusal(error):
            raise
        raise UnknownOutcomeError("the order may have been placed or not: COMMIT was not answered") from error


def is_refusal(error: Exception) -> bool:
    """Whether the server itself said that it did not commit; one that is being shut down may have done so."""
    cause = error.orig if isinstance(error, DBAPIError) else None
    return cause is not None and sqlstate(cause) is not None and error_type(cause) != "connection"
