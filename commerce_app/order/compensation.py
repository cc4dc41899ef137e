"""Undoing orders that were not confirmed: stock, coupons and money go back, the keys are freed or answered.

One transaction, for one order or many. What it finds confirmed or cancelled it leaves alone, so that it may
come late, twice, or beside the step that it undoes.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from commerce_app.database.statements import Statement
from commerce_app.idempotency.answer import Answer
from commerce_app.locks import RowLocks

LOCK_ORDER = Statement.UNDO_ORDER.sql("""
SELECT order_id, status FROM orders
WHERE order_id = :order_id AND status IN ('reserved', 'paid') FOR UPDATE
""")
LOCK_STOCK = Statement.UNDO_ORDER.sql("""
SELECT 1 FROM stock WHERE product_id IN (
    SELECT product_id FROM order_items WHERE order_id = ANY(CAST(:order_ids AS bigint[]))
) ORDER BY product_id FOR UPDATE
""")
RETURN_STOCK = Statement.UNDO_ORDER.sql("""
UPDATE stock AS s SET available = s.available + back.quantity FROM (
    SELECT product_id, sum(quantity) AS quantity FROM order_items
    WHERE order_id = ANY(CAST(:order_ids AS bigint[])) GROUP BY product_id
) AS back WHERE s.product_id = back.product_id
""")
RETURN_COUPONS = Statement.UNDO_ORDER.sql("""
UPDATE coupon_claims AS c SET order_id = NULL FROM orders AS o
WHERE o.order_id = ANY(CAST(:order_ids AS bigint[])) AND c.order_id = o.order_id
  AND c.coupon_id = o.coupon_id AND c.user_id = o.user_id
""")
LOCK_WALLETS = Statement.UNDO_ORDER.sql("""
SELECT 1 FROM wallets WHERE user_id IN (
    SELECT user_id FROM orders WHERE order_id = ANY(CAST(:paid_ids AS bigint[]))
) ORDER BY user_id FOR UPDATE
""")
REFUND = Statement.UNDO_ORDER.sql("""
UPDATE wallets AS w SET balance = w.balance + back.amount FROM (
    SELECT user_id, sum(subtotal - discount) AS amount FROM orders
    WHERE order_id = ANY(CAST(:paid_ids AS bigint[])) GROUP BY user_id
) AS back WHERE w.user_id = back.user_id
""")
LEDGER = Statement.UNDO_ORDER.sql("""
INSERT INTO wallet_ledger (user_id, amount, kind, order_id, at)
SELECT user_id, subtotal - discount, 'refund', order_id, CAST(:at AS timestamptz) FROM orders
WHERE order_id = ANY(CAST(:paid_ids AS bigint[]))
""")
CANCEL = Statement.UNDO_ORDER.sql(
    "UPDATE orders SET status = 'cancelled' WHERE order_id = ANY(CAST(:order_ids AS bigint[]))"
)
FREE_KEYS = Statement.UNDO_ORDER.sql("""
DELETE FROM idempotency_keys AS k USING orders AS o
WHERE o.order_id = ANY(CAST(:order_ids AS bigint[]))
  AND k.scope = 'order:' || o.user_id AND k.key = o.idempotency_key AND k.status IS NULL
""")
ANSWER_KEYS = Statement.UNDO_ORDER.sql("""
UPDATE idempotency_keys AS k SET status = :status, body = :body FROM orders AS o
WHERE o.order_id = ANY(CAST(:order_ids AS bigint[]))
  AND k.scope = 'order:' || o.user_id AND k.key = o.idempotency_key AND k.status IS NULL
""")


class Compensation:
    def __init__(self, locks: RowLocks) -> None:
        self._locks = locks

    async def undo(
        self, connection: AsyncConnection, order_id: int, rejection: Answer | None, at: datetime
    ) -> bool:
        """Undo one order, its key keeps the ``rejection`` or is free again. False where none was to be."""
        orders = (await connection.execute(LOCK_ORDER, {"order_id": order_id})).all()
        if orders:
            await self.give_back(connection, orders, rejection, at)
        return bool(orders)

    async def give_back(
        self,
        connection: AsyncConnection,
        orders: Sequence[Row[Any]],
        rejection: Answer | None,
        at: datetime,
    ) -> None:
        """Undo orders (``order_id``, ``status``) whose rows this transaction has locked."""
        order_ids = [order.order_id for order in orders]
        paid_ids = [order.order_id for order in orders if order.status == "paid"]
        await self._return_goods(connection, order_ids)
        if paid_ids:
            await self._return_money(connection, paid_ids, at)
        await connection.execute(CANCEL, {"order_ids": order_ids})
        if rejection is None:
            await connection.execute(FREE_KEYS, {"order_ids": order_ids})
        else:
            kept = {"order_ids": order_ids, "status": rejection.status, "body": rejection.body}
            await connection.execute(ANSWER_KEYS, kept)

    async def _return_goods(self, connection: AsyncConnection, order_ids: list[int]) -> None:
        await self._locks.take("stock", connection, LOCK_STOCK, {"order_ids": order_ids})
        await connection.execute(RETURN_STOCK, {"order_ids": order_ids})
        await connection.execute(RETURN_COUPONS, {"order_ids": order_ids})

    async def _return_money(self, connection: AsyncConnection, paid_ids: list[int], at: datetime) -> None:
        await self._locks.take("wallet", connection, LOCK_WALLETS, {"paid_ids": paid_ids})
        await connection.execute(REFUND, {"paid_ids": paid_ids})
        await connection.execute(LEDGER, {"paid_ids": paid_ids, "at": at})
