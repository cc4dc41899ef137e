"""The read path over a fake Redis, a fake loader and a clock that stands still."""

import asyncio
from datetime import UTC, datetime

import pytest

from commerce_app.cache.absences import Absences
from commerce_app.cache.entry import Entry
from commerce_app.cache.forgetting import Forgetting
from commerce_app.cache.hot_keys import HotKeys
from commerce_app.cache.lease import Leases, Patience
from commerce_app.cache.lifetime import Lifetime
from commerce_app.cache.local_tier import LocalTier
from commerce_app.cache.near import Near
from commerce_app.cache.parts import Parts
from commerce_app.cache.read_path import Cache
from commerce_app.errors import CircuitOpenError, DeadlineError, LoadShedError
from commerce_app.metrics import Metrics
from commerce_app.resilience.breaker import Breaker, Threshold
from commerce_app.resilience.circuit import Circuit
from commerce_app.resilience.concurrency import ConcurrencyLimit
from commerce_app.resilience.gate import Work
from commerce_app.resilience.load_guard import LoadGuard
from commerce_app.resilience.retry_budget import Retries, RetryBudget
from commerce_app.resilience.work import current_work, doing
from commerce_app.switches import Switch, Switches
from tests.commerce_app.cache.fake_redis import FakeRedis


class World:
    """A cache named product with a TTL of 100 s, 60 s stale, 5 s local; loads take no time."""

    def __init__(self):
        self.at = 1000.0
        self.waited = 0.0
        self.loads = 0
        self.works = []
        self.draw = 0.5
        self.answer = b"v1"
        self.gate = asyncio.Event()
        self.gate.set()
        self.redis = FakeRedis(lambda: self.at)
        self.switches = Switches()
        self.metrics = Metrics()
        self.forgetting = Forgetting(self.redis, self.metrics)
        self.circuit = self._circuit()
        self.cache = self._cache()

    def _cache(self):
        parts = Parts(
            self.redis,
            Leases(self.redis, Patience(), lambda: self.waited, self._wait),
            self.forgetting,
            ConcurrencyLimit("loads", running=1, queued=0, wait_seconds=1),
            self._guard(),
            self.switches,
            self.metrics,
            now=lambda: self.at,
            draw=lambda: self.draw,
        )
        lifetime = Lifetime(ttl_seconds=100, stale_seconds=60, extended_factor=3, jitter_ratio=0.1)
        near = Near(LocalTier(5, 60, 100), Absences(30, entries=2), HotKeys(10, threshold=2))
        return Cache("product", lifetime, near, parts)

    async def _wait(self, seconds):
        self.waited += seconds
        await asyncio.sleep(0)

    def _circuit(self):
        """A breaker that opens when the first three loads failed, for 5 s."""
        breaker = Breaker(Threshold(calls=3, open_seconds=5))
        flips, metrics = self.switches, self.metrics
        return Circuit("replica", breaker, Switch.REPLICA_BREAKER, flips, metrics, now=lambda: self.at)

    def _guard(self):
        flips, metrics = self.switches, self.metrics
        retries = Retries(RetryBudget(), flips, metrics, lambda error: isinstance(error, ConnectionError))
        return LoadGuard(retries, flips, load_seconds=0.01)

    def on(self, *switches):
        self.switches.set(dict.fromkeys(switches, True))

    async def load(self):
        async with self.circuit.call():
            return await self._answer()

    async def _answer(self):
        self.loads += 1
        self.works.append(current_work())
        await self.gate.wait()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    async def read(self, key="k"):
        return await self.cache.read(key, self.load)

    async def read_at_once(self, count):
        self.gate.clear()
        reads = [asyncio.create_task(self.read()) for _ in range(count)]
        for _ in range(5):
            await asyncio.sleep(0)
        self.gate.set()
        return await asyncio.gather(*reads, return_exceptions=True)

    async def settle(self):
        for _ in range(10):
            await asyncio.sleep(0)

    def counted(self):
        """Logical reads by (tier, result), of those that happened."""
        samples = self.metrics.cache_requests.collect()[0].samples
        return {(s.labels["tier"], s.labels["result"]): s.value for s in samples if s.value}

    def refreshed(self):
        """Background refreshes by cause, of those that happened."""
        samples = self.metrics.cache_refreshes.collect()[0].samples
        return {s.labels["cause"]: s.value for s in samples if s.value}

    def stale_ages(self):
        """How many stale answers, and the sum of their ages in seconds."""
        samples = self.metrics.cache_stale_age_seconds.collect()[0].samples
        of_cache = {
            s.name: s.value for s in samples if s.labels["cache"] == "product" and "le" not in s.labels
        }
        return of_cache["cache_stale_age_seconds_count"], of_cache["cache_stale_age_seconds_sum"]

    def leases(self):
        samples = self.metrics.cache_leases.collect()[0].samples
        return {sample.labels["outcome"]: sample.value for sample in samples if sample.value}


@pytest.fixture
async def world():
    return World()


async def test_unprotected_a_miss_loads_and_the_next_read_hits(world):
    assert [await world.read(), await world.read()] == [b"v1", b"v1"]
    assert world.loads == 1
    assert world.counted() == {("origin", "miss"): 1, ("redis", "hit"): 1}


async def test_unprotected_an_entry_is_loaded_again_after_its_ttl(world):
    await world.read()
    world.at += 100
    await world.read()
    assert world.counted() == {("origin", "miss"): 2}


async def test_unprotected_every_concurrent_miss_loads(world):
    await world.read_at_once(50)
    assert world.loads == 50


async def test_unprotected_each_redis_error_becomes_a_load_and_is_no_miss(world):
    await world.read()
    world.redis.down = True
    assert [await world.read(), await world.read()] == [b"v1", b"v1"]
    assert world.loads == 3
    assert world.counted() == {("origin", "miss"): 1, ("origin", "error"): 2}


async def test_what_does_not_exist_is_not_kept(world):
    world.answer = None
    assert await world.read() is None
    assert world.redis.values == {}


async def test_a_read_whose_load_fails_counts_as_what_the_look_up_found(world):
    world.answer = OSError("replica down")
    with pytest.raises(OSError, match="replica down"):
        await world.read()
    assert world.counted() == {("origin", "miss"): 1}


async def test_a_miss_is_counted_before_its_load_has_ended(world):
    world.gate.clear()
    reading = asyncio.ensure_future(world.read())
    await asyncio.sleep(0)
    assert world.counted() == {("origin", "miss"): 1}
    world.gate.set()
    await reading
    assert world.counted() == {("origin", "miss"): 1}


async def test_single_flight_loads_once_for_all(world):
    world.on(Switch.SINGLE_FLIGHT)
    assert await world.read_at_once(50) == [b"v1"] * 50
    assert world.loads == 1
    assert world.metrics.cache_coalesced.labels("product")._value.get() == 49
    assert world.counted() == {("origin", "miss"): 50}


@pytest.mark.parametrize("lock", [(), (Switch.DISTRIBUTED_LOCK,)])
async def test_all_who_share_a_load_that_fails_count_alike(world, lock):
    world.on(Switch.SINGLE_FLIGHT, *lock)
    world.answer = OSError("replica down")
    assert [type(answer) for answer in await world.read_at_once(6)] == [OSError] * 6
    assert (world.loads, world.counted()) == (1, {("origin", "miss"): 6})


async def test_who_joins_after_the_first_gave_up_counts_as_he_did(world):
    world.on(Switch.SINGLE_FLIGHT)
    world.answer = OSError("replica down")
    world.gate.clear()
    first = asyncio.create_task(world.read())
    await world.settle()
    first.cancel()
    await world.settle()
    second = asyncio.create_task(world.read())
    await world.settle()
    world.gate.set()
    await asyncio.gather(first, second, return_exceptions=True)
    assert world.counted() == {("origin", "miss"): 2}


async def test_local_tier_spares_redis_for_its_short_ttl(world):
    world.on(Switch.LOCAL_TIER)
    await world.read()
    asked = world.redis.asked
    await world.read()
    assert world.redis.asked == asked
    world.at += 5
    await world.read()
    assert world.redis.asked == asked + 1
    assert world.counted() == {("origin", "miss"): 1, ("local", "hit"): 1, ("redis", "hit"): 1}


async def test_local_tier_answers_while_redis_is_down(world):
    world.on(Switch.LOCAL_TIER)
    await world.read()
    world.redis.down = True
    world.at += 50
    assert await world.read() == b"v1"
    assert world.loads == 1
    assert world.counted()["local", "stale"] == 1


async def test_local_tier_reloads_an_outdated_copy_while_it_answers_with_it(world):
    world.on(Switch.LOCAL_TIER)
    await world.read()
    world.redis.down, world.answer = True, b"v2"
    world.at += 110
    assert await world.read() == b"v1"
    await world.settle()
    assert await world.read() == b"v2"


async def test_local_tier_does_not_answer_past_the_stale_time(world):
    world.on(Switch.LOCAL_TIER)
    await world.read()
    world.redis.down, world.answer = True, b"v2"
    world.at += 160
    assert await world.read() == b"v2"


async def test_stale_while_revalidate_answers_at_once_and_refreshes_once(world):
    world.on(Switch.STALE_WHILE_REVALIDATE)
    await world.read()
    world.at, world.answer = world.at + 110, b"v2"
    assert await world.read_at_once(20) == [b"v1"] * 20
    await world.settle()
    assert world.loads == 2
    assert await world.read() == b"v2"
    assert world.counted()["redis", "stale"] == 20
    assert world.refreshed() == {"stale": 1}


async def test_stale_while_revalidate_ends_after_the_stale_time(world):
    world.on(Switch.STALE_WHILE_REVALIDATE)
    await world.read()
    world.at, world.answer = world.at + 160, b"v2"
    assert await world.read() == b"v2"


async def test_a_refresh_lets_whoever_waits_for_a_load_go_first(world):
    world.on(Switch.STALE_WHILE_REVALIDATE)
    with doing(Work.ORDERS):
        await world.read()
        world.at += 120
        await world.read()
        await world.cache.settle()
    assert world.works == [Work.ORDERS, Work.EXTRAS]


async def test_a_failed_refresh_is_counted_and_hurts_nobody(world):
    world.on(Switch.STALE_WHILE_REVALIDATE)
    await world.read()
    world.at, world.answer = world.at + 110, OSError("replica down")
    assert await world.read() == b"v1"
    await world.settle()
    assert world.metrics.cache_refresh_failures.labels("product")._value.get() == 1


async def test_a_load_that_failed_is_counted_and_one_that_was_shed_is_not(world):
    for answer in (OSError("replica down"), DeadlineError("late"), LoadShedError("primary_reads", 1)):
        world.answer = answer
        with pytest.raises(type(answer)):
            await world.read()
    assert world.metrics.cache_load_failures.labels("product")._value.get() == 2


async def test_ttl_extended_keeps_entries_longer(world):
    world.on(Switch.TTL_EXTENDED)
    await world.read()
    world.at += 299
    await world.read()
    assert world.loads == 1


async def test_early_refresh_reloads_before_expiry_in_the_background(world):
    world.on(Switch.EARLY_REFRESH)
    await world.read()
    world.draw = 1 - 1e-12
    world.redis.values["k"] = (_slow_entry(world), world.at + 1)
    assert await world.read() == b"old"
    await world.settle()
    assert world.loads == 2
    assert world.counted()["redis", "hit"] == 1
    assert world.refreshed() == {"early": 1}


@pytest.mark.parametrize("switches", [(), (Switch.DISTRIBUTED_LOCK,)])
@pytest.mark.parametrize(("ahead_seconds", "renewed"), [(99, False), (100, True)])
async def test_renewing_loads_what_does_not_stay_fresh_for_so_long(world, switches, ahead_seconds, renewed):
    world.on(*switches)
    await world.read()
    assert await world.cache.renew("k", world.load, world.at + ahead_seconds) is renewed
    assert world.loads == 1 + renewed
    assert world.counted().get(("origin", "bypass"), 0) == renewed


async def test_renewing_leaves_a_key_that_another_process_renews(world):
    world.on(Switch.DISTRIBUTED_LOCK)
    await world.redis.lease("k", 3, 0)
    assert not await world.cache.renew("k", world.load, world.at + 100)
    assert world.loads == 0


async def test_without_redis_nothing_is_renewed(world):
    world.redis.down = True
    assert not await world.cache.renew("k", world.load, world.at + 100)
    assert world.loads == 0


async def test_renewing_is_within_the_limit_on_loads(world):
    world.on(Switch.LOAD_SHEDDING)
    world.gate.clear()
    read = asyncio.create_task(world.read("another"))
    await world.settle()
    with pytest.raises(LoadShedError):
        await world.cache.renew("k", world.load, world.at + 100)
    world.gate.set()
    await read


def _slow_entry(world):

    return Entry(b"old", fresh_until=world.at + 1, load_seconds=5.0).pack()


async def test_load_shedding_turns_away_what_cannot_wait(world):
    world.on(Switch.LOAD_SHEDDING)
    answers = await world.read_at_once(3)
    assert answers.count(b"v1") == 1
    assert sum(isinstance(answer, LoadShedError) for answer in answers) == 2
    assert world.metrics.load_shed.labels("loads")._value.get() == 2


async def test_distributed_lock_lets_one_process_fill(world):
    world.on(Switch.DISTRIBUTED_LOCK)
    theirs = await world.redis.lease("k", 3, 0)
    read = asyncio.create_task(world.read())
    await world.settle()
    await world.redis.fill("k", theirs.number, Entry(b"theirs", world.at + 1, 5.0).pack(), 60)
    assert await read == b"theirs"
    assert world.loads == 0
    assert world.counted() == {("origin", "miss"): 1}
    assert world.leases() == {"filled": 1}


async def test_distributed_lock_lets_one_reader_of_the_process_load(world):
    world.on(Switch.DISTRIBUTED_LOCK)
    assert await world.read_at_once(50) == [b"v1"] * 50
    assert world.loads == 1
    assert world.counted() == {("origin", "miss"): 50}
    assert world.metrics.cache_coalesced.labels("product")._value.get() == 49


async def test_distributed_lock_does_not_take_an_expired_entry_for_a_fill(world):
    world.on(Switch.STALE_WHILE_REVALIDATE, Switch.DISTRIBUTED_LOCK)
    await world.read()
    world.switches.set({Switch.STALE_WHILE_REVALIDATE: False})
    world.at, world.answer = world.at + 159, b"v2"
    assert await world.read() == b"v2"
    assert world.leases() == {"won": 2}


async def test_distributed_lock_takes_what_another_stored_since_the_read(world, monkeypatch):
    world.on(Switch.DISTRIBUTED_LOCK)
    await world.redis.set("k", Entry(b"theirs", world.at + 1, 5.0).pack(), 60)

    async def find_nothing(_key):
        return None

    monkeypatch.setattr(world.redis, "get", find_nothing)
    assert await world.read() == b"theirs"
    assert world.loads == 0
    assert world.metrics.cache_coalesced.labels("product")._value.get() == 1


async def test_distributed_lock_gives_up_waiting_and_loads(world):
    world.on(Switch.DISTRIBUTED_LOCK)
    await world.redis.lease("k", 3, 0)
    assert await world.read() == b"v1"
    assert world.leases() == {"impatient": 1}


async def test_distributed_lock_does_not_let_a_late_holder_replace_what_is_newer(world):
    world.on(Switch.DISTRIBUTED_LOCK, Switch.LOCAL_TIER)
    world.gate.clear()
    late = asyncio.create_task(world.read())
    await world.settle()
    theirs = await world.redis.lease("k", 3, world.at)
    await world.redis.fill("k", theirs.number, Entry(b"newer", world.at + 60, 5.0).pack(), 60)
    world.gate.set()
    assert await late == b"v1"
    assert await world.read() == b"newer"


@pytest.mark.parametrize("held", [False, True])
async def test_warming_under_distributed_lock_is_numbered_as_every_load(world, held):
    world.on(Switch.DISTRIBUTED_LOCK)
    if held:
        theirs = await world.redis.lease("k", 3, 0)
    assert await world.cache.warm("k", world.load)
    assert world.redis.stored == {"k": 1 + held}
    assert held is not await world.redis.fill("k", theirs.number if held else 9, b"older or newer", 60)


@pytest.mark.parametrize("foreign", [b"", b"?", b"fifteen bytes ."])
async def test_what_is_no_entry_is_a_miss(world, foreign):
    await world.redis.set("k", foreign, 60)
    assert await world.read() == b"v1"
    assert world.counted() == {("origin", "miss"): 1}


async def test_what_is_no_entry_is_renewed(world):
    await world.redis.set("k", b"?", 60)
    assert await world.cache.renew("k", world.load, world.at + 1)


async def test_distributed_lock_is_free_after_a_load_that_failed(world):
    world.on(Switch.DISTRIBUTED_LOCK)
    world.answer = OSError("database down")
    with pytest.raises(OSError, match="database down"):
        await world.read()
    assert world.redis.leases == {}


async def test_distributed_lock_without_redis_loads_once_in_the_process(world):
    world.on(Switch.DISTRIBUTED_LOCK)
    world.redis.down = True
    assert await world.read_at_once(50) == [b"v1"] * 50
    assert world.loads == 1
    assert world.counted() == {("origin", "error"): 50}


async def test_distributed_lock_leaves_a_refresh_to_the_process_that_is_at_it(world):
    world.on(Switch.STALE_WHILE_REVALIDATE, Switch.DISTRIBUTED_LOCK)
    await world.read()
    world.at += 101
    await world.redis.lease("k", 3, world.at)
    assert await world.read() == b"v1"
    await world.settle()
    assert world.loads == 1
    assert world.leases() == {"won": 1, "held": 1}


async def test_distributed_lock_spares_an_early_refresh_that_another_has_made(world):
    world.on(Switch.EARLY_REFRESH, Switch.DISTRIBUTED_LOCK, Switch.LOCAL_TIER)
    world.draw = 1 - 1e-12
    seen, newer = (
        Entry(body, world.at + seconds, 5.0).pack() for body, seconds in ((b"old", 1), (b"new", 99))
    )
    await world.redis.set("k", seen, 100)
    assert await world.read() == b"old"
    await world.redis.set("k", newer, 100)
    await world.settle()
    assert (await world.read(), world.loads) == (b"new", 0)


async def test_without_negative_caching_what_does_not_exist_is_asked_for_each_time(world):
    world.answer = None
    assert [await world.read(), await world.read()] == [None, None]
    assert world.counted() == {("origin", "miss"): 2}


async def test_negative_caching_answers_for_what_does_not_exist_until_its_ttl(world):
    world.on(Switch.NEGATIVE_CACHING, Switch.STALE_WHILE_REVALIDATE)
    world.answer = None
    assert [await world.read(), await world.read()] == [None, None]
    assert (world.loads, world.redis.asked) == (1, 2)
    assert world.counted() == {("origin", "miss"): 1, ("local", "hit"): 1}
    assert world.metrics.cache_absences.labels("product")._value.get() == 1
    world.at += 30
    await world.read()
    assert world.counted() == {("origin", "miss"): 2, ("local", "hit"): 1}


async def test_negative_caching_is_shared_by_processes(world):
    world.on(Switch.NEGATIVE_CACHING, Switch.EARLY_REFRESH)
    await world.redis.set("k", Entry.nothing(world.at + 1, 5.0).pack(), 30)
    assert [await world.read(), await world.read()] == [None, None]
    await world.settle()
    assert world.loads == 0
    assert world.counted() == {("redis", "hit"): 1, ("local", "hit"): 1}
    world.at += 1
    await world.read()
    assert world.loads == 1


async def test_negative_caching_takes_over_what_the_holder_of_the_lease_found_missing(world):
    world.on(Switch.NEGATIVE_CACHING, Switch.DISTRIBUTED_LOCK)
    theirs = await world.redis.lease("k", 3, 0)
    read = asyncio.create_task(world.read())
    await world.settle()
    await world.redis.fill("k", theirs.number, Entry.nothing(world.at + 30, 5.0).pack(), 30)
    assert (await read, await world.read(), world.loads) == (None, None, 0)


async def test_negative_caching_keeps_no_errors(world):
    world.on(Switch.NEGATIVE_CACHING)
    world.answer = OSError("replica down")
    with pytest.raises(OSError, match="replica down"):
        await world.read()
    world.answer = b"v1"
    assert await world.read() == b"v1"


async def test_negative_caching_leaves_redis_alone_beyond_its_bound(world):
    world.on(Switch.NEGATIVE_CACHING)
    world.answer = None
    for number in range(5):
        await world.read(f"k{number}")
    assert set(world.redis.values) == {"k0", "k1"}


async def test_what_is_warmed_exists_at_once(world):
    world.on(Switch.NEGATIVE_CACHING)
    world.answer = None
    await world.read()
    world.answer = b"v1"
    await world.cache.warm("k", world.load)
    assert await world.read() == b"v1"


async def test_what_was_found_missing_is_asked_for_again_once_negative_caching_is_off(world):
    world.on(Switch.NEGATIVE_CACHING)
    world.answer = None
    await world.read()
    world.switches.set({Switch.NEGATIVE_CACHING: False})
    world.answer = b"v1"
    assert await world.read() == b"v1"


async def test_what_is_forgotten_is_gone_here_at_once_and_in_redis_soon(world):
    world.on(Switch.LOCAL_TIER, Switch.NEGATIVE_CACHING)
    await world.read()
    world.cache.forget("k")
    assert (await world.read(), world.counted()["redis", "hit"]) == (b"v1", 1)
    world.cache.forget("k")
    await world.forgetting.tell(datetime.now(UTC))
    assert world.redis.values == {}


async def test_what_is_forgotten_as_missing_is_asked_for_again(world):
    world.on(Switch.NEGATIVE_CACHING)
    world.answer = None
    await world.read()
    world.cache.forget("k")
    await world.forgetting.tell(datetime.now(UTC))
    world.answer = b"v1"
    assert await world.read() == b"v1"


async def test_how_stale_an_answer_is_counts_for_each_read(world):
    world.on(Switch.STALE_WHILE_REVALIDATE)
    await world.read()
    world.at += 117
    world.answer = OSError("replica down")
    assert await world.read_at_once(3) == [b"v1"] * 3
    assert world.stale_ages() == (3, 3 * 17)


async def test_nothing_is_served_beyond_its_bound_even_if_redis_still_has_it(world):
    world.on(Switch.STALE_WHILE_REVALIDATE)
    await world.redis.set("k", Entry(b"old", world.at - 60, 0.01).pack(), 1000)
    assert (await world.read(), world.stale_ages()) == (b"v1", (0, 0))


async def test_what_nobody_could_confirm_is_stale_of_no_age_until_its_ttl(world):
    world.on(Switch.LOCAL_TIER)
    await world.read()
    world.redis.down = True
    world.at += 50
    await world.read()
    assert world.stale_ages() == (1, 0)
    world.at += 60
    await world.read()
    assert world.stale_ages() == (2, 10)


@pytest.mark.parametrize(("right", "loads"), [(b"v1", 1), (b"v2", 2)])
async def test_what_is_wrong_is_loaded_again_and_what_is_right_is_not(world, right, loads):
    world.on(Switch.LOCAL_TIER)
    await world.read()
    world.answer = b"v2"
    world.cache.correct("k", world.load, lambda body: body == right)
    await world.cache.settle()
    assert (await world.read(), world.loads) == (right, loads)
    assert world.refreshed() == {"correction": 1}


async def test_a_scheduled_refresh_is_told_as_one(world):
    world.cache.refresh("k", world.load)
    await world.settle()
    assert (world.loads, world.refreshed()) == (1, {"schedule": 1})


@pytest.mark.parametrize("down", [True, False])
async def test_what_redis_has_not_is_not_corrected(world, down):
    world.redis.down = down
    world.cache.correct("k", world.load, lambda _: False)
    await world.cache.settle()
    assert world.loads == 0


async def test_warming_loads_whatever_is_there_and_is_no_read(world):
    await world.read()
    world.answer = b"v2"
    assert await world.cache.warm("k", world.load)
    assert await world.read() == b"v2"
    assert world.counted()["origin", "bypass"] == 1


async def fail_three_times(world):
    world.answer = OSError("replica down")
    for _ in range(3):
        with pytest.raises(OSError, match="replica down"):
            await world.read()


async def test_replica_breaker_spares_a_replica_that_fails(world):
    world.on(Switch.REPLICA_BREAKER)
    await fail_three_times(world)
    world.at += 1
    with pytest.raises(CircuitOpenError) as refused:
        await world.read()
    assert (world.loads, refused.value.retry_after_seconds) == (3, 4)
    world.at, world.answer = world.at + 4, b"v1"
    assert await world.read() == b"v1"


async def test_without_the_replica_breaker_every_read_asks_the_replica(world):
    await fail_three_times(world)
    with pytest.raises(OSError, match="replica down"):
        await world.read()
    assert world.loads == 4


async def test_replica_breaker_gives_a_load_only_its_time(world):
    world.on(Switch.REPLICA_BREAKER)
    world.gate.clear()
    with pytest.raises(DeadlineError):
        await world.read()


async def test_an_open_replica_breaker_leaves_stale_values_to_be_served(world):
    world.on(Switch.REPLICA_BREAKER, Switch.STALE_WHILE_REVALIDATE)
    await world.read()
    world.at += 110
    world.answer = OSError("replica down")
    for _ in range(5):
        assert await world.read() == b"v1"
        await world.settle()
    assert world.loads == 1 + 3


async def test_retry_budget_tries_a_tenth_of_the_loads_again(world):
    world.on(Switch.RETRY_BUDGET)
    for number in range(9):
        await world.read(f"k{number}")
    world.answer = ConnectionResetError("reset")
    for key in ("k9", "k10"):
        with pytest.raises(ConnectionResetError):
            await world.read(key)
    assert world.loads == 9 + 2 + 1
    assert world.metrics.retries.labels("failed")._value.get() == 1
    assert world.metrics.retry_budget_exhausted._value.get() == 1


async def test_a_protection_works_from_the_moment_it_is_switched_on(world):
    await world.read_at_once(3)
    world.at += 100
    world.on(*Switch)
    await world.read_at_once(3)
    assert world.loads == 3 + 1
