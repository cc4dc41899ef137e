"""The shop's caches, wired."""

import random
import time
from dataclasses import dataclass
from functools import partial

from commerce_app.cache.absences import Absences
from commerce_app.cache.forgetting import Forgetting
from commerce_app.cache.hot_keys import HotKeys
from commerce_app.cache.lease import Leases, Patience
from commerce_app.cache.lifetime import Lifetime
from commerce_app.cache.local_tier import LocalTier
from commerce_app.cache.near import Near
from commerce_app.cache.parts import Parts
from commerce_app.cache.read_path import Cache
from commerce_app.cache.redis_tier import RedisTier
from commerce_app.metrics import Metrics
from commerce_app.product.caches import ProductCaches
from commerce_app.protections import load_guard
from commerce_app.resilience.concurrency import ConcurrencyLimit
from commerce_app.settings import Settings
from commerce_app.switches import Switch, Switches

HOT_WINDOW_SECONDS = 10.0
HOT_READS = 10


@dataclass(frozen=True)
class ShopCaches:
    """They share the limit on loads, and what stands before the replica."""

    products: ProductCaches
    orders: Cache
    forgetting: Forgetting

    def all(self) -> tuple[Cache, ...]:
        return (*self.products.all(), self.orders)


def shop_caches(settings: Settings, redis: RedisTier, switches: Switches, metrics: Metrics) -> ShopCaches:
    """Each cache, with the lifetime of its values."""
    forgetting = Forgetting(redis, metrics)
    parts = _parts(settings, redis, forgetting, switches, metrics)

    def cache(name: str, ttl_seconds: float, extended_factor: float = settings.extended_ttl_factor) -> Cache:
        lifetime = Lifetime(ttl_seconds, settings.stale_seconds, extended_factor, settings.ttl_jitter_ratio)
        return Cache(name, lifetime, _near(settings), parts)

    products = ProductCaches(
        detail=cache("product", settings.product_ttl_seconds),
        extras=cache("extras", settings.product_ttl_seconds),
        popular=cache("popular", settings.popular_ttl_seconds),
        catalogue=cache("catalogue", settings.catalogue_ttl_seconds),
        ranking=cache("ranking", settings.popular_ttl_seconds),
        together=cache("together", settings.product_ttl_seconds),
    )
    # What is one's own must not grow older in an emergency.
    orders = cache("orders", settings.orders_ttl_seconds, extended_factor=1)
    return ShopCaches(products, orders, forgetting)


def _parts(
    settings: Settings, redis: RedisTier, forgetting: Forgetting, switches: Switches, metrics: Metrics
) -> Parts:
    loads = ConcurrencyLimit(
        "loads",
        settings.concurrent_loads,
        settings.queued_loads,
        settings.load_wait_seconds,
        by_class=partial(switches.on, Switch.PRIORITY_SHEDDING),
    )
    leases = Leases(redis, Patience(), time.monotonic)
    guard = load_guard(switches, metrics, settings.load_deadline_seconds)
    return Parts(redis, leases, forgetting, loads, guard, switches, metrics, time.time, random.random)


def _near(settings: Settings) -> Near:
    copies = LocalTier(settings.local_ttl_seconds, settings.stale_seconds, settings.local_entries)
    absences = Absences(settings.negative_ttl_seconds, settings.negative_entries)
    return Near(copies, absences, HotKeys(HOT_WINDOW_SECONDS, HOT_READS))
