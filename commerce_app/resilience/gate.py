"""Who is let in, who waits and who is turned away: orders before pages before extras."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

Ticket = TypeVar("Ticket")


class Work(StrEnum):
    """Classes of work, the most important first."""

    ORDERS = "orders"
    PAGES = "pages"
    EXTRAS = "extras"

    def outranks(self, other: "Work") -> bool:
        """Whether it is the more important of the two."""
        order = list(Work)
        return order.index(self) < order.index(other)


@dataclass(frozen=True)
class Share:
    """What of the limit a class may fill, and how many of it may wait how long."""

    of_limit: float = 1.0
    queued: int = 0
    wait_seconds: float = 0.0


# Whatever the pages do, a fifth of the places is for orders. Extras are not worth waiting for.
PRIORITIES: Mapping[Work, Share] = {
    Work.ORDERS: Share(of_limit=1.0, queued=200, wait_seconds=1.0),
    Work.PAGES: Share(of_limit=0.8, queued=50, wait_seconds=0.25),
    Work.EXTRAS: Share(of_limit=0.5),
}
ALIKE: Mapping[Work, Share] = dict.fromkeys(Work, Share())


class Gate(Generic[Ticket]):
    """Counts who is inside and keeps the tickets of who waits; the limit may be another at each call."""

    def __init__(self) -> None:
        self.in_flight = 0
        self._waiting: dict[Work, deque[Ticket]] = {work: deque() for work in Work}

    def enter(self, work: Work, share: Share, limit: float) -> bool:
        """Let it in if there is room; nobody overtakes those of his own class."""
        if self._waiting[work] or not self._room(share, limit):
            return False
        self.in_flight += 1
        return True

    def wait(self, work: Work, share: Share, ticket: Ticket) -> bool:
        """Keep its ticket if the queue has room."""
        if len(self._waiting[work]) >= share.queued:
            return False
        self._waiting[work].append(ticket)
        return True

    def give_up(self, work: Work, ticket: Ticket) -> None:
        """It waits no longer, if it still did."""
        if ticket in self._waiting[work]:
            self._waiting[work].remove(ticket)

    def leave(self, shares: Mapping[Work, Share], limit: float) -> list[Ticket]:
        """One goes out; the tickets of those that come in for it, who count as inside."""
        self.in_flight -= 1
        admitted = []
        for work in Work:
            while self._waiting[work] and self._room(shares[work], limit):
                self.in_flight += 1
                admitted.append(self._waiting[work].popleft())
        return admitted

    def ahead(self, work: Work) -> int:
        """How many are inside or would be let in before one of this class that came now."""
        before = list(Work)[: list(Work).index(work) + 1]
        return self.in_flight + sum(len(self._waiting[each]) for each in before)

    def waiting(self, work: Work) -> int:
        return len(self._waiting[work])

    def _room(self, share: Share, limit: float) -> bool:
        return self.in_flight + 1 <= max(1.0, share.of_limit * limit)
