"""What the caches of the product pages are filled with, as encoded JSON: only here the database is read."""

import orjson

from commerce_app.database.reads import Reads
from commerce_app.product.queries import BOUGHT_TOGETHER, DETAIL, POPULAR, STANDING


class ProductLoads:
    """Each load raises what the database raises; None where there is no such thing."""

    def __init__(self, reads: Reads) -> None:
        self._reads = reads

    async def detail(self, product_id: int) -> bytes | None:
        """The product and its reviews."""
        async with self._reads.connect() as connection:
            row = (await connection.execute(DETAIL, {"product_id": product_id})).one_or_none()
        if row is None:
            return None
        return orjson.dumps(dict(row._mapping, reviews=orjson.Fragment(row.reviews)))

    async def extras(self, product_id: int) -> bytes | None:
        """The standing in the category, and what else its buyers bought."""
        parameters = {"product_id": product_id}
        async with self._reads.connect() as connection:
            standing = (await connection.execute(STANDING, parameters)).mappings().one_or_none()
            together = (await connection.execute(BOUGHT_TOGETHER, parameters)).mappings()
        if standing is None:
            return None
        bought_together = [dict(row) for row in together]
        return orjson.dumps({"standing": dict(standing), "bought_together": bought_together})

    async def popular(self) -> bytes:
        """The five best sellers of 72 hours."""
        async with self._reads.connect() as connection:
            rows = (await connection.execute(POPULAR)).mappings()
        return orjson.dumps({"products": [dict(row) for row in rows]})
