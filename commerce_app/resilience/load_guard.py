"""What stands between a load and the replica: time, a breaker, and a second try within a budget."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from commerce_app.resilience.circuit import Circuit
from commerce_app.resilience.deadline import deadline
from commerce_app.resilience.retry_budget import Retries
from commerce_app.switches import Switch, Switches

T = TypeVar("T")


class LoadGuard:
    """Each try passes the breaker; the second is made at once, on another connection."""

    def __init__(self, circuit: Circuit, retries: Retries, switches: Switches, load_seconds: float) -> None:
        self._circuit = circuit
        self._retries = retries
        self._switches = switches
        self._load_seconds = load_seconds

    async def run(self, load: Callable[[], Awaitable[T]]) -> T:
        """What the load returns; raises what it raises, DeadlineError or CircuitOpenError."""
        return await self._retries.run(lambda: self._try(load))

    async def _try(self, load: Callable[[], Awaitable[T]]) -> T:
        async with self._circuit.call():
            if not self._switches.on(Switch.REPLICA_BREAKER):
                return await load()
            async with deadline(self._load_seconds):
                return await load()
