"""Product pages as encoded JSON: from the cache, else from the replica."""

from collections.abc import Iterable
from functools import partial

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from commerce_app.cache.read_path import Cache
from commerce_app.errors import Rejected
from commerce_app.product.queries import BOUGHT_TOGETHER, DETAIL, POPULAR, STANDING
from commerce_app.switches import Switch, Switches

POPULAR_KEY = "popular:v1"
DETAIL_PREFIX = "product:v1:"


class Products:
    """Only a load touches the replica; a page that was cached without its extras stays so until its TTL."""

    def __init__(self, replica: AsyncEngine, details: Cache, popular: Cache, switches: Switches) -> None:
        self._replica = replica
        self._details = details
        self._popular = popular
        self._switches = switches

    async def detail(self, product_id: int) -> bytes:
        """The page of one product; raises Rejected (404) when there is none."""
        body = await self._details.read(detail_key(product_id), partial(self._load_detail, product_id))
        if body is None:
            raise Rejected(404, f"no product {product_id}")
        return body

    async def popular(self) -> bytes:
        """The five best sellers of 72 hours."""
        body = await self._popular.read(POPULAR_KEY, self._load_popular)
        assert body is not None
        return body

    async def prewarm(self, product_ids: Iterable[int]) -> int:
        """Load these products and the popular list into the cache; returns how many keys were warmed."""
        warmed = int(await self._popular.warm(POPULAR_KEY, self._load_popular))
        for product_id in product_ids:
            load = partial(self._load_detail, product_id)
            warmed += await self._details.warm(detail_key(product_id), load)
        return warmed

    def hottest(self, count: int) -> list[int]:
        """The products read most in the last seconds."""
        return [int(key.removeprefix(DETAIL_PREFIX)) for key in self._details.hot.hottest(count)]

    async def _load_detail(self, product_id: int) -> bytes | None:
        async with self._replica.connect() as connection:
            row = (await connection.execute(DETAIL, {"product_id": product_id})).one_or_none()
            if row is None:
                return None
            page = dict(row._mapping, reviews=orjson.Fragment(row.reviews), extras=None)
            if not self._switches.on(Switch.READ_ONLY_EXTRAS):
                page["extras"] = await _extras(connection, product_id)
        return orjson.dumps(page)

    async def _load_popular(self) -> bytes:
        async with self._replica.connect() as connection:
            rows = (await connection.execute(POPULAR)).mappings()
        return orjson.dumps({"products": [dict(row) for row in rows]})


def detail_key(product_id: int) -> str:
    return f"{DETAIL_PREFIX}{product_id}"


async def _extras(connection: AsyncConnection, product_id: int) -> dict[str, object]:
    """What the page can do without: the standing in the category and what else was bought."""
    parameters = {"product_id": product_id}
    standing = (await connection.execute(STANDING, parameters)).mappings().one()
    together = (await connection.execute(BOUGHT_TOGETHER, parameters)).mappings()
    return {"standing": dict(standing), "bought_together": [dict(row) for row in together]}
