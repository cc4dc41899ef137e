"""Creating an order: read the pages, then stock, coupon and wallet in one transaction on the primary."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from commerce_app.coupon.service import Coupons
from commerce_app.errors import ErrorType, Rejected, ShopError
from commerce_app.metrics import Metrics
from commerce_app.order.stock import Line, Stock
from commerce_app.product.service import Products
from commerce_app.resilience.deadline import deadline
from commerce_app.wallet.service import Wallets

INSERT_ORDER = text("""
INSERT INTO orders (user_id, coupon_id, subtotal, discount, paid_at)
VALUES (:user_id, :coupon_id, :subtotal, :discount, :at) RETURNING order_id
""")
INSERT_ITEMS = text("""
INSERT INTO order_items (order_id, product_id, quantity, unit_price, paid_at)
SELECT :order_id, i.product_id, i.quantity, i.unit_price, :at
FROM unnest(CAST(:product_ids AS integer[]), CAST(:quantities AS integer[]), CAST(:prices AS integer[]))
     AS i (product_id, quantity, unit_price)
""")


@dataclass(frozen=True)
class Cart:
    """What a user wants: quantities by product."""

    user_id: int
    quantities: Mapping[int, int]
    coupon_id: int | None = None


@dataclass(frozen=True)
class Placed:
    """A paid order; ``total`` is subtotal less discount, in won."""

    order_id: int
    subtotal: int
    discount: int
    total: int


class Orders:
    def __init__(
        self,
        primary: AsyncEngine,
        products: Products,
        stock: Stock,
        coupons: Coupons,
        wallets: Wallets,
        metrics: Metrics,
        deadline_seconds: float,
    ) -> None:
        self._primary = primary
        self._products = products
        self._stock = stock
        self._coupons = coupons
        self._wallets = wallets
        self._metrics = metrics
        self._deadline_seconds = deadline_seconds

    async def place(self, cart: Cart, at: datetime) -> Placed:
        """Sell the cart or nothing of it; raises ShopError, every end counted."""
        self._metrics.checkouts_begun.inc()
        outcome: str = ErrorType.INTERNAL
        try:
            async with deadline(self._deadline_seconds):
                await self._read_pages(cart)
                async with self._primary.begin() as connection:
                    placed = await self._sell(connection, cart, at)
            outcome = "placed"
        except Rejected:
            outcome = "rejected"
            raise
        except ShopError as error:
            outcome = error.error_type
            raise
        except (SQLAlchemyError, OSError):
            outcome = ErrorType.DEPENDENCY
            raise
        finally:
            self._metrics.orders.labels(outcome).inc()
        self._metrics.revenue_krw.inc(placed.total)
        return placed

    async def _read_pages(self, cart: Cart) -> None:
        """The checkout page shows every product once more, from the cache like everybody's."""
        for product_id in cart.quantities:
            await self._products.detail(product_id)

    async def _sell(self, connection: AsyncConnection, cart: Cart, at: datetime) -> Placed:
        lines = await self._stock.take(connection, cart.quantities)
        subtotal = sum(line.quantity * line.unit_price for line in lines)
        discount = 0
        if cart.coupon_id is not None:
            coupon = await self._coupons.lock_claim(connection, cart.coupon_id, cart.user_id)
            discount = coupon.discount(subtotal, at)
        order_id = await _record(connection, cart, lines, subtotal, discount, at)
        if cart.coupon_id is not None:
            await self._coupons.use(connection, cart.coupon_id, cart.user_id, order_id)
        total = subtotal - discount
        await self._wallets.debit(connection, cart.user_id, total, order_id, at)
        return Placed(order_id, subtotal, discount, total)


async def _record(
    connection: AsyncConnection, cart: Cart, lines: Sequence[Line], subtotal: int, discount: int, at: datetime
) -> int:
    """Write the order and its lines; returns its number."""
    order = {"user_id": cart.user_id, "coupon_id": cart.coupon_id, "subtotal": subtotal, "discount": discount}
    order_id = int((await connection.execute(INSERT_ORDER, {**order, "at": at})).scalar_one())
    items = {
        "order_id": order_id,
        "at": at,
        "product_ids": [line.product_id for line in lines],
        "quantities": [line.quantity for line in lines],
        "prices": [line.unit_price for line in lines],
    }
    await connection.execute(INSERT_ITEMS, items)
    return order_id
