"""The price that is shown is the price that is charged, also after it changed behind the cache."""

from dataclasses import replace

import pytest

from commerce_app.switches import Switch
from tests.commerce_app.conftest import catch_up
from tests.commerce_app.shop_client import asking, order

pytestmark = pytest.mark.servers


async def shown_price(client, product_id):
    return (await client.get(f"/products/{product_id}")).json()["price"]


@pytest.mark.parametrize("switches", [(), (Switch.LOCAL_TIER, Switch.DISTRIBUTED_LOCK)])
@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "7"}])
async def test_an_order_at_an_old_price_is_refused_and_the_page_corrected(
    settings, servers, primary, switches, headers
):
    product_id = 40 + 2 * bool(switches) + bool(headers)
    async with asking(replace(settings, switches=frozenset(switches))) as client:
        client.headers.update(headers)
        old = await shown_price(client, product_id)
        await primary.execute("UPDATE products SET price = price + 100 WHERE product_id = $1", product_id)
        await catch_up(servers)
        assert await shown_price(client, product_id) == old
        refused = await order(client, product_id, product_id, expected_total=old)
        assert (refused.status_code, refused.json()["error"][:13]) == (409, "price_changed")
        while await shown_price(client, product_id) == old:
            pass
        assert await shown_price(client, product_id) == old + 100


async def test_a_wrong_sum_of_right_prices_loads_nothing(settings):
    async with asking(settings) as client:
        await shown_price(client, 50)
        await order(client, 50, 50, expected_total=1)
        for cache in client.shop.caches.all():
            await cache.settle()
        samples = client.shop.metrics.cache_load_seconds.collect()[0].samples
        loads = {s.labels["cache"]: s.value for s in samples if s.name.endswith("_count") and s.value}
        assert loads == {"product": 1, "extras": 1}
