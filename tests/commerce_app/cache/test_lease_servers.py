"""One load of a key across processes: the scripts in Redis, a replica, two shops with nothing in common."""

import asyncio
import time
from collections import Counter
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

import pytest

from commerce_app.cache.entry import Entry
from commerce_app.cache.lease_scripts import script_keys
from commerce_app.switches import Switch
from tests.commerce_app.shop_client import asking

pytestmark = pytest.mark.servers

READERS = 500
COALESCING = frozenset({Switch.SINGLE_FLIGHT, Switch.DISTRIBUTED_LOCK})


@asynccontextmanager
async def processes(settings):
    """Two shops without loops; what they share is in the servers."""
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(asking(settings, loops=False)) for _ in range(2)]
        yield [client.shop for client in clients]


@pytest.fixture
async def two_shops(settings):
    async with processes(replace(settings, switches=COALESCING)) as shops:
        yield shops


@pytest.fixture
def redis(two_shops):
    return two_shops[0].redis


def replica_reads(shops):
    """Statements that the shops sent to the replica."""
    samples = (
        sample
        for shop in shops
        for sample in shop.metrics.operation_seconds.collect()[0].samples
        if sample.name.endswith("_count") and sample.labels["server"] == "replica"
    )
    return sum(sample.value for sample in samples)


async def read_everywhere(shops, product_id):
    reads = [shop.products.detail(product_id) for shop in shops for _ in range(READERS)]
    return await asyncio.gather(*reads)


async def test_a_cold_key_is_loaded_once_for_a_thousand_readers_of_two_processes(two_shops):
    pages = await read_everywhere(two_shops, 1)
    assert replica_reads(two_shops) == 1
    assert Counter(pages).total() == 2 * READERS
    assert len(set(pages)) == 1


@pytest.mark.parametrize("stale", [False, True])
async def test_an_expired_key_is_loaded_once_for_a_thousand_readers_of_two_processes(two_shops, redis, stale):
    for shop in two_shops:
        shop.switches.set({Switch.STALE_WHILE_REVALIDATE: stale})
    product_id = 2 + stale
    expired = Entry(b"{}", fresh_until=time.time() - 1, load_seconds=0.01)
    await redis.set(f"product:v1:{product_id}", expired.pack(), 60)
    pages = await read_everywhere(two_shops, product_id)
    while not (kept := await redis.get(f"product:v1:{product_id}")) or kept == expired.pack():
        pass
    assert replica_reads(two_shops) == 1
    assert (set(pages) == {b"{}"}) is stale


async def test_a_key_whose_holder_died_is_loaded_once_when_its_lease_is_over(two_shops, redis):
    assert await redis.lease("product:v1:5", "a process that died", 0.3, 0)
    pages = await read_everywhere(two_shops, 5)
    assert (replica_reads(two_shops), len(set(pages))) == (1, 1)
    assert {b'"product_id":5' in page for page in pages} == {True}


async def test_a_key_whose_load_fails_is_loaded_again_by_the_other_process(two_shops):
    async def fail(_product_id):
        raise OSError("connection reset")

    two_shops[0].products._loads.detail = fail
    results = await asyncio.gather(
        *(shop.products.detail(6) for shop in two_shops for _ in range(READERS)), return_exceptions=True
    )
    assert Counter(map(type, results)) in ({OSError: READERS, bytes: READERS}, {bytes: 2 * READERS})
    assert replica_reads(two_shops) == 1


async def test_without_redis_each_process_loads_once(settings):
    gone = replace(
        settings,
        redis_url="redis://127.0.0.1:1/0",
        switches=frozenset({*COALESCING, Switch.REDIS_FAST_TIMEOUTS, Switch.CIRCUIT_BREAKER}),
    )
    async with processes(gone) as shops:
        pages = await read_everywhere(shops, 7)
        assert (replica_reads(shops), len(set(pages))) == (2, 1)


async def test_one_of_many_takes_the_lease(redis):
    won = await asyncio.gather(*(redis.lease("race", str(each), 3, 0) for each in range(50)))
    assert sum(won) == 1


async def test_a_lease_frees_itself(redis):
    assert await redis.lease("short", "a", 0.001, 0)
    while not await redis.lease("short", "b", 3, 0):
        pass


async def test_only_the_holder_fills_and_gives_back(redis):
    await redis.lease("held", "a", 3, 0)
    await redis.fill("held", "b", b"from b", 60)
    await redis.release("held", "b")
    assert (await redis.get("held"), await redis.lease("held", "c", 3, 0)) == (None, False)
    await redis.fill("held", "a", b"from a", 60)
    assert (await redis.get("held"), await redis.lease("held", "c", 3, 0)) == (b"from a", True)


async def test_an_entry_fresh_beyond_the_time_is_the_answer_and_any_other_is_not(redis):
    packed = Entry(b"value", fresh_until=1_800_000_000.25, load_seconds=0.01).pack()
    await redis.set("entry", packed, 60)
    assert await redis.lease("entry", "a", 3, 1_800_000_000.125) == packed
    assert await redis.lease("entry", "a", 3, 1_800_000_000.25) is True


async def test_what_is_no_entry_is_filled(redis):
    await redis.set("torn", b"?", 60)
    assert await redis.lease("torn", "a", 3, 0) is True


def test_a_cluster_keeps_the_lease_beside_its_value():
    """Redis hashes what stands in the first braces, or the whole key."""
    value, lease = script_keys("product:v1:7")
    assert lease.partition("{")[2].partition("}")[0] == value
