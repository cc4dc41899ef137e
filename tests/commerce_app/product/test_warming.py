import asyncio
from types import SimpleNamespace

import pytest

from commerce_app.errors import LoadShedError
from commerce_app.product.optional import OptionalFeatures
from commerce_app.product.warming import Warming
from commerce_app.resilience.concurrency import ConcurrencyLimit
from commerce_app.settings import Settings
from commerce_app.switches import Switches


class Warmed:
    """A cache in which the product 1 is shed, and any other takes for ever."""

    def __init__(self):
        self.under_way = 0

    async def warm(self, key, _load):
        if key == "popular:v1":
            return True
        self.under_way += 1
        try:
            await asyncio.sleep(0)
            if key.endswith(":1"):
                raise LoadShedError("loads", 1)
            await asyncio.Event().wait()
        finally:
            self.under_way -= 1


class Limited:
    """A cache whose loads pass a limit at which no extras may wait."""

    def __init__(self):
        places = Settings("primary", "replica", "redis").concurrent_loads
        self._limit = ConcurrencyLimit("loads", places, 64, wait_seconds=0.0, by_class=lambda: True)

    async def warm(self, _key, _load):
        async with self._limit.slot():
            await asyncio.sleep(0)
        return True


async def test_no_load_runs_on_once_one_was_shed():
    cache = Warmed()
    with pytest.raises(LoadShedError):
        await warming(cache).prewarm(range(3))
    assert cache.under_way == 0


async def test_a_batch_is_not_shed_by_itself():
    assert await warming(Limited()).prewarm(range(20)) == 41


def warming(cache):
    switches = Switches()
    caches = SimpleNamespace(detail=cache, extras=cache, popular=cache)
    loads = SimpleNamespace(detail=cache.warm, extras=cache.warm, popular=cache.warm)
    return Warming(loads, caches, OptionalFeatures(switches), switches, hot_keys=1, ahead_seconds=1)
