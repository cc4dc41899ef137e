"""Waits for a primary that is away for a moment, as in a restart, as long as the deadline lets it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from commerce_app.metrics import Metrics
from commerce_app.switches import Switch, Switches

T = TypeVar("T")
PAUSE_SECONDS = 0.1


class PrimaryPatience:
    """Makes an attempt again while its error may pass. It knows no end of its own: run it in a deadline.

    No storm comes of it: a request holds no connection while it pauses, and the deadline ends it.
    """

    def __init__(
        self,
        switches: Switches,
        metrics: Metrics,
        passes: Callable[[Exception], bool],
        pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._switches = switches
        self._metrics = metrics
        self._passes = passes
        self._pause = pause

    async def run(self, attempt: Callable[[], Awaitable[T]], is_repeatable: Callable[[], bool]) -> T:
        """The result of the first attempt that ends otherwise than by an error that passes.

        is_repeatable: whether the attempt that failed is sure to have left nothing behind.
        """
        while True:
            try:
                return await attempt()
            except Exception as error:
                if not (
                    self._switches.on(Switch.PRIMARY_PATIENCE) and self._passes(error) and is_repeatable()
                ):
                    raise
            self._metrics.primary_waits.inc()
            await self._pause(PAUSE_SECONDS)
