import asyncio
from types import SimpleNamespace

import pytest

from commerce_app.errors import LoadShedError
from commerce_app.product.optional import OptionalFeatures
from commerce_app.product.warming import Warming
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


async def test_no_load_runs_on_once_one_was_shed():
    cache, switches = Warmed(), Switches()
    caches = SimpleNamespace(detail=cache, extras=cache, popular=cache)
    loads = SimpleNamespace(detail=cache.warm, popular=cache.warm)
    warming = Warming(loads, caches, OptionalFeatures(switches), switches, hot_keys=1, ahead_seconds=1)
    with pytest.raises(LoadShedError):
        await warming.prewarm(range(3))
    assert cache.under_way == 0
