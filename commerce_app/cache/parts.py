"""What the caches of one shop share."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from commerce_app.cache.forgetting import Forgetting
from commerce_app.cache.lease import Leases
from commerce_app.metrics import Metrics
from commerce_app.resilience.concurrency import ConcurrencyLimit
from commerce_app.resilience.load_guard import LoadGuard
from commerce_app.switches import Switches


class SharedTier(Protocol):
    """Redis; raises CacheUnavailableError, and nothing else."""

    async def get(self, key: str) -> bytes | None: ...

    async def set(self, key: str, value: bytes, expire_seconds: float) -> None: ...


@dataclass(frozen=True)
class Parts:
    shared: SharedTier
    leases: Leases
    forgetting: Forgetting
    loads: ConcurrencyLimit
    guard: LoadGuard
    switches: Switches
    metrics: Metrics
    now: Callable[[], float]
    draw: Callable[[], float]
