"""The stock of an order's products, locked ascending by product."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncConnection

from commerce_app.database.statements import Statement
from commerce_app.errors import RejectedError
from commerce_app.locks import RowLocks
from commerce_app.order.bill import Line

LOCK = Statement.LOCK_STOCK.sql("""
SELECT s.product_id, s.available, p.price FROM stock AS s JOIN products AS p USING (product_id)
WHERE s.product_id = ANY(CAST(:product_ids AS integer[])) ORDER BY s.product_id FOR UPDATE OF s
""")


class Stock:
    def __init__(self, locks: RowLocks) -> None:
        self._locks = locks

    async def lock(self, connection: AsyncConnection, quantities: Mapping[int, int]) -> list[Line]:
        """Hold the stock for this transaction; raises RejectedError for the first product that is short."""
        product_ids = sorted(quantities)
        rows = await self._locks.take("stock", connection, LOCK, {"product_ids": product_ids})
        found = {row.product_id: row for row in rows}
        for product_id in product_ids:
            if product_id not in found:
                raise RejectedError(404, f"no product {product_id}")
            if found[product_id].available < quantities[product_id]:
                raise RejectedError(409, f"product {product_id} is out of stock")
        return [Line(each, quantities[each], found[each].price) for each in product_ids]
