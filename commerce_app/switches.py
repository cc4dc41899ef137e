"""The switches of the protections: flipped while the shop runs, asked at every read."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self


class Switch(StrEnum):
    """A protection by its name, and what it does while it is on."""

    description: str

    def __new__(cls, name: str, description: str = "") -> Self:
        switch = str.__new__(cls, name)
        switch._value_ = name
        switch.description = description
        return switch

    REDIS_FAST_TIMEOUTS = "redis_fast_timeouts", "Redis has 50 ms to answer and is asked once"
    SINGLE_FLIGHT = "single_flight", "one read of a key at a time in a process, shared by all who ask for it"
    LOCAL_TIER = "local_tier", "a copy in the process is trusted for seconds, and serves while Redis is away"
    STALE_WHILE_REVALIDATE = "stale_while_revalidate", "values past their TTL are served while one load runs"
    SCHEDULED_PREWARM = "scheduled_prewarm", "hot keys are loaded again before they expire, on a schedule"
    NEGATIVE_CACHING = "negative_caching", "that a product does not exist is remembered for half a minute"
    TTL_EXTENDED = "ttl_extended", "values live longer, each by a TTL a little different"
    EARLY_REFRESH = "early_refresh", "values are refreshed in the background shortly before they expire"
    CIRCUIT_BREAKER = "circuit_breaker", "Redis is left alone while too many of its answers fail or are slow"
    REPLICA_BREAKER = (
        "replica_breaker",
        "the replica is left alone while too many of its reads fail or are slow",
    )
    RETRY_BUDGET = (
        "retry_budget",
        "a load whose connection broke is tried again, for a tenth of loads at most",
    )
    LOAD_SHEDDING = "load_shedding", "requests and loads beyond a number in flight are turned away"
    ADAPTIVE_LIMIT = "adaptive_limit", "the number of requests in flight follows how long they take"
    PRIORITY_SHEDDING = "priority_shedding", "orders are let in before pages, and those before lists"
    RATE_LIMITS = "rate_limits", "routes and users have rates that all processes keep together"
    SPIKE_PROFILE = "spike_profile", "the rates are those of a spike"
    READ_ONLY_EXTRAS = "read_only_extras", "pages come without rank and recommendations"
    READ_ONLY_RANKING = "read_only_ranking", "pages come without rank"
    READ_ONLY_RECOMMENDATIONS = "read_only_recommendations", "pages come without what others bought"
    READ_ONLY_POPULAR = "read_only_popular", "the list of popular products stays as it is"
    DISTRIBUTED_LOCK = "distributed_lock", "one process of all loads a key, by a lease in Redis"
    LAG_AWARE_ROUTING = (
        "lag_aware_routing",
        "reads go to the primary when the replica lacks what they must see",
    )
    STATEMENT_TIMEOUTS = (
        "statement_timeouts",
        "the databases end statements that run too long, by class of work",
    )
    PRIMARY_PATIENCE = "primary_patience", "orders wait within their deadline for a primary that is away"
    COUPON_COUNTER = (
        "coupon_counter",
        "a claim counts a coupon down in one statement, without holding its row",
    )
    WALLET_SHORT_LOCKS = "wallet_short_locks", "orders and charges hold a wallet's row for one statement only"
    PRODUCT_INDEXES = (
        "product_indexes",
        "the index that pages' extras need is there; off drops it, for a drill",
    )
    IDEMPOTENCY_KEYS = "idempotency_keys", "orders, charges and claims need an Idempotency-Key"


@dataclass(frozen=True)
class Flip:
    """One switch that changed."""

    switch: Switch
    enabled: bool


class Switches:
    """Which protections are on. ``observe`` is called with each flip."""

    def __init__(self, enabled: Iterable[Switch] = ()) -> None:
        self._enabled = frozenset(enabled)
        self._observers: list[Callable[[Flip], None]] = []

    def on(self, switch: Switch) -> bool:
        return switch in self._enabled

    def states(self) -> dict[str, bool]:
        return {switch.value: switch in self._enabled for switch in Switch}

    def observe(self, observer: Callable[[Flip], None]) -> None:
        self._observers.append(observer)

    def set(self, wanted: Mapping[Switch, bool]) -> list[Flip]:
        """Bring the switches to the wanted states; returns those that changed, in the order given.

        All change at once: no observer sees, and no failing one leaves, a part of them.
        """
        flips = [Flip(switch, state) for switch, state in wanted.items() if state != self.on(switch)]
        on = {flip.switch for flip in flips if flip.enabled}
        self._enabled = (self._enabled | on) - {flip.switch for flip in flips if not flip.enabled}
        for flip in flips:
            for observer in self._observers:
                observer(flip)
        return flips
