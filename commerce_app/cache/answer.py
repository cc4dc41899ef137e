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
        self._noted = False

    def note(self, tier: Tier, result: Result) -> None:
        if not self._noted:
            self._noted = True
            self._count(tier, result)
