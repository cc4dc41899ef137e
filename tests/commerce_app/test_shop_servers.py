"""The shop on a real PostgreSQL primary, its replica and Valkey: what must hold under concurrency."""

import asyncio
import math
import time
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

import asyncpg
import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from commerce_app.database.check import check_databases
from commerce_app.database.replication import Replication
from commerce_app.database.seed import SCHEMA_VERSION, Size, seed
from commerce_app.errors import SettingsError
from commerce_app.metrics import Metrics
from commerce_app.switches import Switch
from tests.commerce_app.shop_client import SIZE, asking, order, statuses

pytestmark = pytest.mark.servers

COUPON_500 = 1
WELCOME = 2


async def test_seeding_again_does_nothing_and_another_size_is_refused(servers):
    assert not await seed(servers.primary.url, SIZE, datetime.now(UTC))
    with pytest.raises(ValueError, match="holds 100 products"):
        await seed(servers.primary.url, Size(products=200), datetime.now(UTC))
    with pytest.raises(ValueError, match=r"and 1 categories .* and 4 categories"):
        await seed(servers.primary.url, replace(SIZE, products_per_category=25), datetime.now(UTC))


async def test_serving_wants_a_seeded_database(settings):
    await check_databases(settings)
    empty = settings.database_url.removesuffix("shop") + "postgres"
    with pytest.raises(SettingsError, match="DATABASE_URL: expected a seeded database"):
        await check_databases(replace(settings, database_url=empty))


async def test_tables_of_another_version_are_refused(settings, primary):
    """Without touching them: `seed` would else run its script over tables that lack its columns."""
    await primary.execute("UPDATE shop_seed SET schema_version = 1")
    try:
        with pytest.raises(SettingsError, match="expected schema 3, found 1"):
            await check_databases(settings)
        with pytest.raises(ValueError, match="of schema 1, expected an empty database"):
            await seed(settings.database_url, SIZE, datetime.now(UTC))
    finally:
        await primary.execute("UPDATE shop_seed SET schema_version = $1", SCHEMA_VERSION)


async def test_every_wallet_agrees_with_its_ledger_after_all_this(client, primary):
    users = range(1, 61)
    await asyncio.gather(*(order(client, user, 1 + user % 7, quantity=3) for user in users))
    await asyncio.gather(*(client.post(f"/wallets/{user}/charge", json={"amount": 1_000}) for user in users))
    wrong = await primary.fetch(
        "SELECT user_id FROM wallets JOIN wallet_ledger USING (user_id) "
        "GROUP BY user_id, balance HAVING balance <> sum(amount)"
    )
    assert wrong == []


async def test_no_more_is_sold_than_there_is(client, primary):
    await primary.execute("UPDATE stock SET available = 20, initial = 20 WHERE product_id = 50")
    answers = await asyncio.gather(*(order(client, 100 + buyer, 50) for buyer in range(50)))
    assert statuses(answers) == {201: 20, 409: 30}
    assert await primary.fetchval("SELECT available FROM stock WHERE product_id = 50") == 0


async def test_opposite_baskets_do_not_deadlock(client):
    def basket(user):
        ids = (11, 12) if user % 2 else (12, 11)
        items = [{"product_id": product_id, "quantity": 1} for product_id in ids]
        return client.post("/orders", json={"user_id": user, "items": items})

    assert statuses(await asyncio.gather(*(basket(150 + each) for each in range(40)))) == {201: 40}


async def test_a_wallet_is_never_overdrawn(client, primary):
    price = await primary.fetchval("SELECT price FROM products WHERE product_id = 60")
    await primary.execute("UPDATE wallets SET balance = $1 WHERE user_id = 200", price * 10 - 1)
    before = await primary.fetchval("SELECT available FROM stock WHERE product_id = 60")
    answer = await order(client, 200, 60, quantity=10)
    assert answer.status_code == 409
    assert await primary.fetchval("SELECT balance FROM wallets WHERE user_id = 200") == price * 10 - 1
    assert await primary.fetchval("SELECT available FROM stock WHERE product_id = 60") == before


async def test_concurrent_charges_all_count(client, primary):
    charges = [client.post("/wallets/210/charge", json={"amount": 1_000}) for _ in range(4)]
    answers = await asyncio.gather(*charges)
    paid_in = 1_000 * statuses(answers)[201]
    assert paid_in
    assert await primary.fetchval("SELECT balance FROM wallets WHERE user_id = 210") == 5_000_000 + paid_in


async def test_a_wallet_has_a_ceiling(client, primary):
    await primary.execute("UPDATE wallets SET balance = 9999500 WHERE user_id = 211")
    answer = await client.post("/wallets/211/charge", json={"amount": 1_000})
    assert (answer.status_code, answer.json()["error"]) == (409, "a wallet holds at most 10000000 won")


async def test_a_coupon_is_claimed_once_per_user_and_not_beyond_its_stock(client, primary):
    await primary.execute("UPDATE coupons SET available = 10 WHERE coupon_id = $1", COUPON_500)
    users = [user for user in range(220, 240) for _ in range(2)]
    claims = [client.post(f"/coupons/{COUPON_500}/claim", json={"user_id": user}) for user in users]
    assert statuses(await asyncio.gather(*claims)) == {201: 10, 409: 30}
    assert await primary.fetchval("SELECT available FROM coupons WHERE coupon_id = $1", COUPON_500) == 0


async def test_a_fourth_claim_within_a_minute_is_too_often(client):
    claims = [await client.post("/coupons/3/claim", json={"user_id": 245}) for _ in range(4)]
    assert [claim.status_code for claim in claims] == [201, 409, 409, 429]
    assert 1 <= int(claims[-1].headers["Retry-After"]) <= 60


async def test_a_coupon_is_used_once(client, primary, settings):
    first = await order(client, 250, 61, quantity=10, coupon_id=WELCOME)
    body = first.json()
    assert (body["discount"], body["total"]) == (1_000, body["subtotal"] - 1_000)
    used = await primary.fetchval(
        "SELECT order_id FROM coupon_claims WHERE coupon_id = $1 AND user_id = 250", WELCOME
    )
    assert used == body["order_id"]
    async with asking(settings) as another_process:
        again = await order(another_process, 250, 61, quantity=10, coupon_id=WELCOME)
    assert (again.status_code, again.json()["error"]) == (409, "user 250 has used coupon 2")


async def test_using_a_coupon_and_claiming_it_again_do_not_deadlock(client, primary, servers):
    """An order that holds its claim waits for a claimer that holds the coupon and meets that very claim."""
    claimer = await asyncpg.connect(servers.primary.url)
    try:
        async with claimer.transaction():
            await claimer.fetch("SELECT FROM coupons WHERE coupon_id = $1 FOR UPDATE", WELCOME)
            ordering = asyncio.create_task(order(client, 251, 61, quantity=10, coupon_id=WELCOME))
            while not await primary.fetchval(
                "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%FOR UPDATE OF c%' "
                "AND wait_event_type = 'Lock'"
            ):
                assert not ordering.done()
            claimed = "INSERT INTO coupon_claims VALUES ($1, 251, now()) ON CONFLICT DO NOTHING RETURNING 1"
            assert await claimer.fetchval(claimed, WELCOME) is None
        assert (await ordering).status_code == 201
    finally:
        await claimer.close()


async def test_an_order_a_second_for_a_user(client):
    answers = await asyncio.gather(*(order(client, 260, 62) for _ in range(2)))
    assert statuses(answers) == {201: 1, 429: 1}
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused.json()["error_type"] == "rate_limited"


async def test_a_page_comes_from_the_cache_the_second_time(shop, client):
    pages = [(await client.get("/products/70")).json() for _ in range(2)]
    assert pages[0] == pages[1]
    assert pages[0]["extras"]["standing"]["products"] == 100
    reads = shop.metrics.cache_requests
    assert reads.labels("extras", "origin", "miss")._value.get() == 1
    assert reads.labels("extras", "redis", "hit")._value.get() == 1


async def test_extras_can_be_switched_off(shop, client):
    shop.switches.set({Switch.READ_ONLY_EXTRAS: True})
    page = (await client.get("/products/71")).json()
    assert (page["extras"], page["missing"]) == (None, ["ranking", "recommendations"])


@pytest.mark.parametrize(
    ("switch", "missing", "field"),
    [
        (Switch.READ_ONLY_RANKING, "ranking", "standing"),
        (Switch.READ_ONLY_RECOMMENDATIONS, "recommendations", "bought_together"),
    ],
)
async def test_a_part_of_the_extras_can_be_switched_off_and_is_back_at_once(
    shop, client, switch, missing, field
):
    shop.switches.set({switch: True})
    page = (await client.get("/products/72")).json()
    assert page["missing"] == [missing]
    assert [name for name, value in page["extras"].items() if value is None] == [field]
    shop.switches.set({switch: False})
    page = (await client.get("/products/72")).json()
    assert page["missing"] == []
    assert None not in page["extras"].values()


async def test_an_unknown_product_is_not_found(client):
    assert (await client.get("/products/101")).status_code == 404
    assert (await order(client, 270, 101)).status_code == 404


async def test_who_asks_for_what_does_not_exist_does_not_reach_the_replica(shop, client):
    shop.switches.set({Switch.NEGATIVE_CACHING: True})
    pages = [await client.get(f"/products/{number}") for number in (901, 902) for _ in range(10)]
    assert statuses(pages) == {404: 20}
    reads = shop.metrics.cache_requests
    assert reads.labels("product", "origin", "miss")._value.get() == 2
    assert reads.labels("product", "local", "hit")._value.get() == 18


async def test_popular_products_are_the_best_sold_of_72_hours(client, primary):
    rows = await primary.fetch(
        "SELECT product_id FROM order_items WHERE paid_at > now() - interval '72 hours' "
        "GROUP BY product_id ORDER BY sum(quantity) DESC, max(paid_at) DESC LIMIT 5"
    )
    popular = (await client.get("/products/popular")).json()["products"]
    assert [product["product_id"] for product in popular] == [row["product_id"] for row in rows]


async def test_an_order_past_its_deadline_is_a_timeout_and_leaves_nothing(settings, primary):
    async with asking(replace(settings, order_deadline_seconds=0.2)) as client:
        async with primary.transaction():
            before = await primary.fetchval("SELECT available FROM stock WHERE product_id = 63 FOR UPDATE")
            answer = await order(client, 280, 63)
        assert (answer.status_code, answer.json()["error_type"]) == (504, "timeout")
        assert client.shop.metrics.orders.labels("timeout")._value.get() == 1
    assert await primary.fetchval("SELECT available FROM stock WHERE product_id = 63") == before


@asynccontextmanager
async def slow_confirmation(primary, user, seconds):
    """Orders of this user take so long to be committed in their last step."""
    await primary.execute(
        "CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS "
        f"'BEGIN IF NEW.user_id = {user} THEN PERFORM pg_sleep({seconds}); END IF; RETURN NULL; END'"
    )
    await primary.execute(
        "CREATE CONSTRAINT TRIGGER dawdle AFTER UPDATE ON orders DEFERRABLE INITIALLY DEFERRED "
        "FOR EACH ROW WHEN (NEW.status = 'confirmed') EXECUTE FUNCTION dawdle()"
    )
    try:
        yield
    finally:
        await primary.execute("DROP FUNCTION dawdle CASCADE")


def orders_of(primary, user):
    return primary.fetchval(
        "SELECT count(*) FROM orders WHERE user_id = $1 AND hold_until > now() AND status = 'confirmed'", user
    )


async def test_the_deadline_does_not_hide_an_order_that_is_confirmed_late(settings, primary):
    async with (
        asking(replace(settings, order_deadline_seconds=1)) as client,
        slow_confirmation(primary, 282, 1.2),
    ):
        answer = await order(client, 282, 63)
    assert answer.status_code == 201
    assert await orders_of(primary, 282) == 1


async def test_an_order_whose_confirmation_is_not_answered_is_unknown(settings, primary):
    async with asking(settings) as client, slow_confirmation(primary, 283, 60):
        ordering = asyncio.create_task(order(client, 283, 63))
        while not await primary.fetchval(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
        ):
            assert not ordering.done()
        answer = await ordering
        assert (answer.status_code, answer.json()["error_type"]) == (504, "timeout")
        assert client.shop.metrics.orders.labels("unknown")._value.get() == 1


async def test_an_order_whose_confirmation_takes_too_long_is_unknown(settings, primary):
    async with asking(settings) as client, slow_confirmation(primary, 284, 60):
        answer = await order(client, 284, 63)
        assert (answer.status_code, "may have been placed" in answer.json()["error"]) == (504, True)
        assert client.shop.metrics.payment_attempts.labels("unknown")._value.get() == 1


async def test_a_lock_that_is_not_to_be_had_is_counted_as_a_timeout(settings, primary):
    async with asking(replace(settings, lock_timeout_seconds=0.1)) as client:
        async with primary.transaction():
            await primary.fetch("SELECT FROM wallets WHERE user_id = 281 FOR UPDATE")
            answer = await order(client, 281, 64)
        assert answer.status_code == 504
        assert client.shop.metrics.lock_acquire.labels("wallet", "timeout")._value.get() == 1


async def test_without_its_databases_the_shop_says_so(settings):
    dead = replace(settings, database_url="postgresql://shop@127.0.0.1:1/shop")
    async with asking(dead) as client:
        answer = await client.post("/wallets/1/charge", json={"amount": 1_000})
        assert (answer.status_code, answer.json()["error_type"]) == (503, "dependency")
        assert answer.headers["Retry-After"] == "1"
        assert (await client.get("/products/1")).status_code == 200


async def test_without_redis_pages_come_from_the_replica(settings):
    switches = frozenset({Switch.REDIS_FAST_TIMEOUTS, Switch.CIRCUIT_BREAKER})
    async with asking(replace(settings, redis_url="redis://127.0.0.1:1/0", switches=switches)) as client:
        pages = [await client.get(f"/products/{number}") for number in range(1, 16)]
        assert statuses(pages) == {200: 15}
        assert client.shop.metrics.redis_errors.labels("connection")._value.get() > 0
        assert client.shop.metrics.breaker_state.labels("redis", "open")._value.get() == 1


async def read_after_a_break(client, servers, first):
    """The answer to a page that is not cached, once the replica has ended all connections of the shop."""
    for number in range(first, first + 10):
        await client.get(f"/products/{number}")
    replica = await asyncpg.connect(servers.replica.url)
    try:
        await replica.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'fireline-shop'"
        )
    finally:
        await replica.close()
    return await client.get(f"/products/{first + 10}")


async def test_a_load_whose_connection_broke_is_tried_again_within_the_budget(settings, servers):
    async with asking(replace(settings, switches=frozenset({Switch.RETRY_BUDGET}))) as client:
        assert (await read_after_a_break(client, servers, 30)).status_code == 200
        assert client.shop.metrics.retries.labels("ok")._value.get() == 1


async def test_without_retries_a_broken_connection_fails_the_page(client, servers):
    assert (await read_after_a_break(client, servers, 15)).status_code == 503


async def test_a_flip_is_posted_and_shows(settings):
    bodies = []

    async def receive(request):
        bodies.append(await request.json())
        return JSONResponse({}, status_code=201)

    fireline = Starlette(routes=[Route("/api/v1/events", receive, methods=["POST"])])
    poster = httpx.AsyncClient(transport=httpx.ASGITransport(fireline))
    async with asking(replace(settings, fireline_url="http://fireline"), poster) as client:
        body = {"single_flight": True, "author": "runbook", "reason": "hit rate fell"}
        client.headers["Authorization"] = "Bearer secret"
        answer = await client.put("/admin/switches", json=body)
        assert answer.json()["single_flight"] is True
        assert 'shop_switch_enabled{switch="single_flight"} 1.0' in (await client.get("/metrics")).text
    (event,) = bodies
    assert (event["kind"], event["author"], event["text"]) == (
        "switch", "runbook", "single_flight on: hit rate fell",
    )  # fmt: skip
    assert event["attributes"] == {
        "switch": "single_flight", "from": False, "to": True, "reason": "hit rate fell",
    }  # fmt: skip


async def test_switches_want_the_token(client):
    assert (await client.put("/admin/switches", json={"local_tier": True})).status_code == 401
    assert (await client.get("/admin/switches")).json()["error"].startswith("expected Authorization")


async def test_prewarming_fills_the_cache(shop, client):
    body = {"product_ids": [80, 81, 999], "author": "runbook"}
    answer = await client.post("/admin/prewarm", json=body, headers={"Authorization": "Bearer secret"})
    assert answer.json() == {"warmed": 5}
    await client.get("/products/80")
    assert shop.metrics.cache_requests.labels("product", "redis", "hit")._value.get() == 1


async def test_the_replica_reports_its_lag(settings, monkeypatch):
    metrics, seen = Metrics(), asyncio.Queue()
    monkeypatch.setattr(metrics.replication_lag_seconds, "set", seen.put_nowait)
    replication = Replication(settings.database_url, settings.replica_url, metrics, time.time)
    watch = asyncio.create_task(replication.watch(every_seconds=60))
    assert 0 <= await seen.get() < 60
    watch.cancel()


async def test_a_replica_that_is_gone_has_no_lag(settings, monkeypatch):
    metrics, seen = Metrics(), asyncio.Queue()
    monkeypatch.setattr(metrics.replication_lag_seconds, "set", seen.put_nowait)
    gone = "postgresql://shop@127.0.0.1:1/shop"
    replication = Replication(settings.database_url, gone, metrics, time.time)
    watch = asyncio.create_task(replication.watch(every_seconds=60))
    assert math.isnan(await seen.get())
    watch.cancel()
