"""Product pages as encoded JSON: from the cache, else from the database."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

import orjson

from commerce_app.cache.read_path import Cache
from commerce_app.database.reads import Reads
from commerce_app.errors import CircuitOpenError, LoadShedError, RejectedError
from commerce_app.product.queries import BOUGHT_TOGETHER, DETAIL, POPULAR, STANDING
from commerce_app.switches import Switch, Switches

POPULAR_KEY = "popular:v1"
DETAIL_PREFIX = "product:v1:"
EXTRAS_PREFIX = "extras:v1:"
WARM_AT_ONCE = 8


@dataclass(frozen=True)
class ProductCaches:
    """A page is two values: what the product is, and what stands beside it."""

    detail: Cache
    extras: Cache
    popular: Cache

    def all(self) -> tuple[Cache, ...]:
        return (self.detail, self.extras, self.popular)


class Products:
    """Only a load reads the database."""

    def __init__(self, reads: Reads, caches: ProductCaches, switches: Switches) -> None:
        self._reads = reads
        self._caches = caches
        self._switches = switches

    async def page(self, product_id: int) -> bytes:
        """The whole product page; ``extras`` is null when they are switched off or shed."""
        detail = await self.detail(product_id)
        return detail[:-1] + b',"extras":' + await self._extras(product_id) + b"}"

    async def detail(self, product_id: int) -> bytes:
        """The product itself, as pages and checkouts show it; raises RejectedError (404)."""
        load = partial(self._load_detail, product_id)
        body = await self._caches.detail.read(f"{DETAIL_PREFIX}{product_id}", load)
        if body is None:
            raise RejectedError(404, f"no product {product_id}")
        return body

    async def popular(self) -> bytes:
        """The five best sellers of 72 hours."""
        body = await self._caches.popular.read(POPULAR_KEY, self._load_popular)
        assert body is not None
        return body

    async def prewarm(self, product_ids: Iterable[int]) -> int:
        """Load the popular list and these products into the cache; returns how many keys were warmed."""
        slots = asyncio.Semaphore(WARM_AT_ONCE)

        async def warm(product_id: int) -> int:
            async with slots:
                return await self._warm(product_id)

        popular = await self._caches.popular.warm(POPULAR_KEY, self._load_popular)
        return popular + sum(await asyncio.gather(*map(warm, product_ids)))

    async def keep_popular(self, every_seconds: float) -> None:
        """Reload the popular list for ever, long before its TTL ends."""
        while True:
            await asyncio.sleep(every_seconds)
            self._caches.popular.refresh(POPULAR_KEY, self._load_popular)

    def hottest(self, count: int) -> list[int]:
        """The products read most in the last seconds."""
        hottest = self._caches.detail.hot.hottest(count)
        return [int(key.removeprefix(DETAIL_PREFIX)) for key in hottest]

    async def _warm(self, product_id: int) -> int:
        load = partial(self._load_detail, product_id)
        if not await self._caches.detail.warm(f"{DETAIL_PREFIX}{product_id}", load):
            return 0
        if self._switches.on(Switch.READ_ONLY_EXTRAS):
            return 1
        load = partial(self._load_extras, product_id)
        return 1 + await self._caches.extras.warm(f"{EXTRAS_PREFIX}{product_id}", load)

    async def _extras(self, product_id: int) -> bytes:
        if self._switches.on(Switch.READ_ONLY_EXTRAS):
            return b"null"
        load = partial(self._load_extras, product_id)
        try:
            return await self._caches.extras.read(f"{EXTRAS_PREFIX}{product_id}", load) or b"null"
        except (LoadShedError, CircuitOpenError):
            return b"null"

    async def _load_detail(self, product_id: int) -> bytes | None:
        async with self._reads.connect() as connection:
            row = (await connection.execute(DETAIL, {"product_id": product_id})).one_or_none()
        if row is None:
            return None
        return orjson.dumps(dict(row._mapping, reviews=orjson.Fragment(row.reviews)))

    async def _load_extras(self, product_id: int) -> bytes | None:
        """The standing in the category, and what else its buyers bought."""
        parameters = {"product_id": product_id}
        async with self._reads.connect() as connection:
            standing = (await connection.execute(STANDING, parameters)).mappings().one_or_none()
            together = (await connection.execute(BOUGHT_TOGETHER, parameters)).mappings()
        if standing is None:
            return None
        bought_together = [dict(row) for row in together]
        return orjson.dumps({"standing": dict(standing), "bought_together": bought_together})

    async def _load_popular(self) -> bytes:
        async with self._reads.connect() as connection:
            rows = (await connection.execute(POPULAR)).mappings()
        return orjson.dumps({"products": [dict(row) for row in rows]})
