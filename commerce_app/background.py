"""The loops beside the requests: a death is counted, logged and followed by another start."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from commerce_app.errors import ShopError
from commerce_app.metrics import Metrics
from commerce_app.resilience.deadline import deadline

RESTART_SECONDS = 5.0
TURN_SECONDS = 30.0
CANCEL_AGAIN_SECONDS = 0.5

Loop = Callable[[], Awaitable[None]]

log = logging.getLogger(__name__)


async def keep_running(
    name: str, loop: Loop, metrics: Metrics, pause_seconds: float = RESTART_SECONDS
) -> None:
    """Run a loop that is meant to run for ever, for ever."""
    while True:
        try:
            await loop()
        except Exception:
            log.exception("%s died, starts again in %g s", name, pause_seconds)
            metrics.background_failures.labels(name).inc()
        await asyncio.sleep(pause_seconds)


async def end(loops: Iterable[asyncio.Task[None]], again_seconds: float = CANCEL_AGAIN_SECONDS) -> None:
    """Cancel loops until they have ended, however they end.

    Once is not enough on Python 3.11: `asyncio.wait_for`, with which redis-py sends, forgets a cancellation
    that comes as it has just sent.
    """
    left = set(loops)
    while left:
        for loop in left:
            loop.cancel()
        ended, left = await asyncio.wait(left, timeout=again_seconds)
        await asyncio.gather(*ended, return_exceptions=True)


async def repeat(
    what: str,
    turn: Callable[[datetime], Awaitable[object]],
    now: Callable[[], datetime],
    every_seconds: float,
) -> None:
    """Do a turn of work on the database again and again; one that fails, or hangs, waits for the next."""
    while True:
        try:
            async with deadline(TURN_SECONDS):
                await turn(now())
        except (ShopError, SQLAlchemyError, OSError) as error:
            log.warning("%s failed, again in %g s: %s", what, every_seconds, error)
        await asyncio.sleep(every_seconds)
