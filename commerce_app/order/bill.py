"""What an order comes to, and writing it down."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from commerce_app.order.stock import Line

INSERT_ORDER = text("""
INSERT INTO orders (user_id, coupon_id, subtotal, discount, status, reserved_at, hold_until, paid_at)
VALUES (:user_id, :coupon_id, :subtotal, :discount, 'confirmed', :at, :at, :at) RETURNING order_id
""")
INSERT_ITEMS = text("""
INSERT INTO order_items (order_id, product_id, quantity, unit_price, paid_at)
SELECT :order_id, i.product_id, i.quantity, i.unit_price, :at
FROM unnest(CAST(:product_ids AS integer[]), CAST(:quantities AS integer[]), CAST(:prices AS integer[]))
     AS i (product_id, quantity, unit_price)
""")


@dataclass(frozen=True)
class Bill:
    """Amounts in won."""

    user_id: int
    lines: Sequence[Line]
    coupon_id: int | None
    discount: int
    at: datetime

    @property
    def subtotal(self) -> int:
        return subtotal(self.lines)

    @property
    def total(self) -> int:
        return self.subtotal - self.discount


def subtotal(lines: Sequence[Line]) -> int:
    """Won for all lines before any discount."""
    return sum(line.quantity * line.unit_price for line in lines)


async def record(connection: AsyncConnection, bill: Bill) -> int:
    """Write an order and its lines; returns its number."""
    order = {
        "user_id": bill.user_id,
        "coupon_id": bill.coupon_id,
        "subtotal": bill.subtotal,
        "discount": bill.discount,
        "at": bill.at,
    }
    order_id = int((await connection.execute(INSERT_ORDER, order)).scalar_one())
    items = {
        "order_id": order_id,
        "at": bill.at,
        "product_ids": [line.product_id for line in bill.lines],
        "quantities": [line.quantity for line in bill.lines],
        "prices": [line.unit_price for line in bill.lines],
    }
    await connection.execute(INSERT_ITEMS, items)
    return order_id
