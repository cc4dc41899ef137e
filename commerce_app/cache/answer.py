"""What a read of a cache came to, and how it is counted."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Tier(StrEnum):
    LOCAL = "local"
    REDIS = "redis"
    ORIGIN = "origin"


class Result(StrEnum):
    HIT = "hit"
    STALE = "stale"
    MISS = "miss"
    ERROR = "error"
    BYPASS = "bypass"


@dataclass(frozen=True, slots=True)
class Answer:
    """A read's value, None where there is none, who had it and in what state.

    stale_seconds: how long past its TTL a stale one is; 0 where it is stale only as nobody could confirm it.
    """

    body: bytes | None
    tier: Tier
    result: Result
    stale_seconds: float = 0.0


class Tally:
    """Counts one read once, at the first thing that is known of it: a slow load does not hide its miss."""

    def __init__(self, count: Callable[[Tier, Result], None]) -> None:
        self._count = count
        self._noted: tuple[Tier, Result] | None = None
        self._leader: Tally | None = None

    def follow(self, leader: "Tally") -> None:
        """It shares the other's read, and so its end."""
        self._leader = leader

    def note(self, tier: Tier, result: Result) -> None:
        if self._noted is None:
            self._noted = (tier, result)
            self._count(tier, result)

    def fail(self) -> None:
        """It ended in an exception: an error, unless more was known of the read before."""
        known = self._leader._noted if self._leader else None
        self.note(*(known or (Tier.ORIGIN, Result.ERROR)))
