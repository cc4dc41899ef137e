"""Wires the shop's HTTP: the shop in, ASGI application out."""

import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp

from commerce_app.admin import admin_routes
from commerce_app.coupon.routes import coupon_routes
from commerce_app.errors import DeadlineError, DependencyError, ErrorType, ShopError
from commerce_app.idempotency.header import key_reader
from commerce_app.instrument.database import error_type
from commerce_app.instrument.requests import RequestMetrics, mark_error
from commerce_app.mistakes import unread, unserved
from commerce_app.order.routes import history_routes, order_routes
from commerce_app.product.routes import product_routes
from commerce_app.resilience.adaptive_limit import Adaptation, AdaptiveLimit
from commerce_app.resilience.admission import Admission
from commerce_app.resilience.body import WholeBody
from commerce_app.resilience.outage import Outage
from commerce_app.resilience.pace import whole_seconds
from commerce_app.responses import error_response
from commerce_app.shop import Shop
from commerce_app.supplies import Supplies
from commerce_app.wallet.routes import account_routes, wallet_routes
from commerce_app.wrote_at import WroteAt, wrote_at_reader

log = logging.getLogger(__name__)


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
    whole = WholeBody(admitted, time.perf_counter)
    return RequestMetrics(WroteAt(whole, time.time), shop.metrics, time.perf_counter)


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

    @app.exception_handler(RequestValidationError)
    async def unread_request(_: Request, error: RequestValidationError) -> Response:
        return error_response(unread(error.errors()))

    @app.exception_handler(HTTPException)
    async def unserved_request(_: Request, error: HTTPException) -> Response:
        response = error_response(unserved(error))
        response.headers.update(error.headers or {})
        return response

    @app.exception_handler(Exception)
    async def mistake_of_ours(_: Request, __: Exception) -> Response:
        return error_response(ShopError("the shop made a mistake"))

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
