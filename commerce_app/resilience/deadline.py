"""A request's deadline: what is not done by then is cancelled and answered with 504."""

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import Context, ContextVar, copy_context

from commerce_app.errors import DeadlineError, ShopError

# Of the loop's clock. A task that a request starts inherits it.
_ends_at: ContextVar[float] = ContextVar("deadline", default=math.inf)


@asynccontextmanager
async def deadline(seconds: float) -> AsyncIterator[asyncio.Timeout]:
    """Raises DeadlineError when the block takes longer; other errors pass as they are.

    The block may put off or end the time that is yielded. Within another deadline the earlier one counts.
    """
    outer = _ends_at.set(min(_ends_at.get(), asyncio.get_running_loop().time() + seconds))
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
    finally:
        _ends_at.reset(outer)


def remaining_seconds() -> float:
    """Until the deadline of what runs here; infinite where there is none."""
    return max(0.0, _ends_at.get() - asyncio.get_running_loop().time())


@asynccontextmanager
async def within(seconds: float) -> AsyncIterator[None]:
    """Bound one call by a time of its own and by the deadline; raises TimeoutError."""
    bound = min(seconds, remaining_seconds())
    async with asyncio.timeout(None if math.isinf(bound) else bound):
        yield


def shared_context() -> Context:
    """For work that others may wait for too: it has a time of its own, not that of whoever began it."""
    context = copy_context()
    context.run(_ends_at.set, math.inf)
    return context
