"""The switch that drops and builds an index, on a real primary with its replica."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import asyncpg
import pytest

from commerce_app.database import indexes
from commerce_app.database.indexes import LOCK, NAME, ProductIndexes
from commerce_app.errors import DeadlineError, DependencyError, RejectedError
from commerce_app.switches import Switch
from tests.commerce_app.shop_client import asking

pytestmark = pytest.mark.servers

DEFINITION = "SELECT indexdef FROM pg_indexes WHERE indexname = $1"
ADMIN = {"Authorization": "Bearer secret"}


@pytest.fixture
async def index(servers):
    product_indexes = ProductIndexes(servers.primary.url)
    yield product_indexes
    await product_indexes.bring(True)


async def flip(client, wanted):
    body = {"product_indexes": wanted, "author": "drill", "reason": "no index"}
    return await client.put("/admin/switches", json=body, headers=ADMIN)


async def test_it_is_built_as_it_was(index, primary):
    before = await primary.fetchval(DEFINITION, NAME)
    assert await index.bring(False)
    assert not await index.present()
    assert await primary.fetchval(DEFINITION, NAME) is None
    assert await index.bring(True)
    assert await index.present()
    assert await primary.fetchval(DEFINITION, NAME) == before


async def test_asking_twice_changes_once(index):
    assert [await index.bring(False), await index.bring(False)] == [True, False]
    assert [await index.bring(True), await index.bring(True)] == [True, False]


async def test_two_processes_do_not_change_it_at_once(index, primary):
    await primary.execute("SELECT pg_advisory_lock($1)", LOCK)
    with pytest.raises(RejectedError, match="another process is changing them"):
        await index.bring(False)
    await primary.execute("SELECT pg_advisory_unlock($1)", LOCK)
    assert await index.present()


async def test_many_who_flip_it_leave_it_whole(servers, index):
    processes = [ProductIndexes(servers.primary.url) for _ in range(4)]
    outcomes = await asyncio.gather(*(each.bring(False) for each in processes), return_exceptions=True)
    assert outcomes.count(True) == 1
    assert all(isinstance(each, bool | RejectedError) for each in outcomes)
    assert not await index.present()


async def test_a_build_that_is_cut_short_is_made_good(index, primary, servers, monkeypatch):
    """A transaction that writes to the table holds the build up; what it leaves is no index for queries."""
    await index.bring(False)
    monkeypatch.setattr(indexes, "BUILD_SECONDS", 0.2)
    writer = await asyncpg.connect(servers.primary.url)
    async with writer.transaction():
        await writer.execute("UPDATE order_items SET quantity = quantity WHERE order_id = 1")
        with pytest.raises(DeadlineError, match=r"product_indexes: not done within 0\.2 s"):
            await index.bring(True)
    await writer.close()
    assert not await index.present()
    assert await primary.fetchval(
        "SELECT NOT indisvalid FROM pg_index WHERE indexrelid = to_regclass($1)", NAME
    )
    monkeypatch.undo()
    assert await index.bring(True)
    assert await index.present()


async def test_a_primary_that_is_gone_is_named():
    gone = ProductIndexes("postgresql://shop@127.0.0.1:1/shop")
    with pytest.raises(DependencyError, match="product_indexes: the primary failed"):
        await gone.present()


async def test_pages_answer_without_the_index(client, index, primary):
    await index.bring(False)
    plan = await primary.fetch("EXPLAIN SELECT sum(quantity) FROM order_items WHERE product_id = 7")
    assert not any(NAME in line["QUERY PLAN"] for line in plan)
    answer = await client.get("/products/31")
    assert answer.json()["extras"]["standing"]["products"] == 100


async def test_the_switch_shows_what_is_there_and_tells_each_change_once(client, index, monkeypatch):
    told = []
    monkeypatch.setattr(client.shop.events, "post", told.append)
    for wanted in (False, False, True):
        answer = await flip(client, wanted)
        assert (answer.status_code, answer.json()["product_indexes"]) == (200, wanted)
    assert [event.text for event in told] == ["product_indexes off: no index", "product_indexes on: no index"]


async def test_what_another_process_changed_is_shown(client, index):
    await index.bring(False)
    shown = await client.get("/admin/switches", headers=ADMIN)
    assert shown.json()["product_indexes"] is False


async def test_the_gauge_follows_the_database(quiet_shop, index):
    shown = quiet_shop.metrics.switch_enabled.labels("product_indexes")
    await quiet_shop.switchboard.mirror(datetime.now(UTC))
    assert shown._value.get() == 1
    await index.bring(False)
    await quiet_shop.switchboard.mirror(datetime.now(UTC))
    assert shown._value.get() == 0


async def test_a_start_touches_nothing(settings, index):
    await index.bring(False)
    async with asking(replace(settings, switches=frozenset({Switch.PRODUCT_INDEXES}))) as client:
        assert (await client.get("/admin/switches", headers=ADMIN)).json()["product_indexes"] is False
    await index.bring(True)
    async with asking(settings):
        assert await index.present()
