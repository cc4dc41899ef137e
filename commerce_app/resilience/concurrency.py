"""Bounds how much runs at once; what waits too long or finds the queue full is turned away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from commerce_app.errors import LoadShedError
from commerce_app.resilience.deadline import within
from commerce_app.resilience.pace import Pace, whole_seconds


class ConcurrencyLimit:
    """``running`` at once, ``queued`` more may wait up to ``wait_seconds``."""

    def __init__(self, reason: str, running: int, queued: int, wait_seconds: float) -> None:
        self._reason = reason
        self._running = running
        self._slots = asyncio.Semaphore(running)
        self._queued = queued
        self._waiting = 0
        self._wait_seconds = wait_seconds
        self._pace = Pace()

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Hold a slot; raises LoadShedError."""
        await self._enter()
        clock = asyncio.get_running_loop()
        entered = clock.time()
        try:
            yield
        finally:
            self._pace.ended(clock.time() - entered)
            self._slots.release()

    async def _enter(self) -> None:
        if self._slots.locked() and self._waiting >= self._queued:
            raise self._shed()
        self._waiting += 1
        try:
            async with within(self._wait_seconds):
                await self._slots.acquire()
        except TimeoutError as error:
            raise self._shed() from error
        finally:
            self._waiting -= 1

    def _shed(self) -> LoadShedError:
        drain_seconds = self._pace.drain_seconds(self._running + self._waiting, self._running)
        return LoadShedError(self._reason, whole_seconds(drain_seconds))
