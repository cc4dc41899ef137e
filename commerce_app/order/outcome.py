"""The last step of an order has a time of its own: the order's deadline must not cut it short."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from commerce_app.database.outcome import outcome

T = TypeVar("T")


async def confirmed(step: Awaitable[T], limit: asyncio.Timeout, seconds: float) -> T:
    """What the step returns; it ends the ``limit`` of the work before it.

    Raises what the server says when it refuses, or UnknownOutcomeError when it says nothing.
    """
    limit.reschedule(None)
    return await outcome(_within(step, seconds), "the order may have been placed")


async def _within(step: Awaitable[T], seconds: float) -> T:
    async with asyncio.timeout(seconds):
        return await step
