"""Creating an order: read the pages, then stock, coupon and wallet in one transaction on the primary."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from commerce_app.coupon.service import Coupons
from commerce_app.errors import ErrorType, RejectedError, ShopError, UnknownOutcomeError
from commerce_app.metrics import Metrics
from commerce_app.order.bill import Bill, record, subtotal
from commerce_app.order.commit import COMMIT_SECONDS, commit
from commerce_app.order.stock import Stock
from commerce_app.product.service import Products
from commerce_app.resilience.deadline import deadline
from commerce_app.resilience.user_limits import UserLimits
from commerce_app.wallet.service import Wallets


@dataclass(frozen=True)
class Cart:
    """What a user wants: quantities by product."""

    user_id: int
    quantities: Mapping[int, int]
    coupon_id: int | None = None


@dataclass(frozen=True)
class Placed:
    """A paid order."""

    order_id: int
    bill: Bill


class Orders:
    def __init__(
        self,
        primary: AsyncEngine,
        products: Products,
        stock: Stock,
        coupons: Coupons,
        wallets: Wallets,
        *,
        limits: UserLimits,
        metrics: Metrics,
        deadline_seconds: float,
        commit_seconds: float = COMMIT_SECONDS,
    ) -> None:
        self._primary = primary
        self._products = products
        self._stock = stock
        self._coupons = coupons
        self._wallets = wallets
        self._limits = limits
        self._metrics = metrics
        self._deadline_seconds = deadline_seconds
        self._commit_seconds = commit_seconds

    async def place(self, cart: Cart, at: datetime) -> Placed:
        """Sell the cart or nothing of it; raises ShopError, every end counted."""
        self._metrics.checkouts_begun.inc()
        outcome: str = ErrorType.INTERNAL
        try:
            self._limits.admit(cart.user_id, at.timestamp())
            async with deadline(self._deadline_seconds) as limit:
                await self._read_pages(cart)
                async with self._primary.begin() as connection:
                    placed = await self._sell(connection, cart, at)
                    await self._commit(connection, limit)
            outcome = "placed"
        except RejectedError:
            outcome = "rejected"
            raise
        except UnknownOutcomeError:
            outcome = "unknown"
            raise
        except ShopError as error:
            outcome = error.error_type
            raise
        except (SQLAlchemyError, OSError):
            outcome = ErrorType.DEPENDENCY
            raise
        finally:
            self._metrics.orders.labels(outcome).inc()
        self._metrics.revenue_krw.inc(placed.bill.total)
        return placed

    async def _read_pages(self, cart: Cart) -> None:
        """The checkout shows every product once more, from the cache like every page."""
        for product_id in cart.quantities:
            await self._products.detail(product_id)

    async def _commit(self, connection: AsyncConnection, limit: asyncio.Timeout) -> None:
        """The payment counts as what COMMIT made of it."""
        payment = "unknown"
        try:
            await commit(connection, limit, self._commit_seconds)
            payment = "paid"
        except SQLAlchemyError:
            payment = "failed"
            raise
        finally:
            self._metrics.payment_attempts.labels(payment).inc()

    async def _sell(self, connection: AsyncConnection, cart: Cart, at: datetime) -> Placed:
        lines = await self._stock.take(connection, cart.quantities)
        discount = 0
        if cart.coupon_id is not None:
            coupon = await self._coupons.lock_claim(connection, cart.coupon_id, cart.user_id)
            discount = coupon.discount(subtotal(lines), at)
        bill = Bill(cart.user_id, lines, cart.coupon_id, discount, at)
        order_id = await record(connection, bill)
        if cart.coupon_id is not None:
            await self._coupons.use(connection, cart.coupon_id, cart.user_id, order_id)
        await self._wallets.debit(connection, cart.user_id, bill.total, order_id, at)
        return Placed(order_id, bill)
