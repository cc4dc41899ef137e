"""A user's orders: from the cache, and never without the one just placed."""

import time
from dataclasses import replace

import asyncpg
import pytest

from commerce_app.order.history import history_key
from commerce_app.switches import Switch
from tests.commerce_app.conftest import catch_up
from tests.commerce_app.shop_client import asking, order

pytestmark = pytest.mark.servers


async def orders(client, user, **headers):
    answer = await client.get(f"/users/{user}/orders", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["orders"]


def results(shop):
    samples = shop.metrics.cache_requests.collect()[0].samples
    return {s.labels["result"]: s.value for s in samples if s.value and s.labels["cache"] == "orders"}


@pytest.fixture
async def customer(settings):
    """A client that keeps no cookies, of a shop that routes reads by what the replica lacks."""
    async with asking(replace(settings, switches=frozenset({Switch.LAG_AWARE_ROUTING}))) as client:
        client.cookies.jar.set_policy(_NoCookies())
        yield client


class _NoCookies:
    netscape = rfc2965 = hide_cookie2 = False

    def set_ok(self, _cookie, _request):
        return False

    def return_ok(self, _cookie, _request):
        return False

    def domain_return_ok(self, _domain, _request):
        return False

    def path_return_ok(self, _path, _request):
        return False


async def test_the_latest_come_first_with_their_lines(client, primary):
    rows = await primary.fetch(
        "SELECT order_id, subtotal - discount AS total FROM orders WHERE user_id = 12 "
        "ORDER BY paid_at DESC, order_id DESC LIMIT 20"
    )
    shown = await orders(client, 12)
    assert [(each["order_id"], each["total"]) for each in shown] == [tuple(row) for row in rows]
    assert all(
        each["subtotal"] == sum(line["quantity"] * line["unit_price"] for line in each["items"])
        for each in shown
    )


async def test_they_come_from_the_cache_the_second_time(client, shop):
    for _ in range(2):
        await orders(client, 13)
    assert results(shop) == {"miss": 1, "hit": 1}


async def test_who_tells_when_he_wrote_sees_his_order_at_once(customer):
    before = await orders(customer, 14)
    placed = await order(customer, 14, 70)
    wrote_at = placed.headers["Shop-Wrote-At"]
    after = await orders(customer, 14, **{"Shop-Wrote-At": wrote_at})
    assert after[0]["order_id"] == placed.json()["order_id"]
    assert after[1:] == before[:19]
    assert await orders(customer, 14, **{"Shop-Wrote-At": wrote_at}) == after
    assert results(customer.shop) == {"miss": 2, "hit": 1}


async def test_a_page_read_from_a_replica_that_lagged_does_not_outlive_it(customer, servers):
    customer.shop.switches.set({Switch.LAG_AWARE_ROUTING: False})
    replica = await asyncpg.connect(servers.replica.url)
    await replica.execute("SELECT pg_wal_replay_pause()")
    try:
        placed = await order(customer, 17, 70)
        wrote_at = {"Shop-Wrote-At": placed.headers["Shop-Wrote-At"]}
        assert placed.json()["order_id"] not in [
            each["order_id"] for each in await orders(customer, 17, **wrote_at)
        ]
        customer.shop.switches.set({Switch.LAG_AWARE_ROUTING: True})
        assert (await orders(customer, 17, **wrote_at))[0]["order_id"] == placed.json()["order_id"]
    finally:
        await replica.execute("SELECT pg_wal_replay_resume()")
        await replica.close()


async def test_who_does_not_tell_sees_it_once_the_page_is_forgotten(settings, servers):
    chosen = replace(settings, switches=frozenset({Switch.LOCAL_TIER}))
    async with asking(chosen) as client:
        await orders(client, 15)
        client.cookies.clear()
        placed = await order(client, 15, 70)
        client.cookies.clear()
        while await client.shop.redis.get(history_key(15, None, routed=False)) is not None:
            pass
        await catch_up(servers)
        assert (await orders(client, 15))[0]["order_id"] == placed.json()["order_id"]


async def test_an_order_that_was_refused_leaves_the_page_alone(client, shop):
    await orders(client, 16)
    client.cookies.clear()
    assert (await order(client, 16, 70, expected_total=1)).status_code == 409
    client.cookies.clear()
    await orders(client, 16)
    assert results(shop) == {"miss": 1, "hit": 1}


async def test_who_is_not_there_has_no_page(client):
    answer = await client.get("/users/301/orders")
    assert (answer.status_code, answer.json()["error"]) == (404, "no user 301")
    assert (await client.get("/users/0/orders")).status_code == 422


async def test_a_reader_of_many_times_keeps_one_page(customer):
    redis, now = customer.shop.redis, time.time()
    keys = [history_key(18, round(now - ago, 6), routed=True) for ago in (30, 20, 10)]
    for ago in (30, 20, 10, 25):
        await orders(customer, 18, **{"Shop-Wrote-At": f"{now - ago:.6f}"})
    while [await redis.get(key) is not None for key in keys] != [False, False, True]:
        pass
    assert results(customer.shop) == {"miss": 3, "hit": 1}


async def test_a_write_that_every_page_is_younger_than_has_none_of_its_own(customer):
    for headers in ({}, {"Shop-Wrote-At": "1000"}):
        await orders(customer, 19, **headers)
    assert results(customer.shop) == {"miss": 1, "hit": 1}
