"""What the shop's own metrics say between two looks at them."""

import math

from commerce_app.prelaunch.exposition import Page, increase
from commerce_app.prelaunch.observed import PageState, RedisHealth, StaleAges, Unseen

READS = "cache_requests_total"
NOT_A_HIT = ("stale", "miss", "error")
STALE_AGE = "cache_stale_age_seconds"
REDIS_TIME = "db_client_operation_duration_seconds"


def page_state(before: Page, after: Page, caches: tuple[str, ...]) -> PageState:
    """How one page between two looks was answered; others may have read as well."""
    states = {_read_state(before, after, cache) for cache in caches}
    for state in (PageState.COLD, PageState.UNCLEAR):
        if state in states:
            return state
    return PageState.WARM


def _read_state(before: Page, after: Page, cache: str) -> PageState:
    hits = increase(before, after, READS, cache=cache, result="hit")
    others = sum(increase(before, after, READS, cache=cache, result=result) for result in NOT_A_HIT)
    if not hits:
        return PageState.COLD
    return PageState.UNCLEAR if others else PageState.WARM


def redis_health(before: Page, after: Page) -> RedisHealth | Unseen:
    """Of the time between two looks."""
    closed = after.total("circuit_breaker_state", name="redis", state="closed")
    if closed is None or after.total(f"{REDIS_TIME}_count", server="redis") is None:
        return Unseen("the shop has no metrics of Redis")
    calls = increase(before, after, f"{REDIS_TIME}_count", server="redis")
    seconds = increase(before, after, f"{REDIS_TIME}_sum", server="redis")
    errors = increase(before, after, "redis_client_errors_total")
    return RedisHealth(int(calls), seconds / calls if calls else 0.0, int(errors), closed == 1)


def replica_behind_seconds(page: Page) -> float | Unseen:
    """NaN when the shop cannot ask the replica."""
    behind = page.total("db_replica_behind_seconds")
    if behind is None:
        return Unseen("the shop has no db_replica_behind_seconds")
    return Unseen(f"expected db_replica_behind_seconds from 0 on, got {behind:g}") if behind < 0 else behind


def stale_ages(page: Page, bound_seconds: float) -> StaleAges | Unseen:
    """Since the shop's start, by the histogram's nearest bound that is not below the one given."""
    try:
        buckets = {float(le): int(count) for le, count in page.by_label(f"{STALE_AGE}_bucket", "le").items()}
    except (ValueError, OverflowError):
        return Unseen(f"expected numbers in {STALE_AGE}")
    bounds = [bound for bound in buckets if bound_seconds <= bound < math.inf]
    if math.inf not in buckets:
        return Unseen(f"the shop has no {STALE_AGE}")
    if not bounds:
        return Unseen(f"{STALE_AGE} has no bucket of {bound_seconds:g} s or more")
    answers, nearest = buckets[math.inf], min(bounds)
    if not 0 <= buckets[nearest] <= answers:
        return Unseen(f"expected buckets of {STALE_AGE} that add up")
    return StaleAges(answers, answers - buckets[nearest], nearest)
