"""What is left to sell: pieces in stock, and coupons to be claimed; as the primary has it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

STOCK = text("SELECT product_id, available FROM stock WHERE product_id = ANY(:product_ids)")
COUPON = text("""
SELECT available, extract(epoch FROM expires_at)::float8 AS expires_at
FROM coupons WHERE coupon_id = :coupon_id
""")


class Supplies:
    def __init__(self, primary: AsyncEngine) -> None:
        self._primary = primary

    async def count(self, product_ids: Sequence[int], coupon_id: int | None) -> dict[str, Any]:
        """``stock``: pieces by product, without those there are not; ``coupon``: None where there is none."""
        async with self._primary.connect() as connection:
            rows = await connection.execute(STOCK, {"product_ids": list(product_ids)})
            stock = {row.product_id: row.available for row in rows}
            coupon = (await connection.execute(COUPON, {"coupon_id": coupon_id})).mappings().one_or_none()
        return {"stock": stock, "coupon": None if coupon is None else dict(coupon)}
