"""Wires the shop: settings in, ASGI application out."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import httpx
from fastapi import FastAPI, Request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp

from commerce_app.admin import admin_routes
from commerce_app.background import Loop, keep_running, repeat
from commerce_app.cache.redis_tier import RedisTier, default_pool, fast_pool
from commerce_app.caches import ShopCaches, shop_caches
from commerce_app.coupon.routes import coupon_routes
from commerce_app.coupon.service import Coupons
from commerce_app.database.engine import Database
from commerce_app.database.indexes import ProductIndexes
from commerce_app.database.reads import Reads
from commerce_app.database.replication import Replication
from commerce_app.errors import DeadlineError, DependencyError, ErrorType, ShopError
from commerce_app.events import EventPoster
from commerce_app.idempotency.header import key_reader
from commerce_app.idempotency.keys import IdempotencyKeys
from commerce_app.instrument.database import error_type, passes
from commerce_app.instrument.requests import RequestMetrics, mark_error
from commerce_app.locks import RowLocks
from commerce_app.metrics import Metrics
from commerce_app.order.compensation import Compensation
from commerce_app.order.history import OrderHistory
from commerce_app.order.reservation import Reservations
from commerce_app.order.routes import history_routes, order_routes
from commerce_app.order.service import Orders
from commerce_app.order.stock import Stock
from commerce_app.product.loads import ProductLoads
from commerce_app.product.optional import OptionalFeatures
from commerce_app.product.routes import product_routes
from commerce_app.product.service import Products
from commerce_app.product.warming import Warming
from commerce_app.protections import FAST_CALL_TIMEOUTS, rate_limits, redis_circuit, shared_rates
from commerce_app.resilience.adaptive_limit import Adaptation, AdaptiveLimit
from commerce_app.resilience.admission import Admission
from commerce_app.resilience.limit_store import SharedRates
from commerce_app.resilience.outage import Outage
from commerce_app.resilience.pace import whole_seconds
from commerce_app.resilience.primary_patience import PrimaryPatience
from commerce_app.resilience.rate_profiles import ORDERS
from commerce_app.resilience.rates import Rates
from commerce_app.resilience.user_limits import Allowance, UserLimits
from commerce_app.responses import error_response
from commerce_app.settings import Settings
from commerce_app.supplies import Supplies
from commerce_app.switchboard import Switchboard
from commerce_app.switches import Switches
from commerce_app.upkeep import upkeep
from commerce_app.wallet.account import Accounts
from commerce_app.wallet.hold import WalletHold
from commerce_app.wallet.routes import account_routes, wallet_routes
from commerce_app.wallet.service import Wallets
from commerce_app.wrote_at import WroteAt, wrote_at_reader

log = logging.getLogger(__name__)

REPLICATION_EVERY_SECONDS = 0.5
FORGET_EVERY_SECONDS = 0.5
# What does not outlive the next turn but one is loaded in this one.
AHEAD_TURNS = 2
ORDER_ALLOWANCE = Allowance("ordering", count=1, window_seconds=1)
CLAIM_ALLOWANCE = Allowance("claiming", count=3, window_seconds=60, failures=5, block_seconds=600)


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
        loops = [asyncio.create_task(keep_running(name, loop, self.metrics)) for name, loop in beside.items()]
        try:
            yield
        finally:
            for loop in loops:
                loop.cancel()
            await asyncio.gather(*loops, return_exceptions=True)
            await self.events.close()
            for cache in self.caches.all():
                await cache.close()
            await self.redis.close()
            await self.shared_rates.close()
            await self.database.close()


def build_shop(settings: Settings, fireline: httpx.AsyncClient | None = None) -> Shop:
    """Make every part of the shop; nothing connects before the application starts."""
    metrics = Metrics()
    switches = Switches(settings.switches)
    switches.observe(metrics.follow)
    for switch in settings.switches:
        metrics.switch_enabled.labels(switch).set(1)
    database = Database(settings, metrics, switches)
    redis = RedisTier(
        default_pool(settings.redis_url, metrics),
        fast_pool(settings.redis_url, metrics, settings.redis_fast_timeout_seconds),
        switches,
        redis_circuit(switches, metrics),
        metrics,
        fast_call_seconds=FAST_CALL_TIMEOUTS * settings.redis_fast_timeout_seconds,
    )
    shared = shared_rates(settings, switches, metrics)
    rates = rate_limits(shared, settings, switches, metrics)
    caches = shop_caches(settings, redis, switches, metrics)
    replication = Replication(settings.database_url, settings.replica_url, metrics, time.time)
    reads = Reads(
        database.replica,
        database.primary,
        lambda: replication.replay,
        switches,
        metrics,
        lag_limit_seconds=settings.replica_lag_limit_seconds,
        primary_reads=settings.primary_reads,
    )
    loads = ProductLoads(reads)
    features = OptionalFeatures(switches)
    products = Products(loads, caches.products, features)
    warming = Warming(
        loads,
        caches.products,
        features,
        switches,
        hot_keys=settings.prewarm_keys,
        ahead_seconds=AHEAD_TURNS * settings.prewarm_every_seconds,
    )
    history = OrderHistory(reads, caches.orders, settings.orders_ttl_seconds, time.time)
    locks = RowLocks(metrics)
    keys = IdempotencyKeys(settings.lock_timeout_seconds)
    coupons = Coupons(database.primary, locks, UserLimits(CLAIM_ALLOWANCE), keys, switches)
    wallets = Wallets(database.primary, locks, keys, switches)
    compensation = Compensation(locks)
    orders = Orders(
        database.primary,
        products,
        Reservations(
            Stock(locks),
            coupons,
            WalletHold(locks, switches),
            keys,
            hold_seconds=settings.order_hold_seconds,
            correct_prices=products.correct_prices,
        ),
        compensation,
        locks,
        limits=UserLimits(ORDER_ALLOWANCE),
        admit=partial(rates.admit, ORDERS),
        patience=PrimaryPatience(switches, metrics, passes),
        ordered=history.forget,
        metrics=metrics,
        now=_utc_now,
        deadline_seconds=settings.order_deadline_seconds,
    )
    switchboard = Switchboard(switches, ProductIndexes(settings.database_url))
    events = EventPoster(settings.fireline_url, metrics, fireline or httpx.AsyncClient(timeout=5))
    return Shop(
        settings, metrics, switches, database, replication, switchboard, redis, shared, rates,
        caches, products, warming, orders, history, coupons, wallets, Accounts(reads), events,
        upkeep(database.background, compensation, switchboard, metrics, _utc_now),
    )  # fmt: skip


def build_app(shop: Shop) -> ASGIApp:
    """The application behind its middlewares, the outermost measuring."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with shop.running():
            yield

    app = FastAPI(title="Fireline shop", lifespan=lifespan, openapi_url=None)
    _add_routes(app, shop)
    _add_error_handlers(app)
    limit = shop.settings.concurrent_requests
    adaptive = AdaptiveLimit(Adaptation(most=limit))
    admitted = Admission(app, shop.switches, shop.metrics, limit, adaptive, timer=time.perf_counter)
    return RequestMetrics(WroteAt(admitted, time.time), shop.metrics, time.perf_counter)


def _add_routes(app: FastAPI, shop: Shop) -> None:
    seconds = shop.settings.request_deadline_seconds
    app.include_router(product_routes(shop.products, shop.rates, seconds))
    read_key = key_reader(shop.switches)
    app.include_router(order_routes(shop.orders, read_key))
    app.include_router(coupon_routes(shop.coupons, shop.rates, _utc_now, seconds, read_key))
    app.include_router(wallet_routes(shop.wallets, shop.rates, _utc_now, seconds, read_key))
    read_wrote_at = wrote_at_reader(time.time)
    app.include_router(account_routes(shop.accounts, seconds, read_wrote_at))
    app.include_router(history_routes(shop.history, shop.rates, seconds, read_wrote_at))
    app.include_router(
        admin_routes(
            shop.switchboard,
            shop.warming,
            shop.events,
            time.time,
            shop.settings.admin_token,
            supplies=Supplies(shop.database.primary),
        )
    )

    @app.get("/healthz")
    async def health() -> Response:
        return PlainTextResponse("ok\n")

    @app.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(shop.metrics.registry), media_type=CONTENT_TYPE_LATEST)


def _add_error_handlers(app: FastAPI) -> None:
    outage = Outage()

    @app.exception_handler(ShopError)
    async def shop_error(request: Request, error: ShopError) -> Response:
        mark_error(request.scope, error.error_type)
        return error_response(error)

    @app.exception_handler(OSError)
    @app.exception_handler(SQLAlchemyError)
    async def database_error(request: Request, error: Exception) -> Response:
        log.info("%s %s: %s", request.method, request.url.path, error)
        return await shop_error(request, failed_dependency(error, outage, time.monotonic()))


def failed_dependency(error: Exception, outage: Outage, at: float) -> ShopError:
    """What the customer is told when a database fails: 504 if it was too slow, else 503."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    if isinstance(error, DBAPIError) and error_type(cause) == ErrorType.TIMEOUT:
        return DeadlineError("a database was too slow")
    retry_after_seconds = whole_seconds(outage.failed(at))
    return DependencyError(f"a database failed: {type(error).__name__}", retry_after_seconds)


def _utc_now() -> datetime:
    return datetime.now(UTC)
