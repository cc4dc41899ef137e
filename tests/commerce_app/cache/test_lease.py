import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce_app.cache.entry import Entry
from commerce_app.cache.lease import FOR_EVER, Leases, Outcome, Patience
from commerce_app.errors import CacheUnavailableError
from tests.commerce_app.cache.fake_redis import FakeRedis
from tests.commerce_app.virtual_time import VirtualTime

PATIENCE = Patience(lease_seconds=3, wait_seconds=2)


@pytest.fixture
def time():
    return VirtualTime()


@pytest.fixture
def redis(time):
    return FakeRedis(time.now)


@pytest.fixture
def leases(redis, time):
    return Leases(redis, PATIENCE, time.now, time.pause)


def entry(fresh_until):
    return Entry(b"value", fresh_until, 0.01).pack()


async def test_one_of_two_wins_it_and_the_other_is_told(leases):
    assert [(await leases.ask("k", 0)).outcome for _ in range(2)] == [Outcome.WON, Outcome.HELD]


async def test_another_key_is_another_lease(leases):
    assert [(await leases.ask(key, 0)).outcome for key in ("k", "l")] == [Outcome.WON] * 2


async def test_what_is_fresh_already_is_taken_instead(leases, redis):
    await redis.set("k", entry(fresh_until=10), 60)
    assert (await leases.wait("k", 0)).packed == entry(fresh_until=10)


@pytest.mark.parametrize("beyond", [10, FOR_EVER])
async def test_what_is_not_fresh_for_long_enough_is_to_be_filled(leases, redis, beyond):
    await redis.set("k", entry(fresh_until=10), 60)
    assert (await leases.wait("k", beyond)).outcome is Outcome.WON


async def test_storing_gives_it_back(leases, redis):
    turn = await leases.ask("k", 0)
    await turn.lease.store(entry(fresh_until=10), 60)
    assert (await leases.ask("k", 0)).outcome is Outcome.FILLED
    assert redis.leases == {}


async def test_it_is_given_back_once(leases, redis):
    turn = await leases.ask("k", 0)
    await turn.lease.release()
    again = await leases.ask("k", 0)
    asked = redis.asked
    await turn.lease.release()
    assert (again.outcome, redis.asked) == (Outcome.WON, asked)


async def test_a_holder_whose_lease_ran_out_does_not_free_the_next(leases, redis, time):
    late = await leases.ask("k", 0)
    time.at = 3.5
    await leases.ask("k", 0)
    await late.lease.release()
    assert "k" in redis.leases


async def test_a_holder_that_comes_late_does_not_replace_what_the_next_loads(leases, redis, time):
    late = await leases.ask("k", 0)
    time.at = 3.5
    await leases.ask("k", 0)
    await late.lease.store(entry(fresh_until=10), 60)
    assert redis.values == {}


async def test_a_holder_that_comes_late_does_not_replace_what_the_next_has_stored(leases, redis, time):
    late = await leases.ask("k", 0)
    time.at = 3.5
    newer = await leases.ask("k", 0)
    assert await newer.lease.store(entry(fresh_until=20), 60)
    assert not await late.lease.store(entry(fresh_until=10), 60)
    assert await redis.get("k") == entry(fresh_until=20)


async def test_who_lost_patience_stores_what_is_newer_than_the_holders(leases, redis, time):
    holder = (await leases.ask("k", 0)).lease
    (turn,) = await time.run(leases.wait("k", 0))
    assert await turn.lease.store(entry(fresh_until=20), 60)
    assert not await holder.store(entry(fresh_until=10), 60)
    assert await redis.get("k") == entry(fresh_until=20)


async def test_who_could_not_ask_replaces_nothing(leases, redis):
    assert await leases.unasked("new").store(entry(fresh_until=10), 60)
    await (await leases.ask("k", 0)).lease.store(entry(fresh_until=20), 60)
    assert not await leases.unasked("k").store(entry(fresh_until=10), 60)
    assert await redis.get("k") == entry(fresh_until=20)


async def test_who_waits_takes_what_the_holder_stores(leases, time):
    held = (await leases.ask("k", 0)).lease

    async def fill():
        await time.pause(0.1)
        await held.store(entry(fresh_until=10), 60)

    turn, _ = await time.run(leases.wait("k", 0), fill())
    assert (turn.outcome, turn.packed) == (Outcome.FILLED, entry(fresh_until=10))
    assert 0.1 <= time.at <= 0.1 + PATIENCE.longest_pause_seconds


async def test_who_waits_has_the_lease_of_a_holder_that_failed(leases, time):
    held = (await leases.ask("k", 0)).lease

    async def fail():
        await time.pause(0.1)
        await held.release()

    turn, _ = await time.run(leases.wait("k", 0), fail())
    assert turn.outcome is Outcome.WON


async def test_patience_has_an_end(leases, time):
    await leases.ask("k", 0)
    (turn,) = await time.run(leases.wait("k", 0))
    assert turn.outcome is Outcome.IMPATIENT
    assert time.at <= PATIENCE.wait_seconds


async def test_without_redis_nobody_can_tell_and_it_is_not_asked_again(leases, redis):
    redis.down = True
    assert (await leases.wait("k", 0)).outcome is Outcome.UNAVAILABLE
    assert redis.asked == 1


async def test_a_redis_that_goes_away_is_noticed_by_who_waits(leases, redis, time):
    await leases.ask("k", 0)

    async def go():
        await time.pause(0.1)
        redis.down = True

    turn, _ = await time.run(leases.wait("k", 0), go())
    assert turn.outcome is Outcome.UNAVAILABLE


async def test_a_redis_that_goes_away_takes_the_value_but_not_the_answer(leases, redis):
    lease = (await leases.ask("k", 0)).lease
    redis.down = True
    with pytest.raises(CacheUnavailableError):
        await lease.store(entry(fresh_until=10), 60)
    await lease.release()
    assert redis.asked == 2


arrivals = st.floats(0, 5)
# How long a load takes, and whether it succeeds, fails, or its process dies in it.
fates = st.tuples(st.floats(0.001, 1.5), st.sampled_from(["stored", "failed", "dead"]))


@given(st.lists(st.tuples(arrivals, fates), min_size=1, max_size=8))
def test_whoever_comes_whenever_has_a_value_and_nobody_loads_beside_a_living_holder(processes):
    """Loads shorter than a lease, and than patience with a lease: the only second load is a failure's."""

    async def live():
        time = VirtualTime()
        redis = FakeRedis(time.now)
        # As many leases of dead holders in a row as there are processes.
        patience = Patience(lease_seconds=3, wait_seconds=10 + 3 * len(processes))
        leases = Leases(redis, patience, time.now, time.pause)
        loading, begun = set(), []

        async def process(number, arrives, fate):
            seconds, end = fate
            await time.pause(arrives)
            turn = await leases.wait("k", time.now())
            if turn.packed is not None:
                return turn.outcome
            assert turn.outcome is Outcome.WON
            assert loading == set()
            begun.append(end)
            if end == "dead":
                return turn.outcome
            loading.add(number)
            await time.pause(seconds)
            loading.remove(number)
            if end == "stored":
                await turn.lease.store(entry(fresh_until=1000), 2000)
            await turn.lease.release()
            return turn.outcome

        outcomes = await time.run(*(process(number, *each) for number, each in enumerate(processes)))
        assert begun.count("stored") <= 1
        assert outcomes.count(Outcome.WON) == len(begun)
        return outcomes

    outcomes = asyncio.run(live())
    assert set(outcomes) <= {Outcome.WON, Outcome.FILLED}


@given(st.floats(0, 100))
def test_nobody_waits_a_tenth_longer_than_he_must_nor_asks_too_often(waited):
    pause = PATIENCE.pause_seconds(waited)
    assert PATIENCE.shortest_pause_seconds <= pause <= PATIENCE.longest_pause_seconds
    assert pause <= max(waited / 10, PATIENCE.shortest_pause_seconds)
