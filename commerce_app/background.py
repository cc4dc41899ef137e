"""Keeps the loops beside the requests alive: a death is counted, logged and followed by another start."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from commerce_app.metrics import Metrics

RESTART_SECONDS = 5.0

log = logging.getLogger(__name__)


async def keep_running(
    name: str, loop: Callable[[], Awaitable[None]], metrics: Metrics, pause_seconds: float = RESTART_SECONDS
) -> None:
    """Run a loop that is meant to run for ever, for ever."""
    while True:
        try:
            await loop()
        except Exception:
            log.exception("%s died, starts again in %g s", name, pause_seconds)
            metrics.background_failures.labels(name).inc()
        await asyncio.sleep(pause_seconds)
