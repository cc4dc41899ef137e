"""Taking stock under row locks, ascending by product."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from commerce_app.errors import RejectedError
from commerce_app.locks import RowLocks

LOCK = text("""
SELECT s.product_id, s.available, p.price FROM stock AS s JOIN products AS p USING (product_id)
WHERE s.product_id = ANY(CAST(:product_ids AS integer[])) ORDER BY s.product_id FOR UPDATE OF s
""")
TAKE = text("""
UPDATE stock AS s SET available = s.available - wanted.quantity
FROM unnest(CAST(:product_ids AS integer[]), CAST(:quantities AS integer[])) AS wanted (product_id, quantity)
WHERE s.product_id = wanted.product_id
""")


@dataclass(frozen=True)
class Line:
    """One product of an order at the price the primary knows."""

    product_id: int
    quantity: int
    unit_price: int


class Stock:
    def __init__(self, locks: RowLocks) -> None:
        self._locks = locks

    async def take(self, connection: AsyncConnection, quantities: Mapping[int, int]) -> list[Line]:
        """Lower the stock of all products or raise RejectedError for the first that is short."""
        product_ids = sorted(quantities)
        rows = await self._locks.take("stock", connection, LOCK, {"product_ids": product_ids})
        found = {row.product_id: row for row in rows}
        for product_id in product_ids:
            if product_id not in found:
                raise RejectedError(404, f"no product {product_id}")
            if found[product_id].available < quantities[product_id]:
                raise RejectedError(409, f"product {product_id} is out of stock")
        taken = {"product_ids": product_ids, "quantities": [quantities[each] for each in product_ids]}
        await connection.execute(TAKE, taken)
        return [Line(each, quantities[each], found[each].price) for each in product_ids]
