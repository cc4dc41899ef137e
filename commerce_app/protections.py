"""The protections around calls to Redis and the replica, wired."""

import time

from commerce_app.instrument.database import passes
from commerce_app.metrics import Metrics
from commerce_app.resilience.breaker import Breaker, Threshold
from commerce_app.resilience.circuit import Circuit
from commerce_app.resilience.load_guard import LoadGuard
from commerce_app.resilience.retry_budget import Retries, RetryBudget
from commerce_app.switches import Switch, Switches

REDIS_THRESHOLD = Threshold()
# A page's dearest load takes some 10 ms: a second means that the replica is saturated.
REPLICA_THRESHOLD = Threshold(window_calls=50, slow_seconds=1.0)


def redis_circuit(switches: Switches, metrics: Metrics) -> Circuit:
    """The breaker before Redis."""
    breaker = Breaker(REDIS_THRESHOLD)
    return Circuit("redis", breaker, Switch.CIRCUIT_BREAKER, switches, metrics, now=time.monotonic)


def load_guard(switches: Switches, metrics: Metrics, load_seconds: float) -> LoadGuard:
    """What all loads pass on their way to the replica."""
    breaker = Breaker(REPLICA_THRESHOLD)
    circuit = Circuit("replica", breaker, Switch.REPLICA_BREAKER, switches, metrics, now=time.monotonic)
    return LoadGuard(circuit, Retries(RetryBudget(), switches, metrics, passes), switches, load_seconds)
