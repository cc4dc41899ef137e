"""What becomes of statements that nobody waits for, on real servers."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from commerce_app.instrument.database import error_type
from commerce_app.switches import Switch
from tests.commerce_app.shop_client import asking

pytestmark = pytest.mark.servers

SLEEP = text("SELECT pg_sleep(60)")
# That it sleeps: a session is active with this query while it only prepares it, too.
RUNNING = (
    "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(60)%' AND wait_event = 'PgSleep'"
)
LIMITS = {"page_statement_seconds": 0.5, "order_statement_seconds": 0.3, "background_statement_seconds": 0.4}


@pytest.fixture
async def limited(settings):
    on = replace(settings, switches=frozenset({Switch.STATEMENT_TIMEOUTS}), **LIMITS)
    async with asking(on, loops=False) as client:
        yield client.shop


async def die(engine, primary):
    """Ask for a minute's work, and go without a word while it runs, as a killed process does."""
    async with engine.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        asking = asyncio.create_task(connection.execute(SLEEP))
        while not await primary.fetchval(RUNNING):
            assert not asking.done()
        driver.terminate()
        with pytest.raises(DBAPIError):
            await asking


async def test_an_abandoned_statement_dies_on_the_server(limited, primary):
    await die(limited.database.primary, primary)
    while await primary.fetchval(RUNNING):
        pass


async def test_without_the_switch_it_works_on_for_nobody(quiet_shop, primary):
    await die(quiet_shop.database.primary, primary)
    assert await primary.fetchval(RUNNING) == 1
    await primary.execute(RUNNING.replace("count(*)", "pg_terminate_backend(pid)"))


@pytest.mark.parametrize(
    ("engine", "limit"), [("replica", "500ms"), ("primary", "300ms"), ("background", "400ms")]
)
async def test_each_class_of_work_has_its_limit(limited, engine, limit):
    async with getattr(limited.database, engine).connect() as connection:
        assert (await connection.execute(text("SHOW statement_timeout"))).scalar_one() == limit
        with pytest.raises(DBAPIError) as failed:
            await connection.execute(SLEEP)
    assert error_type(failed.value.orig) == "timeout"


async def test_a_flip_reaches_connections_that_are_open(quiet_shop):
    async def limit():
        async with quiet_shop.database.primary.connect() as connection:
            return (await connection.execute(text("SHOW statement_timeout"))).scalar_one()

    before = await limit()
    quiet_shop.switches.set({Switch.STATEMENT_TIMEOUTS: True})
    during = await limit()
    quiet_shop.switches.set({Switch.STATEMENT_TIMEOUTS: False})
    assert [before, during, await limit()] == ["0", "6s", "0"]


async def test_a_frozen_process_lets_go_of_its_locks(limited, settings, primary):
    frozen = replace(settings, switches=limited.settings.switches, idle_transaction_seconds=0.2)
    lock = text("SELECT FROM wallets WHERE user_id = 9 FOR UPDATE")
    async with asking(frozen, loops=False) as client:
        connection = await client.shop.database.primary.connect()
        await connection.execute(lock)
        await primary.execute("SELECT FROM wallets WHERE user_id = 9 FOR UPDATE")
        with pytest.raises(DBAPIError):
            await connection.execute(lock)
        await connection.close()


async def test_a_connection_that_broke_in_the_pool_is_replaced(quiet_shop, primary):
    async with quiet_shop.database.primary.connect() as connection:
        pid = (await connection.execute(text("SELECT pg_backend_pid()"))).scalar_one()
    await primary.execute("SELECT pg_terminate_backend($1, 5000)", pid)
    quiet_shop.switches.set({Switch.STATEMENT_TIMEOUTS: True})
    async with quiet_shop.database.primary.connect() as connection:
        assert (await connection.execute(text("SHOW statement_timeout"))).scalar_one() == "6s"


async def test_the_pool_of_the_background_is_measured(quiet_shop):
    metrics = quiet_shop.metrics
    async with quiet_shop.database.background.connect():
        used = [
            sample.value
            for family in metrics.registry.collect()
            for sample in family.samples
            if sample.name == "db_client_connection_count"
            and tuple(sample.labels.values()) == ("background", "used")
        ]
    assert used == [1]
