"""Filling the caches ahead of the readers: when an operator asks for it, and on a schedule."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from datetime import datetime
from functools import partial

from commerce_app.cache.read_path import Cache
from commerce_app.product.caches import POPULAR_KEY, ProductCaches, detail_key, extras_key, product_id_of
from commerce_app.product.loads import ProductLoads
from commerce_app.product.optional import Feature, OptionalFeatures
from commerce_app.switches import Switch, Switches

# What extras hold of the default limit on loads while work goes by class: more would wait for themselves.
WARM_AT_ONCE = 2

LoadOf = Callable[[int], Awaitable[bytes | None]]


class Warming:
    """Every load passes the limit on loads, as a reader's does."""

    def __init__(
        self,
        loads: ProductLoads,
        caches: ProductCaches,
        features: OptionalFeatures,
        switches: Switches,
        *,
        hot_keys: int,
        ahead_seconds: float,
    ) -> None:
        self._loads = loads
        self._caches = caches
        self._features = features
        self._switches = switches
        self._hot_keys = hot_keys
        self._ahead_seconds = ahead_seconds

    def hottest(self, count: int) -> list[int]:
        """The products read most in the last seconds."""
        return [product_id_of(key) for key in self._caches.detail.hot.hottest(count)]

    async def prewarm(self, product_ids: Iterable[int]) -> int:
        """Load the popular list and these products into the cache; returns how many keys were warmed.

        The first load that fails, or is shed, ends the others: it is raised.
        """
        slots = asyncio.Semaphore(WARM_AT_ONCE)

        async def warm(product_id: int) -> int:
            async with slots:
                return await self._warm(product_id)

        popular = await self._caches.popular.warm(POPULAR_KEY, self._loads.popular)
        return popular + sum(await _all_or_first_failure(map(warm, product_ids)))

    async def keep_popular(self, every_seconds: float) -> None:
        """Reload the popular list for ever, long before its TTL ends, while that is offered."""
        while True:
            await asyncio.sleep(every_seconds)
            if self._features.offered(Feature.POPULAR_REFRESH):
                self._caches.popular.refresh(POPULAR_KEY, self._loads.popular)

    async def keep_hot(self, at: datetime) -> int:
        """Load the hot keys that expire soon, while the switch is on; returns how many.

        One load at a time, so that it takes at most one place of the limit. The first that fails, or is
        shed, ends the turn: it is raised.
        """
        if not self._switches.on(Switch.SCHEDULED_PREWARM):
            return 0
        offered = self._features.extras()
        loaded = await self._keep_hot(self._caches.detail, detail_key, self._loads.detail, at.timestamp())
        if offered:
            extras_of = partial(extras_key, features=offered)
            load = partial(self._loads.extras, features=offered)
            loaded += await self._keep_hot(self._caches.extras, extras_of, load, at.timestamp())
        return loaded

    async def _keep_hot(self, cache: Cache, key_of: Callable[[int], str], load: LoadOf, at: float) -> int:
        loaded = 0
        for key in cache.hot.hot(self._hot_keys, at):
            product_id = product_id_of(key)
            if key == key_of(product_id):  # not one of features that were offered a moment ago
                loaded += await cache.renew(key, partial(load, product_id), at + self._ahead_seconds)
        return loaded

    async def _warm(self, product_id: int) -> int:
        load = partial(self._loads.detail, product_id)
        if not await self._caches.detail.warm(detail_key(product_id), load):
            return 0
        offered = self._features.extras()
        if not offered:
            return 1
        load = partial(self._loads.extras, product_id, offered)
        return 1 + await self._caches.extras.warm(extras_key(product_id, offered), load)


async def _all_or_first_failure(loads: Iterable[Coroutine[None, None, int]]) -> list[int]:
    """None of them runs on once one has failed, as it would in ``gather``."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(load) for load in loads]
    except BaseExceptionGroup as failed:
        raise failed.exceptions[0] from None
    return [task.result() for task in tasks]
