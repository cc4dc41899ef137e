"""One load of a key across processes: the scripts in Redis, a replica, two shops with nothing in common."""

import asyncio
import time
from collections import Counter
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

import pytest

from commerce_app.cache.entry import Entry
from commerce_app.cache.lease import UNASKED
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
    assert await redis.lease("product:v1:5", 0.3, 0)
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


async def test_one_of_many_takes_the_lease_and_each_has_a_number(redis):
    claims = await asyncio.gather(*(redis.lease("race", 3, 0) for _ in range(50)))
    assert sum(claim.won for claim in claims) == 1
    assert min(claims, key=lambda claim: claim.number).won


async def test_a_lease_frees_itself(redis):
    assert (await redis.lease("short", 0.001, 0)).won
    while not (await redis.lease("short", 3, 0)).won:
        pass


async def test_only_the_holder_gives_back(redis):
    holder, other = [await redis.lease("held", 3, 0) for _ in range(2)]
    await redis.release("held", other.number)
    assert not (await redis.lease("held", 3, 0)).won
    await redis.release("held", holder.number)
    assert (await redis.lease("held", 3, 0)).won


async def test_storing_gives_back(redis):
    holder = await redis.lease("stored", 3, 0)
    assert await redis.fill("stored", holder.number, b"value", 60)
    assert (await redis.get("stored"), (await redis.lease("stored", 3, 0)).won) == (b"value", True)


async def test_what_was_loaded_earlier_is_not_stored_over_what_was_loaded_later(redis):
    late = await redis.lease("fence", 0.001, 0)
    while not (newer := await redis.lease("fence", 3, 0)).won:
        pass
    assert not await redis.fill("fence", late.number, b"while it is loaded", 60)
    assert await redis.fill("fence", newer.number, b"newer", 60)
    assert not await redis.fill("fence", late.number, b"older", 60)
    assert not await redis.fill("fence", UNASKED.number, b"of unknown age", 60)
    assert await redis.get("fence") == b"newer"


async def test_who_holds_no_lease_may_store_what_is_newer_than_the_holders(redis):
    holder, impatient = [await redis.lease("impatient", 3, 0) for _ in range(2)]
    assert await redis.fill("impatient", impatient.number, b"newer", 60)
    assert not await redis.fill("impatient", holder.number, b"older", 60)
    assert await redis.get("impatient") == b"newer"
    assert (await redis.lease("impatient", 3, 0)).won


async def test_a_clock_of_redis_that_was_set_back_makes_nothing_look_older(redis):
    ahead = await redis.lease("clock", 3, 0)
    assert await redis.fill("clock", ahead.number + 10**9, b"ahead", 60)
    await redis.release("clock", ahead.number)
    assert (await redis.lease("clock", 3, 0)).number == ahead.number + 10**9 + 1


async def test_an_entry_fresh_beyond_the_time_is_the_answer_and_any_other_is_not(redis):
    packed = Entry(b"value", fresh_until=1_800_000_000.25, load_seconds=0.01).pack()
    await redis.set("entry", packed, 60)
    assert await redis.lease("entry", 3, 1_800_000_000.125) == packed
    assert (await redis.lease("entry", 3, 1_800_000_000.25)).won


@pytest.mark.parametrize("foreign", [b"?", b"AAAAAAAAAAAAAAA"])
async def test_what_is_no_entry_is_filled(two_shops, redis, foreign):
    key = f"product:v1:{30 + len(foreign)}"
    await redis.set(key, foreign, 60)
    for lock in (False, True):
        two_shops[0].switches.set({Switch.DISTRIBUTED_LOCK: lock})
        assert b'"product_id"' in await two_shops[0].products.detail(30 + len(foreign))
    assert Entry.unpack(await redis.get(key)) is not None


def test_a_cluster_keeps_the_lease_and_the_fence_beside_their_value():
    """Redis hashes what stands in the first braces, or the whole key."""
    value, *beside = script_keys("product:v1:7")
    assert [key.partition("{")[2].partition("}")[0] for key in beside] == [value] * 2
