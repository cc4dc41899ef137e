"""What the caches of the product pages are filled with, as encoded JSON: only here the database is read."""

from collections.abc import Collection

import orjson

from commerce_app.database.reads import Reads
from commerce_app.product.optional import EXTRAS, Feature
from commerce_app.product.queries import (
    BOUGHT_TOGETHER,
    CATALOGUE,
    CATEGORY,
    CATEGORY_RANKING,
    DETAIL,
    EXISTS,
    POPULAR,
    RANKING,
    STANDING,
)

PAGE_PRODUCTS = 20
RANKED = 20


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

    async def extras(self, product_id: int, features: Collection[Feature] = EXTRAS) -> bytes | None:
        """The standing in the category, and what else its buyers bought; null for what is not wanted."""
        standing = together = None
        async with self._reads.connect() as connection:
            if Feature.RANKING in features:
                rows = await connection.execute(STANDING, {"product_id": product_id})
                found = rows.mappings().one_or_none()
                if found is None:
                    return None
                standing = dict(found)
            if Feature.RECOMMENDATIONS in features:
                rows = await connection.execute(BOUGHT_TOGETHER, {"product_id": product_id})
                together = [dict(row) for row in rows.mappings()]
        return orjson.dumps({"standing": standing, "bought_together": together})

    async def popular(self) -> bytes:
        """The five best sellers of 72 hours."""
        async with self._reads.connect() as connection:
            rows = (await connection.execute(POPULAR)).mappings()
        return orjson.dumps({"products": [dict(row) for row in rows]})

    async def together(self, product_id: int) -> bytes | None:
        """What the buyers of a product bought with it lately, most often first."""
        parameters = {"product_id": product_id}
        async with self._reads.connect() as connection:
            if not (await connection.execute(EXISTS, parameters)).scalar_one():
                return None
            rows = (await connection.execute(BOUGHT_TOGETHER, parameters)).mappings()
        return orjson.dumps({"product_id": product_id, "products": [dict(row) for row in rows]})

    async def catalogue(self, category_id: int | None, after: int) -> bytes | None:
        """The page of products, of a category or of all, that follows the product ``after``."""
        query = CATALOGUE if category_id is None else CATEGORY
        # One more than is shown, which tells whether there is a page to come.
        parameters = {"after": after, "limit": PAGE_PRODUCTS + 1, **_of(category_id)}
        async with self._reads.connect() as connection:
            rows = (await connection.execute(query, parameters)).mappings().all()
        if not rows:
            return None
        shown = [dict(row) for row in rows[:PAGE_PRODUCTS]]
        following = shown[-1]["product_id"] if len(rows) > PAGE_PRODUCTS else None
        return orjson.dumps({"products": shown, "next": following})

    async def ranking(self, category_id: int | None) -> bytes | None:
        """The best sellers of 7 days, of a category or of all; equals share a position."""
        query = RANKING if category_id is None else CATEGORY_RANKING
        parameters = {"limit": RANKED, **_of(category_id)}
        async with self._reads.connect() as connection:
            rows = (await connection.execute(query, parameters)).mappings().all()
        if not rows and category_id is not None:
            return None
        return orjson.dumps({"category_id": category_id, "products": [dict(row) for row in rows]})


def _of(category_id: int | None) -> dict[str, int]:
    return {} if category_id is None else {"category_id": category_id}
