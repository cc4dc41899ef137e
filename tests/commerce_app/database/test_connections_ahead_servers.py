"""Connections that are there before the first customer."""

from dataclasses import replace

import pytest

from commerce_app.shop import build_shop

pytestmark = pytest.mark.servers

GONE = "postgresql://shop@127.0.0.1:1/shop"


async def test_each_pool_is_filled_before_the_first_customer_as_far_as_it_keeps_them(settings):
    shop = build_shop(replace(settings, ready_connections=3, replica_pool_size=2))
    async with shop.running():
        idle = [engine.pool.checkedin() for engine in (shop.database.primary, shop.database.replica)]
    assert idle == [3, 2]


async def test_a_shop_whose_servers_are_away_starts_all_the_same(settings, caplog):
    away = replace(settings, ready_connections=3, database_url=GONE, replica_url=GONE)
    async with build_shop(away).running():
        pass
    assert "connections that were to be ready: ConnectionRefusedError" in caplog.text
