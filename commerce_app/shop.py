"""The shop without its HTTP: every part of it, made from the settings, and its background loops."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import httpx
from sqlalchemy.exc import SQLAlchemyError

from commerce_app.background import Loop, end, keep_running, repeat
from commerce_app.browsing import shop_browsing
from commerce_app.cache.redis_tier import RedisTier
from commerce_app.caches import ShopCaches, shop_caches
from commerce_app.coupon.service import Coupons
from commerce_app.database.engine import Database
from commerce_app.database.indexes import ProductIndexes
from commerce_app.database.replication import Replication
from commerce_app.events import EventPoster
from commerce_app.metrics import Metrics
from commerce_app.order.history import OrderHistory
from commerce_app.order.service import Orders
from commerce_app.product.service import Products
from commerce_app.product.warming import Warming
from commerce_app.protections import rate_limits, shared_rates
from commerce_app.resilience.limit_store import SharedRates
from commerce_app.resilience.rates import Rates
from commerce_app.selling import shop_selling
from commerce_app.servers import shop_servers
from commerce_app.settings import Settings
from commerce_app.switchboard import Switchboard
from commerce_app.switches import Switches
from commerce_app.upkeep import upkeep
from commerce_app.wallet.account import Accounts
from commerce_app.wallet.service import Wallets

REPLICATION_EVERY_SECONDS = 0.5
FORGET_EVERY_SECONDS = 0.5

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Shop:
    """Everything that lives as long as the application."""

    settings: Settings
    metrics: Metrics
    switches: Switches
    database: Database
    replication: Replication
    switchboard: Switchboard
    redis: RedisTier
    shared_rates: SharedRates
    rates: Rates
    caches: ShopCaches
    products: Products
    warming: Warming
    orders: Orders
    history: OrderHistory
    coupons: Coupons
    wallets: Wallets
    accounts: Accounts
    events: EventPoster
    upkeep: Mapping[str, Loop]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run the background loops while inside; then stop and close everything."""
        settings = self.settings
        watch = partial(self.replication.watch, REPLICATION_EVERY_SECONDS)
        refresh = partial(self.warming.keep_popular, settings.popular_refresh_seconds)
        every_seconds = settings.prewarm_every_seconds
        prewarm = partial(repeat, "pre-warming hot keys", self.warming.keep_hot, _utc_now, every_seconds)
        tell = self.caches.forgetting.tell
        forget = partial(repeat, "forgetting what is no longer true", tell, _utc_now, FORGET_EVERY_SECONDS)
        beside: dict[str, Loop] = {
            "replication": watch, "popular": refresh, "prewarm": prewarm, "forgetting": forget, **self.upkeep,
        }  # fmt: skip
        await self._connect_ahead()
        loops = [asyncio.create_task(keep_running(name, loop, self.metrics)) for name, loop in beside.items()]
        try:
            yield
        finally:
            await end(loops)
            await self.events.close()
            for cache in self.caches.all():
                await cache.close()
            await self.redis.close()
            await self.shared_rates.close()
            await self.database.close()

    async def _connect_ahead(self) -> None:
        """A server that is away now may be back for the first customer: the shop starts all the same."""
        try:
            await self.database.connect_ahead(self.settings.ready_connections)
        except (SQLAlchemyError, OSError) as error:
            log.warning("connections that were to be ready: %s: %s", type(error).__name__, error)


def build_shop(settings: Settings, fireline: httpx.AsyncClient | None = None) -> Shop:
    """Make every part of the shop; nothing connects before the application starts."""
    metrics = Metrics()
    switches = _switches(settings, metrics)
    servers = shop_servers(settings, switches, metrics)
    database = servers.database
    shared = shared_rates(settings, switches, metrics)
    rates = rate_limits(shared, settings, switches, metrics)
    caches = shop_caches(settings, servers.redis, switches, metrics)
    browsing = shop_browsing(settings, servers.reads, caches, switches)
    selling = shop_selling(
        settings, database.primary, browsing, rates, switches=switches, metrics=metrics, now=_utc_now
    )
    switchboard = Switchboard(switches, ProductIndexes(settings.database_url))
    events = EventPoster(settings.fireline_url, metrics, fireline or httpx.AsyncClient(timeout=5))
    return Shop(
        settings, metrics, switches, database, servers.replication, switchboard, servers.redis, shared, rates,
        caches, browsing.products, browsing.warming, selling.orders, browsing.history, selling.coupons,
        selling.wallets, Accounts(servers.reads), events,
        upkeep(database.background, selling, switchboard, metrics, _utc_now),
    )  # fmt: skip


def _switches(settings: Settings, metrics: Metrics) -> Switches:
    switches = Switches(settings.switches)
    switches.observe(metrics.follow)
    for switch in settings.switches:
        metrics.switch_enabled.labels(switch).set(1)
    return switches


def _utc_now() -> datetime:
    return datetime.now(UTC)
