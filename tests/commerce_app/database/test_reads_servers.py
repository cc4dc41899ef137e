"""Reads beside a real replica that lags, is lost, or is up to date."""

import itertools
from contextlib import asynccontextmanager
from dataclasses import replace

import asyncpg
import pytest

from commerce_app.database.replication import Replication
from commerce_app.errors import LoadShedError
from commerce_app.faults.freezer import freeze, thaw
from commerce_app.metrics import Metrics
from commerce_app.switches import Switch
from tests.commerce_app.shop_client import asking

pytestmark = pytest.mark.servers

GONE = "postgresql://shop@127.0.0.1:1/shop"


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """On a busy machine servers that are up may take long to answer."""
    monkeypatch.setattr("commerce_app.database.replication.ANSWER_SECONDS", 60)


@pytest.fixture
def routed(settings):
    """However long a test takes, what it paused is not too old."""
    return replace(settings, switches=frozenset({Switch.LAG_AWARE_ROUTING}), replica_lag_limit_seconds=3_600)


@pytest.fixture
async def replication(servers):
    """Its clock goes on by a second at each look."""
    times = map(float, itertools.count(100))
    made = Replication(servers.primary.url, servers.replica.url, Metrics(), lambda: next(times))
    yield made
    made.close()


@pytest.fixture
async def replica(servers):
    connection = await asyncpg.connect(servers.replica.url)
    yield connection
    await connection.close()


@asynccontextmanager
async def paused(replica):
    """The replica replays nothing meanwhile."""
    await replica.execute("SELECT pg_wal_replay_pause()")
    while await replica.fetchval("SELECT pg_get_wal_replay_pause_state()") != "paused":
        pass
    try:
        yield
    finally:
        await replica.execute("SELECT pg_wal_replay_resume()")


async def balance(client, user, **options):
    answer = await client.get(f"/wallets/{user}", **options)
    assert answer.status_code == 200, answer.text
    return answer.json()["balance"]


async def charge(client, user):
    answer = await client.post(f"/wallets/{user}/charge", json={"amount": 1_000})
    return answer.json()["balance"], answer.headers["Shop-Wrote-At"]


async def until(condition, connection):
    """Ask again and again until the shop's own watch has found it out."""
    while not condition():
        await connection.fetchval("SELECT 1")


async def caught_up(replication):
    """Look until the replica holds all that was written before now."""
    marked = replication.replay.complete_to
    while replication.replay.complete_to <= marked or replication.replay.marks:
        await replication.look()


async def test_a_customer_sees_his_charge_while_the_replica_does_not(routed, replica):
    async with asking(routed) as client, paused(replica):
        after, wrote_at = await charge(client, 71)
        client.cookies.clear()
        assert await balance(client, 71, headers={"Shop-Wrote-At": wrote_at}) == after
        assert await balance(client, 71) == after - 1_000
        assert reads(client.shop, "primary", "own_write") == 1


async def test_a_browser_brings_the_time_along_by_itself(routed, replica):
    async with asking(routed) as client, paused(replica):
        after, _ = await charge(client, 72)
        assert await balance(client, 72) == after


async def test_without_routing_it_reads_what_the_replica_has(settings, replica):
    async with asking(settings) as client, paused(replica):
        after, _ = await charge(client, 73)
        assert await balance(client, 73) == after - 1_000
        assert reads(client.shop, "replica", "unrouted") == 1


async def test_reads_come_back_to_a_replica_that_caught_up(routed, replica, primary):
    async with asking(routed) as client:
        async with paused(replica):
            after, wrote_at = await charge(client, 74)
            assert client.shop.replication.replay.complete_to < float(wrote_at)
        await until(lambda: client.shop.replication.replay.complete_to > float(wrote_at) + 0.25, primary)
        assert await balance(client, 74) == after
        assert reads(client.shop, "replica", "fresh") == 1


async def test_behind_means_from_the_newest_mark_that_is_replayed(replication, primary, replica):
    await caught_up(replication)
    async with paused(replica):
        await primary.execute("UPDATE wallets SET balance = balance WHERE user_id = 75")
        await replication.look()
        first = replication.replay.behind_seconds
        await replication.look()
        assert replication.replay.behind_seconds == first + 1
    await caught_up(replication)
    assert replication.replay.behind_seconds == 0


@asynccontextmanager
async def asleep(primary, *processes):
    """These background processes of the primary do nothing meanwhile."""
    pids = await primary.fetch("SELECT pid FROM pg_stat_activity WHERE backend_type = ANY($1)", processes)
    assert len(pids) == len(processes)
    stopped = [pid for row in pids for pid in freeze(row["pid"])]
    try:
        yield
    finally:
        thaw(stopped)


@asynccontextmanager
async def locked(primary):
    async with primary.transaction():
        await primary.execute("SELECT FROM wallets WHERE user_id = 75 FOR UPDATE")
        yield


async def test_an_open_transaction_on_a_quiet_primary_is_no_lag(replication, primary):
    """PostgreSQL's background writer sends what it inserted after up to 15 s: here never."""
    await caught_up(replication)
    async with asleep(primary, "background writer"), locked(primary):
        await caught_up(replication)


async def test_what_waits_to_be_sent_is_helped_once(replication, primary):
    """Else each look lengthens the log, and the next mark waits for that."""
    await caught_up(replication)
    async with asleep(primary, "background writer", "walwriter"), locked(primary):
        for _ in range(10):
            await replication.look()
        lengths = {mark.lsn for mark in replication.replay.marks}
    # More than two only if the server itself writes something in between.
    assert len(lengths) < 5
    await caught_up(replication)


async def test_a_dead_replica_does_not_take_the_primary_with_it(routed, primary):
    lost = replace(routed, replica_url=GONE, primary_reads=1)
    async with asking(lost) as client:
        shop = client.shop
        await until(lambda: not shop.replication.replay.reachable, primary)
        async with shop.accounts._reads.connect() as connection:
            assert await is_primary(connection)
            with pytest.raises(LoadShedError, match="primary_reads"):
                async with shop.accounts._reads.connect():
                    pass
        assert await balance(client, 76) == 5_000_000
        assert reads(shop, "none", "unreachable") == 1


async def test_a_frozen_replica_is_left_alone(routed, servers, primary, monkeypatch):
    """It takes connections and answers nothing, as a machine that swaps does."""
    monkeypatch.setattr("commerce_app.database.replication.ANSWER_SECONDS", 0.5)
    async with asking(routed) as client:
        stopped = freeze(servers.replica.child.pid)
        try:
            await until(lambda: not client.shop.replication.replay.reachable, primary)
            assert await balance(client, 76) == 5_000_000
            assert reads(client.shop, "primary", "unreachable") == 1
        finally:
            thaw(stopped)
        await until(lambda: client.shop.replication.replay.reachable, primary)


async def test_an_outage_is_told_once(servers, caplog):
    replication = Replication(servers.primary.url, GONE, Metrics(), lambda: 1.0)
    try:
        for _ in range(3):
            await replication.look()
    finally:
        replication.close()
    assert [record.getMessage().split(":")[0] for record in caplog.records] == [
        "the replica's position cannot be read"
    ]


async def test_what_is_merely_old_is_better_than_nothing(routed, replica, primary):
    async with (
        asking(replace(routed, primary_reads=1, replica_lag_limit_seconds=1e-9)) as client,
        paused(replica),
    ):
        shop = client.shop
        await primary.execute("UPDATE wallets SET balance = balance WHERE user_id = 75")
        await until(lambda: shop.replication.replay.behind_seconds, primary)
        async with shop.accounts._reads.connect() as first, shop.accounts._reads.connect() as second:
            assert await is_primary(first)
            assert not await is_primary(second)


async def test_one_server_for_both_is_never_behind(routed, servers, primary):
    async with asking(replace(routed, replica_url=servers.primary.url)) as client:
        await until(lambda: client.shop.replication.replay.complete_to > 0, primary)
        assert await balance(client, 77) == 5_000_000
        assert reads(client.shop, "replica", "fresh") == 1


async def test_an_account_shows_what_became_of_the_money(client):
    await charge(client, 78)
    client.cookies.clear()
    missing = await client.get("/wallets/999999")
    assert (missing.status_code, missing.json()["error"]) == (404, "no wallet of user 999999")
    refused = await client.get("/wallets/78", headers={"Shop-Wrote-At": "now"})
    assert (refused.status_code, refused.json()["error"]) == (
        400,
        "Shop-Wrote-At: expected Unix seconds, got 'now'",
    )


async def test_entries_come_latest_first(routed):
    async with asking(routed) as client:
        await charge(client, 79)
        account = (await client.get("/wallets/79")).json()
    assert [entry["kind"] for entry in account["entries"]] == ["charge", "opening"]
    assert sum(entry["amount"] for entry in account["entries"]) == account["balance"]


async def is_primary(connection):
    return not (await connection.exec_driver_sql("SELECT pg_is_in_recovery()")).scalar_one()


def reads(shop, target, reason):
    return shop.metrics.reads.labels(target, reason)._value.get()
