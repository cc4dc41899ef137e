"""A request's deadline: what is not done by then is cancelled and answered with 504."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from commerce_app.errors import DeadlineError


@asynccontextmanager
async def deadline(seconds: float) -> AsyncIterator[None]:
    """Raises DeadlineError when the block takes longer; a TimeoutError from within passes as it is."""
    try:
        async with asyncio.timeout(seconds) as scope:
            yield
    except TimeoutError as error:
        if scope.expired():
            raise DeadlineError(f"not done within {seconds:g} s") from error
        raise
