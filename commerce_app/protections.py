"""The protections around requests, and around their calls to Redis and the replica, wired."""

import time

from commerce_app.cache.redis_tier import fast_pool
from commerce_app.instrument.database import blames_caller, passes
from commerce_app.metrics import Metrics
from commerce_app.resilience.breaker import Breaker, Threshold
from commerce_app.resilience.circuit import Circuit
from commerce_app.resilience.limit_store import SharedRates
from commerce_app.resilience.load_guard import LoadGuard
from commerce_app.resilience.rate_limit import LocalRates
from commerce_app.resilience.rates import Rates
from commerce_app.resilience.retry_budget import Retries, RetryBudget
from commerce_app.settings import Settings
from commerce_app.switches import Switch, Switches

# A call may have to connect first, which has one time-out more.
FAST_CALL_TIMEOUTS = 2
REDIS_THRESHOLD = Threshold()
# A page's dearest load takes some 10 ms: a second means that the replica is saturated.
REPLICA_THRESHOLD = Threshold(window_calls=50, slow_seconds=1.0)


def redis_circuit(switches: Switches, metrics: Metrics) -> Circuit:
    """The breaker before Redis."""
    breaker = Breaker(REDIS_THRESHOLD)
    return Circuit("redis", breaker, Switch.CIRCUIT_BREAKER, switches, metrics, now=time.monotonic)


def replica_circuit(switches: Switches, metrics: Metrics) -> Circuit:
    """The breaker before the replica."""
    return Circuit(
        "replica",
        Breaker(REPLICA_THRESHOLD),
        Switch.REPLICA_BREAKER,
        switches,
        metrics,
        now=time.monotonic,
        blames_caller=blames_caller,
    )


def load_guard(switches: Switches, metrics: Metrics, load_seconds: float) -> LoadGuard:
    """What all loads pass on their way to a database."""
    return LoadGuard(Retries(RetryBudget(), switches, metrics, passes), switches, load_seconds)


def shared_rates(settings: Settings, switches: Switches, metrics: Metrics) -> SharedRates:
    """The rates that all processes keep, over connections of their own: the cache's may be used up."""
    breaker = Breaker(REDIS_THRESHOLD)
    circuit = Circuit("rate_limits", breaker, Switch.RATE_LIMITS, switches, metrics, now=time.monotonic)
    seconds = settings.redis_fast_timeout_seconds
    return SharedRates(fast_pool(settings.redis_url, metrics, seconds), circuit, FAST_CALL_TIMEOUTS * seconds)


def rate_limits(shared: SharedRates, settings: Settings, switches: Switches, metrics: Metrics) -> Rates:
    """What every request of a customer is counted by."""
    return Rates(shared, LocalRates(), switches, metrics, profile=settings.rate_profile, now=time.time)
