"""A bound on waiting that leaves out what this process itself stood still, starved or frozen."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

BEAT_SECONDS = 0.1


@asynccontextmanager
async def awake_within(seconds: float) -> AsyncIterator[None]:
    """Raises TimeoutError when the block takes longer; a beat that comes late puts that off by as much.

    Else a process that wakes too late cancels what has its answer already, and blames who answered.
    """
    loop = asyncio.get_running_loop()
    beating: asyncio.TimerHandle
    async with asyncio.timeout(seconds) as scope:

        def beat(due: float) -> None:
            nonlocal beating
            # The loop calls what was due first first: a beat that is due is ahead of the end.
            ends, now = scope.when(), loop.time()
            if ends is not None and not scope.expired():
                scope.reschedule(ends + now - due)
                beating = loop.call_at(now + BEAT_SECONDS, beat, now + BEAT_SECONDS)

        first = loop.time() + BEAT_SECONDS
        beating = loop.call_at(first, beat, first)
        try:
            yield
        finally:
            beating.cancel()
