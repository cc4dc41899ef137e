"""Bounds how much runs at once; what waits too long or finds the queue full is turned away."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from commerce_app.errors import LoadShedError
from commerce_app.resilience.door import Door
from commerce_app.resilience.gate import Share, Work
from commerce_app.resilience.pace import Pace, whole_seconds
from commerce_app.resilience.work import current_work


class ConcurrencyLimit:
    """``running`` at once, ``queued`` more may wait up to ``wait_seconds``.

    While ``by_class`` says so, orders' work goes first, pages' fills three quarters of the places, and that
    of extras a quarter of them and of the queue, and a fifth of the time; else all are alike, first come,
    first served.
    """

    def __init__(
        self,
        reason: str,
        running: int,
        queued: int,
        wait_seconds: float,
        *,
        by_class: Callable[[], bool] = lambda: False,
    ) -> None:
        self._reason = reason
        self._running = running
        self._by_class = by_class
        self._alike = dict.fromkeys(Work, Share(1.0, queued, wait_seconds))
        self._priorities = {
            Work.ORDERS: Share(1.0, queued, wait_seconds),
            Work.PAGES: Share(0.75, queued, wait_seconds),
            Work.EXTRAS: Share(0.25, queued // 4, wait_seconds / 5),
        }
        self._door = Door(self._shares, lambda: running)
        self._pace = Pace()

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Hold a slot; raises LoadShedError."""
        by_class = self._by_class()
        work = current_work() if by_class else Work.ORDERS
        if not await self._door.enter(work):
            drain_seconds = self._pace.drain_seconds(self._door.ahead(work), self._running)
            raise LoadShedError(self._reason, whole_seconds(drain_seconds), work if by_class else None)
        clock = asyncio.get_running_loop()
        entered = clock.time()
        try:
            yield
        finally:
            self._pace.ended(clock.time() - entered)
            self._door.leave()

    def _shares(self) -> Mapping[Work, Share]:
        return self._priorities if self._by_class() else self._alike
