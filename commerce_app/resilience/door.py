"""A gate that coroutines pass: whoever may wait waits for his turn, a time, or the end of his request."""

import asyncio
from collections.abc import Callable, Mapping

from commerce_app.resilience.deadline import within
from commerce_app.resilience.gate import Gate, Share, Work

Shares = Callable[[], Mapping[Work, Share]]


class Door:
    """``shares`` and ``limit`` are asked anew each time. Whoever entered must leave."""

    def __init__(self, shares: Shares, limit: Callable[[], float]) -> None:
        self._shares = shares
        self._limit = limit
        self._gate: Gate[asyncio.Future[None]] = Gate()

    @property
    def in_flight(self) -> int:
        return self._gate.in_flight

    def ahead(self, work: Work) -> int:
        """How many are inside or would be let in before one of this class that came now."""
        return self._gate.ahead(work)

    def waiting(self, work: Work) -> int:
        return self._gate.waiting(work)

    async def enter(self, work: Work) -> bool:
        """Go in, at once or after a while; False when there is no room, or none in time."""
        share = self._shares()[work]
        if self._gate.enter(work, share, self._limit()):
            return True
        ticket: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if not self._gate.wait(work, share, ticket):
            return False
        try:
            async with within(share.wait_seconds):
                await ticket
        except TimeoutError:
            return self._admitted_after_all(work, ticket)
        except asyncio.CancelledError:
            if self._admitted_after_all(work, ticket):
                self.leave()
            raise
        return True

    def leave(self) -> None:
        """Make room for who waits."""
        admitted = self._gate.leave(self._shares(), self._limit())
        while admitted:
            ticket = admitted.pop(0)
            if ticket.cancelled():  # its request ended a moment ago and has not yet said so
                admitted += self._gate.leave(self._shares(), self._limit())
            else:
                ticket.set_result(None)

    def _admitted_after_all(self, work: Work, ticket: "asyncio.Future[None]") -> bool:
        """Whether it was let in at the very moment when it gave up."""
        if ticket.done() and not ticket.cancelled():
            return True
        self._gate.give_up(work, ticket)
        return False
