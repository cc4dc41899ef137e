"""The second step of an order: the wallet pays, in one statement that is a transaction of its own."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from commerce_app.database.statements import Statement
from commerce_app.errors import DeadlineError, RejectedError
from commerce_app.locks import RowLocks
from commerce_app.order.reservation import Reserved

PAY = Statement.PAY_ORDER.sql("""
WITH held AS MATERIALIZED (
    SELECT order_id, user_id, subtotal - discount AS total FROM orders
    WHERE order_id = :order_id AND status = 'reserved' AND hold_until > :at FOR UPDATE
), debited AS (
    UPDATE wallets AS w SET balance = w.balance - h.total FROM held AS h
    WHERE w.user_id = h.user_id AND w.balance >= h.total RETURNING h.order_id, h.user_id, h.total
), entry AS (
    INSERT INTO wallet_ledger (user_id, amount, kind, order_id, at)
    SELECT user_id, -total, 'order', order_id, :at FROM debited
), paid AS (
    UPDATE orders AS o SET status = 'paid', paid_at = :at FROM debited AS d
    WHERE o.order_id = d.order_id RETURNING o.order_id
)
SELECT (SELECT count(*) FROM held) AS held, (SELECT count(*) FROM paid) AS paid
""")


async def pay(connection: AsyncConnection, locks: RowLocks, order: Reserved, at: datetime) -> None:
    """Debit the wallet for an order that is still held.

    Raises RejectedError when the balance does not do, DeadlineError when the hold is over. Whatever else it
    raises, whether the wallet has paid is known to whoever locks the order next.
    """
    (step,) = await locks.take("wallet", connection, PAY, {"order_id": order.order_id, "at": at})
    if not step.held:
        raise DeadlineError("the order was not paid within its hold")
    if not step.paid:
        user_id, total = order.bill.user_id, order.bill.total
        raise RejectedError(409, f"the wallet of user {user_id} does not hold {total} won")
