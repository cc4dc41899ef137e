"""What every load goes through, whichever server it reads: time, and a second try within a budget."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from commerce_app.resilience.deadline import deadline
from commerce_app.resilience.retry_budget import Retries
from commerce_app.switches import Switch, Switches

T = TypeVar("T")


class LoadGuard:
    """Each try has its own time; the second is made at once, on another connection."""

    def __init__(self, retries: Retries, switches: Switches, load_seconds: float) -> None:
        self._retries = retries
        self._switches = switches
        self._load_seconds = load_seconds

    async def run(self, load: Callable[[], Awaitable[T]]) -> T:
        """What the load returns; raises what it raises, or DeadlineError."""
        return await self._retries.run(lambda: self._try(load))

    async def _try(self, load: Callable[[], Awaitable[T]]) -> T:
        if not self._switches.on(Switch.REPLICA_BREAKER):
            return await load()
        async with deadline(self._load_seconds):
            return await load()
