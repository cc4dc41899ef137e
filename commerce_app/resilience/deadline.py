"""A request's deadline: what is not done by then is cancelled and answered with 504."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from commerce_app.errors import DeadlineError, ShopError


@asynccontextmanager
async def deadline(seconds: float) -> AsyncIterator[asyncio.Timeout]:
    """Raises DeadlineError when the block takes longer; other errors pass as they are.

    The block may put off or end the time that is yielded.
    """
    try:
        async with asyncio.timeout(seconds) as scope:
            yield scope
    except ShopError:
        raise
    except Exception as error:
        # What is cancelled may fail in its own words: a connection in the making says that it is closed.
        if scope.expired():
            raise DeadlineError(f"not done within {seconds:g} s") from error
        raise
