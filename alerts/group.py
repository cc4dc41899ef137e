"""When a message leaves: the first page at once, tickets and changes gathered for a moment."""

from dataclasses import dataclass
from enum import StrEnum

RETRY_FIRST_SECONDS = 1.0
RETRY_MOST_SECONDS = {"page": 15.0}
RETRY_MOST_DEFAULT_SECONDS = 60.0
RETRY_AFTER_MOST_SECONDS = 60.0  # whatever the channel asks for: a page cannot wait for a day


class Occasion(StrEnum):
    """Why a message leaves. ``PAGE`` wakes somebody; the others only inform."""

    PAGE = "page"
    TICKET = "ticket"
    UPDATE = "update"
    REMINDER = "reminder"  # of action items: about what follows the incident, not about it


@dataclass(frozen=True)
class Pace:
    """How long messages are gathered, and for how long a failing one is tried."""

    ticket_wait_seconds: float = 30.0
    update_every_seconds: float = 15.0
    give_up_seconds: float = 3600.0

    @property
    def longest_wait_seconds(self) -> float:
        """No message waits longer than this for its next turn."""
        most = max(RETRY_AFTER_MOST_SECONDS, RETRY_MOST_DEFAULT_SECONDS)
        return max(most, self.ticket_wait_seconds, self.update_every_seconds)


@dataclass(frozen=True)
class Pause:
    """A stretch of time in which nothing is done. A clock that was put back to before it has ended it."""

    since: float = 0.0
    until: float = 0.0

    def holds(self, at: float) -> bool:
        return self.since <= at < self.until


def due_at(occasion: Occasion, at: float, last_sent_at: float | None, pace: Pace) -> float:
    """A page never waits (docs/decisions/0004); changes wait until the last message is old enough."""
    match occasion:
        case Occasion.PAGE | Occasion.REMINDER:
            return at
        case Occasion.TICKET:
            return at + pace.ticket_wait_seconds
        case Occasion.UPDATE:
            # From now at most: a clock that was put back has sent the last message in the future.
            last = at - pace.update_every_seconds if last_sent_at is None else min(at, last_sent_at)
            return max(at, last + pace.update_every_seconds)


def retry_at(occasion: Occasion, attempts: int, at: float, retry_after_seconds: float | None = None) -> float:
    """When to try again: as the channel says, for a minute at most; else after 1, 2, 4 … seconds.

    Pages are tried at least every 15 seconds, unless the channel asks for more.
    """
    if retry_after_seconds is not None:
        return at + min(RETRY_AFTER_MOST_SECONDS, retry_after_seconds)
    most = RETRY_MOST_SECONDS.get(occasion.value, RETRY_MOST_DEFAULT_SECONDS)
    return at + min(RETRY_FIRST_SECONDS * 2.0 ** min(attempts - 1, 10), most)
