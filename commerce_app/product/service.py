"""Product pages as encoded JSON: from the cache, else from the database."""

from functools import partial

from commerce_app.errors import CircuitOpenError, LoadShedError, RejectedError
from commerce_app.product.caches import POPULAR_KEY, ProductCaches, detail_key, extras_key
from commerce_app.product.loads import ProductLoads
from commerce_app.switches import Switch, Switches


class Products:
    """Reads; ``commerce_app/product/warming.py`` fills ahead of them."""

    def __init__(self, loads: ProductLoads, caches: ProductCaches, switches: Switches) -> None:
        self._loads = loads
        self._caches = caches
        self._switches = switches

    async def page(self, product_id: int) -> bytes:
        """The whole product page; ``extras`` is null when they are switched off or shed."""
        detail = await self.detail(product_id)
        return detail[:-1] + b',"extras":' + await self._extras(product_id) + b"}"

    async def detail(self, product_id: int) -> bytes:
        """The product itself, as pages and checkouts show it; raises RejectedError (404)."""
        load = partial(self._loads.detail, product_id)
        body = await self._caches.detail.read(detail_key(product_id), load)
        if body is None:
            raise RejectedError(404, f"no product {product_id}")
        return body

    async def popular(self) -> bytes:
        """The five best sellers of 72 hours."""
        body = await self._caches.popular.read(POPULAR_KEY, self._loads.popular)
        assert body is not None
        return body

    async def _extras(self, product_id: int) -> bytes:
        if self._switches.on(Switch.READ_ONLY_EXTRAS):
            return b"null"
        load = partial(self._loads.extras, product_id)
        try:
            return await self._caches.extras.read(extras_key(product_id), load) or b"null"
        except (LoadShedError, CircuitOpenError):
            return b"null"
