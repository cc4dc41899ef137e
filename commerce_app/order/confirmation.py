"""The last step of an order: sold, told to the outbox, its answer kept; one statement, one transaction."""

from datetime import datetime

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from commerce_app.database.statements import Statement
from commerce_app.errors import DeadlineError
from commerce_app.idempotency.answer import Answer
from commerce_app.order.reservation import Reserved

TOPIC = "order-confirmed"
CONFIRM = Statement.CONFIRM_ORDER.sql("""
WITH confirmed AS (
    UPDATE orders SET status = 'confirmed'
    WHERE order_id = :order_id AND status = 'paid' AND hold_until > :at RETURNING order_id, paid_at
), sold AS (
    UPDATE order_items AS i SET paid_at = c.paid_at FROM confirmed AS c WHERE i.order_id = c.order_id
), told AS (
    INSERT INTO outbox (event_id, topic, payload, created_at)
    SELECT CAST(:event_id AS text), CAST(:topic AS text), CAST(:payload AS jsonb), :at FROM confirmed
), answered AS (
    UPDATE idempotency_keys AS k SET status = :status, body = :body FROM confirmed
    WHERE k.scope = :scope AND k.key = :key
)
SELECT count(*) FROM confirmed
""")


async def confirm(
    connection: AsyncConnection, order: Reserved, answer: Answer, paid_at: datetime, at: datetime
) -> None:
    """Make a paid order final; raises DeadlineError when its hold is over."""
    step = {
        "order_id": order.order_id,
        "at": at,
        "event_id": f"{TOPIC}:{order.order_id}",
        "topic": TOPIC,
        "payload": orjson.dumps(payload(order, paid_at)).decode(),
        "status": answer.status,
        "body": answer.body,
        "scope": None if order.key is None else order.key.scope,
        "key": None if order.key is None else order.key.key,
    }
    if not (await connection.execute(CONFIRM, step)).scalar_one():
        raise DeadlineError("the order was not confirmed within its hold")


def payload(order: Reserved, paid_at: datetime) -> dict[str, object]:
    """What the event ``order-confirmed`` tells."""
    items = [{"product_id": line.product_id, "quantity": line.quantity} for line in order.bill.lines]
    return {
        "order_id": order.order_id,
        "user_id": order.bill.user_id,
        "total": order.bill.total,
        "paid_at": paid_at,
        "items": items,
    }
