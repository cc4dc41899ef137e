"""Pieces sold per product and hour, counted from confirmed orders, each once."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from commerce_app.outbox.events import OutboxEvent
from commerce_app.outbox.inbox import remember

CONSUMER = "sales"
TOPIC = "order-confirmed"
# In one order everywhere, so that two relays do not wait for each other in a circle.
COUNT = text("""
INSERT INTO product_sales (product_id, hour, quantity)
SELECT product_id, hour, quantity
FROM unnest(CAST(:product_ids AS integer[]), CAST(:hours AS timestamptz[]), CAST(:quantities AS bigint[]))
     AS sold (product_id, hour, quantity)
ORDER BY product_id, hour
ON CONFLICT (product_id, hour) DO UPDATE SET quantity = product_sales.quantity + excluded.quantity
""")


class Sales:
    def __init__(self, primary: AsyncEngine) -> None:
        self._primary = primary

    async def take(self, events: Sequence[OutboxEvent], at: datetime) -> None:
        """Count the orders among the events that were not counted before."""
        orders = [event for event in events if event.topic == TOPIC]
        async with self._primary.begin() as connection:
            sold = pieces(await remember(connection, CONSUMER, orders, at))
            if sold:
                counted = {
                    "product_ids": [product_id for product_id, _ in sold],
                    "hours": [hour for _, hour in sold],
                    "quantities": list(sold.values()),
                }
                await connection.execute(COUNT, counted)


def pieces(orders: Iterable[OutboxEvent]) -> Counter[tuple[int, datetime]]:
    """Quantities by product and the hour of payment."""
    sold: Counter[tuple[int, datetime]] = Counter()
    for order in orders:
        paid_at = datetime.fromisoformat(order.payload["paid_at"]).astimezone(UTC)
        hour = paid_at.replace(minute=0, second=0, microsecond=0)
        for item in order.payload["items"]:
            sold[item["product_id"], hour] += item["quantity"]
    return sold
