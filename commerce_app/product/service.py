"""Product pages as encoded JSON: from the cache, else from the database."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from functools import partial

import orjson
from sqlalchemy.exc import SQLAlchemyError

from commerce_app.errors import CircuitOpenError, DeadlineError, LoadShedError, RejectedError
from commerce_app.product.caches import (
    POPULAR_KEY,
    ProductCaches,
    catalogue_key,
    detail_key,
    extras_key,
    ranking_key,
    together_key,
)
from commerce_app.product.loads import ProductLoads
from commerce_app.product.optional import EXTRAS, Feature, OptionalFeatures
from commerce_app.resilience.gate import Work
from commerce_app.resilience.work import doing

# What a page can do without is shed, kept from the replica, too slow, or failed: no reason to show no page.
# cache_load_failures_total counts the loads that failed or were too slow. The end of a page's own wait for
# them, TimeoutError, is an OSError.
NOT_TO_BE_HAD = (LoadShedError, CircuitOpenError, DeadlineError, SQLAlchemyError, OSError)


class Products:
    """Reads; ``commerce_app/product/warming.py`` fills ahead of them."""

    def __init__(self, loads: ProductLoads, caches: ProductCaches, features: OptionalFeatures) -> None:
        self._loads = loads
        self._caches = caches
        self._features = features

    async def page(self, product_id: int) -> bytes:
        """The whole product page; ``missing`` names what it goes without: left out, or not to be had.

        Product and extras are read side by side: a page waits for the slower of them, not for both.
        """
        beside = asyncio.create_task(self._extras(product_id))
        try:
            detail = await self.detail(product_id)
            extras, missing = await beside
        finally:
            beside.cancel()
        return b"".join((detail[:-1], b',"extras":', extras, b',"missing":', orjson.dumps(missing), b"}"))

    async def detail(self, product_id: int) -> bytes:
        """The product itself, as pages and checkouts show it; raises RejectedError (404)."""
        load = partial(self._loads.detail, product_id)
        return _found(await self._caches.detail.read(detail_key(product_id), load), f"product {product_id}")

    def correct_prices(self, prices: Mapping[int, int]) -> None:
        """Load the products again, in the background, that are shown at another price than this, in won."""
        for product_id, price in prices.items():
            load = partial(self._loads.detail, product_id)
            self._caches.detail.correct(detail_key(product_id), load, partial(_shows, price))

    async def popular(self) -> bytes:
        """The five best sellers of 72 hours."""
        body = await self._caches.popular.read(POPULAR_KEY, self._loads.popular)
        assert body is not None
        return body

    async def catalogue(self, category_id: int | None, after: int) -> bytes:
        """The page of products that follows the product ``after``; raises RejectedError (404)."""
        load = partial(self._loads.catalogue, category_id, after)
        body = await self._caches.catalogue.read(catalogue_key(category_id, after), load)
        where = "" if category_id is None else f" in category {category_id}"
        return _found(body, f"product{where} after {after}")

    async def ranking(self, category_id: int | None) -> bytes:
        """The best sellers of 7 days, of a category or of all; raises RejectedError (404).

        ``products`` is null while rankings are switched off.
        """
        if not self._features.offered(Feature.RANKING):
            return orjson.dumps({"category_id": category_id, "products": None})
        load = partial(self._loads.ranking, category_id)
        body = await self._caches.ranking.read(ranking_key(category_id), load)
        return _found(body, f"category {category_id}")

    async def together(self, product_id: int) -> bytes:
        """What is bought with a product, ``products`` null where that cannot be had."""
        without = orjson.dumps({"product_id": product_id, "products": None})
        if not self._features.offered(Feature.RECOMMENDATIONS):
            return without
        load = partial(self._loads.together, product_id)
        try:
            body = await self._caches.together.read(together_key(product_id), load)
        except NOT_TO_BE_HAD:
            return without
        return _found(body, f"product {product_id}")

    async def _extras(self, product_id: int) -> tuple[bytes, list[str]]:
        """What stands beside the product, null without any, and what is missing of it."""
        offered = self._features.extras()
        if offered:
            load = partial(self._loads.extras, product_id, offered)
            with doing(Work.EXTRAS), suppress(*NOT_TO_BE_HAD):
                async with asyncio.timeout(self._features.extras_wait_seconds()):
                    extras = await self._caches.extras.read(extras_key(product_id, offered), load)
                if extras is not None:
                    return extras, sorted(EXTRAS - offered)
        return b"null", sorted(EXTRAS)


def _found(body: bytes | None, what: str) -> bytes:
    if body is None:
        raise RejectedError(404, f"no {what}")
    return body


def _shows(price: int, detail: bytes) -> bool:
    shown = orjson.loads(detail or b"{}").get("price")
    return bool(shown == price)
