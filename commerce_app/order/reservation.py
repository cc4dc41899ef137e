"""The first step of an order: the key, stock, the coupon and the order's row, held until it is paid for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from commerce_app.coupon.service import Coupons
from commerce_app.database.statements import Statement
from commerce_app.errors import RejectedError
from commerce_app.idempotency.answer import Answer
from commerce_app.idempotency.header import RequestKey
from commerce_app.idempotency.keys import IdempotencyKeys
from commerce_app.order.bill import Bill, Cart, subtotal
from commerce_app.order.stock import Stock
from commerce_app.wallet.hold import WalletHold

# Whatever it changes is locked already, and the order is not seen by anybody yet. An unknown user gets none.
RESERVE = Statement.RESERVE_ORDER.sql("""
WITH wanted AS (
    SELECT * FROM unnest(CAST(:product_ids AS integer[]), CAST(:quantities AS integer[]),
                         CAST(:prices AS integer[])) AS w (product_id, quantity, unit_price)
), reserved AS (
    INSERT INTO orders
           (user_id, coupon_id, subtotal, discount, status, reserved_at, hold_until, idempotency_key)
    SELECT user_id, CAST(:coupon_id AS integer), CAST(:subtotal AS bigint), CAST(:discount AS bigint),
           'reserved', CAST(:at AS timestamptz), CAST(:hold_until AS timestamptz), CAST(:key AS text)
    FROM users WHERE user_id = :user_id
    RETURNING order_id, user_id, coupon_id
), taken AS (
    UPDATE stock AS s SET available = s.available - w.quantity FROM reserved, wanted AS w
    WHERE s.product_id = w.product_id
), used AS (
    UPDATE coupon_claims AS c SET order_id = r.order_id FROM reserved AS r
    WHERE c.coupon_id = r.coupon_id AND c.user_id = r.user_id
), lines AS (
    INSERT INTO order_items (order_id, product_id, quantity, unit_price)
    SELECT r.order_id, w.product_id, w.quantity, w.unit_price FROM reserved AS r, wanted AS w
)
SELECT order_id FROM reserved
""")


@dataclass(frozen=True)
class Reserved:
    """An order that holds what it wants; it must be paid for and confirmed, or undone."""

    order_id: int
    bill: Bill
    key: RequestKey | None


class Reservations:
    """``correct_prices`` is told what products cost where the customer was shown another sum."""

    def __init__(
        self,
        stock: Stock,
        coupons: Coupons,
        wallet: WalletHold,
        keys: IdempotencyKeys,
        *,
        hold_seconds: float,
        correct_prices: Callable[[Mapping[int, int]], None],
    ) -> None:
        self._stock = stock
        self._coupons = coupons
        self._wallet = wallet
        self._keys = keys
        self._hold = timedelta(seconds=hold_seconds)
        self._correct_prices = correct_prices

    async def reserve(
        self, connection: AsyncConnection, cart: Cart, key: RequestKey | None, at: datetime
    ) -> Reserved | Answer:
        """Within a transaction: a reservation, or the answer that the key has or now gets.

        Raises RejectedError without a key, and having written nothing.
        """
        if key is None:
            return await self._reserve(connection, cart, None, at)
        kept = await self._keys.claim(connection, key)
        if kept is not None:
            return kept
        try:
            return await self._reserve(connection, cart, key, at)
        except RejectedError as error:
            rejection = Answer.rejection(error)
            await self._keys.keep(connection, key, rejection)
            return rejection

    async def _reserve(
        self, connection: AsyncConnection, cart: Cart, key: RequestKey | None, at: datetime
    ) -> Reserved:
        bill = await self._bill(connection, cart, at)
        order = {
            "user_id": bill.user_id,
            "coupon_id": bill.coupon_id,
            "subtotal": bill.subtotal,
            "discount": bill.discount,
            "at": at,
            "hold_until": at + self._hold,
            "key": None if key is None else key.key,
            "product_ids": [line.product_id for line in bill.lines],
            "quantities": [line.quantity for line in bill.lines],
            "prices": [line.unit_price for line in bill.lines],
        }
        order_id = (await connection.execute(RESERVE, order)).scalar_one_or_none()
        if order_id is None:
            raise RejectedError(404, f"no user {bill.user_id}")
        return Reserved(int(order_id), bill, key)

    async def _bill(self, connection: AsyncConnection, cart: Cart, at: datetime) -> Bill:
        """Lock all that the order wants, and reckon."""
        lines = await self._stock.lock(connection, cart.quantities)
        discount = 0
        if cart.coupon_id is not None:
            coupon = await self._coupons.lock_claim(connection, cart.coupon_id, cart.user_id)
            discount = coupon.discount(subtotal(lines), at)
        await self._wallet.take(connection, cart.user_id)
        bill = Bill(cart.user_id, lines, cart.coupon_id, discount)
        if cart.expected_total not in {None, bill.total}:
            self._correct_prices({line.product_id: line.unit_price for line in lines})
            raise RejectedError(
                409, f"price_changed: expected {cart.expected_total} won, the order comes to {bill.total}"
            )
        return bill
