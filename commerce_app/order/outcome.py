"""The last step of an order has a time of its own: once it is sent, only the server knows how it ended."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from commerce_app.errors import UnknownOutcomeError
from commerce_app.instrument.database import error_type, sqlstate

T = TypeVar("T")


async def outcome(step: Awaitable[T], limit: asyncio.Timeout, seconds: float) -> T:
    """What the step returns; it ends the ``limit`` of the work before it, which must not cut it short.

    Raises what the server says when it refuses, or UnknownOutcomeError when it says nothing.
    """
    limit.reschedule(None)
    try:
        async with asyncio.timeout(seconds):
            return await step
    except (SQLAlchemyError, OSError) as error:
        if is_refusal(error):
            raise
        raise UnknownOutcomeError(
            "the order may have been placed or not: its confirmation was not answered"
        ) from error


def is_refusal(error: Exception) -> bool:
    """Whether the server itself said that it did not commit; one that is being shut down may have done so."""
    cause = error.orig if isinstance(error, DBAPIError) else None
    return cause is not None and sqlstate(cause) is not None and error_type(cause) != "connection"
