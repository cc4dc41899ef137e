"""What was seen of the shop, of Fireline and of the drills before a verdict: values, gathered elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


@dataclass(frozen=True)
class Unseen:
    """What could not be measured, and why."""

    reason: str


class PageState(StrEnum):
    """How a page was answered, by the shop's own count of reads.

    UNCLEAR: others read meanwhile, and one of all these reads was no hit.
    """

    WARM = "warm"
    COLD = "cold"
    UNCLEAR = "unclear"


@dataclass(frozen=True)
class Prewarmed:
    """``keys`` that were loaded of those ``wanted``; ``unstored``: of them Redis took none."""

    keys: int
    wanted: int
    unstored: int


@dataclass(frozen=True)
class Supplies:
    """Pieces in stock by product, and coupons that are left; None where there is no such row.

    coupon_expires_at: Unix seconds.
    """

    stock: Mapping[int, int]
    coupon_left: int | None = None
    coupon_expires_at: float | None = None


@dataclass(frozen=True)
class RedisHealth:
    """While the checklist ran: calls, their mean time, failures; whether the breaker is closed."""

    calls: int
    mean_seconds: float
    errors: int
    breaker_closed: bool


@dataclass(frozen=True)
class StaleAges:
    """Of all stale answers since the shop's start: how many, and how many were older than ``bound_seconds``.

    bound_seconds: the smallest bound of the histogram that is not below the campaign's.
    """

    answers: int
    older: int
    bound_seconds: float


@dataclass(frozen=True)
class Drilled:
    """Whether a drill passed, when it ended (Unix seconds), and the most requests a second that it offered.

    None where its result does not say.
    """

    passed: bool
    at: float | None
    offered_rps: float | None = None


@dataclass(frozen=True)
class Observed:
    """Everything at once; ``slos`` as in ``GET /api/v1/slos``.

    replica_behind_seconds: NaN when the replica does not answer.
    """

    at: float
    switches: Mapping[str, bool | None] | Unseen
    prewarmed: Prewarmed | Unseen
    pages: Mapping[int, PageState] | Unseen
    supplies: Supplies | Unseen
    redis: RedisHealth | Unseen
    replica_behind_seconds: float | Unseen
    stale: StaleAges | Unseen
    slos: tuple[Mapping[str, Any], ...] | Unseen
    drills: Mapping[str, Drilled | Unseen] | Unseen
