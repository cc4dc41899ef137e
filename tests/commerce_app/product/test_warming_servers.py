"""Hot keys on their schedule, on a real replica and Redis."""

from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from commerce_app.switches import Switch
from tests.commerce_app.shop_client import asking

pytestmark = pytest.mark.servers


@asynccontextmanager
async def hot(settings, product_id, *switches, ttl_seconds):
    """A shop, a schedule of 30 s, and a product whose page was read ten times."""
    chosen = replace(settings, product_ttl_seconds=ttl_seconds, switches=frozenset(switches))
    async with asking(chosen, loops=False) as client:
        for _ in range(10):
            await client.get(f"/products/{product_id}")
        await client.get(f"/products/{product_id + 1}")
        yield client.shop


def loads_ahead(shop, cache):
    return shop.metrics.cache_requests.labels(cache, "origin", "bypass")._value.get()


async def test_hot_keys_that_expire_soon_are_loaded_and_no_others(settings):
    async with hot(settings, 20, Switch.SCHEDULED_PREWARM, ttl_seconds=59) as shop:
        assert await shop.warming.keep_hot(datetime.now(UTC)) == 2
        assert (loads_ahead(shop, "product"), loads_ahead(shop, "extras")) == (1, 1)


async def test_extras_that_are_switched_off_are_not_loaded(settings):
    async with hot(settings, 22, Switch.SCHEDULED_PREWARM, ttl_seconds=59) as shop:
        shop.switches.set({Switch.READ_ONLY_EXTRAS: True})
        assert await shop.warming.keep_hot(datetime.now(UTC)) == 1


async def test_a_part_of_the_extras_that_was_read_before_is_not_loaded_whole(settings):
    async with hot(settings, 28, Switch.SCHEDULED_PREWARM, ttl_seconds=59) as shop:
        shop.switches.set({Switch.READ_ONLY_RANKING: True})
        assert await shop.warming.keep_hot(datetime.now(UTC)) == 1
        for _ in range(10):
            await shop.products.page(28)
        assert await shop.warming.prewarm([28]) == 3


async def test_what_outlives_the_next_turns_is_left_alone(settings):
    async with hot(settings, 24, Switch.SCHEDULED_PREWARM, ttl_seconds=3600) as shop:
        assert await shop.warming.keep_hot(datetime.now(UTC)) == 0


async def test_without_its_switch_nothing_is_loaded(settings):
    async with hot(settings, 26, ttl_seconds=59) as shop:
        assert await shop.warming.keep_hot(datetime.now(UTC)) == 0
