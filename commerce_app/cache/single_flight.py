"""One call per key at a time in this process; whoever comes meanwhile shares its result."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

from commerce_app.errors import LoadShedError
from commerce_app.resilience.deadline import deadline, shared_context
from commerce_app.resilience.work import current_work

T = TypeVar("T")
LIMIT_SECONDS = 10.0


class SingleFlight(Generic[T]):
    """The call runs in a task of its own: a caller that gives up does not take the others down.

    Nor does it last for ever, so that nobody joins what hangs: past ``limit_seconds`` it is a DeadlineError.
    """

    def __init__(self, limit_seconds: float = LIMIT_SECONDS) -> None:
        self._limit_seconds = limit_seconds
        self._flights: dict[Hashable, asyncio.Task[T]] = {}

    def __contains__(self, key: Hashable) -> bool:
        return key in self._flights

    async def join(self, key: Hashable, call: Callable[[], Awaitable[T]]) -> tuple[T, bool]:
        """The result, and whether it was another's call.

        Who is more important than those for whom the call was shed does not share that: he calls himself.
        """
        while (flight := self._flights.get(key)) is not None:
            try:
                return await asyncio.shield(flight), True
            except LoadShedError as shed:
                if shed.work is None or not current_work().outranks(shed.work):
                    raise
        return await asyncio.shield(self._start(key, call)), False

    def launch(self, key: Hashable, call: Callable[[], Awaitable[T]]) -> asyncio.Task[T] | None:
        """Start a call nobody waits for; None when one is under way."""
        return None if key in self._flights else self._start(key, call)

    def _start(self, key: Hashable, call: Callable[[], Awaitable[T]]) -> asyncio.Task[T]:
        flight = asyncio.create_task(self._run(call), context=shared_context())
        self._flights[key] = flight
        flight.add_done_callback(lambda done: self._land(key, done))
        return flight

    async def _run(self, call: Callable[[], Awaitable[T]]) -> T:
        async with deadline(self._limit_seconds):
            return await call()

    def _land(self, key: Hashable, flight: asyncio.Task[T]) -> None:
        del self._flights[key]
        if not flight.cancelled():
            flight.exception()  # mark as seen when every caller has given up

    async def settle(self) -> None:
        """Wait for the end of what is under way, however it ends."""
        await asyncio.gather(*self._flights.values(), return_exceptions=True)

    async def close(self) -> None:
        """Cancel what is under way and wait for its end."""
        flights = list(self._flights.values())
        for flight in flights:
            flight.cancel()
        await asyncio.gather(*flights, return_exceptions=True)
