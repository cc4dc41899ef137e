"""Bounds how much runs at once; what waits too long or finds the queue full is turned away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from commerce_app.errors import LoadShedError


class ConcurrencyLimit:
    """``running`` at once, ``queued`` more may wait up to ``wait_seconds``."""

    def __init__(self, reason: str, running: int, queued: int, wait_seconds: float) -> None:
        self._reason = reason
        self._slots = asyncio.Semaphore(running)
        self._queued = queued
        self._waiting = 0
        self._wait_seconds = wait_seconds

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Hold a slot; raises LoadShedError."""
        await self._enter()
        try:
            yield
        finally:
            self._slots.release()

    async def _enter(self) -> None:
        if self._slots.locked() and self._waiting >= self._queued:
            raise LoadShedError(self._reason)
        self._waiting += 1
        try:
            async with asyncio.timeout(self._wait_seconds):
                await self._slots.acquire()
        except TimeoutError as error:
            raise LoadShedError(self._reason) from error
        finally:
            self._waiting -= 1
