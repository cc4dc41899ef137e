import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from commerce_app.cache.forgetting import AGAIN_SECONDS, BATCH, Forgetting
from commerce_app.errors import CacheUnavailableError
from commerce_app.metrics import Metrics

AT = datetime(2025, 9, 3, tzinfo=UTC)
LATER = AT + timedelta(seconds=AGAIN_SECONDS)


class Remover:
    def __init__(self):
        self.asked = []
        self.failure = None

    async def delete(self, keys):
        self.asked.append(keys)
        if self.failure is not None:
            raise self.failure


@pytest.fixture
def redis():
    return Remover()


@pytest.fixture
def metrics():
    return Metrics()


@pytest.fixture
def forgetting(redis, metrics):
    return Forgetting(redis, metrics, most=3)


def counted(metrics):
    samples = metrics.cache_forgotten.collect()[0].samples
    return {sample.labels["outcome"]: sample.value for sample in samples if sample.value}


def note(forgetting, keys):
    for key in keys:
        forgetting.note(key)


async def test_a_turn_with_nothing_noted_asks_nothing(forgetting, redis):
    await forgetting.tell(AT)
    assert redis.asked == []


async def test_what_is_noted_goes_in_one_command_and_once(forgetting, redis, metrics):
    note(forgetting, "aba")
    for _ in range(2):
        await forgetting.tell(AT)
    assert redis.asked == [["b", "a"]]
    assert counted(metrics) == {"done": 2}


async def test_what_is_noted_goes_again_after_a_while_for_who_read_it_from_a_late_replica(forgetting, redis):
    note(forgetting, "ab")
    for at in (AT, LATER, LATER + timedelta(hours=1)):
        await forgetting.tell(at)
    assert redis.asked == [["a", "b"], ["a", "b"]]


async def test_what_is_noted_anew_by_then_has_a_while_of_its_own(forgetting, redis):
    note(forgetting, "ab")
    await forgetting.tell(AT)
    note(forgetting, "b")
    for at in (LATER, LATER + timedelta(seconds=AGAIN_SECONDS)):
        await forgetting.tell(at)
    assert redis.asked == [["a", "b"], ["b", "a"], ["b"]]


async def test_a_command_has_so_many_keys_at_most(redis, metrics):
    forgetting = Forgetting(redis, metrics)
    note(forgetting, map(str, range(BATCH + 1)))
    await forgetting.tell(AT)
    assert [len(keys) for keys in redis.asked] == [BATCH, 1]


async def test_what_redis_did_not_take_is_told_again(forgetting, redis, metrics):
    redis.failure = CacheUnavailableError("down")
    note(forgetting, "ab")
    await forgetting.tell(AT)
    redis.failure = None
    note(forgetting, "a")
    await forgetting.tell(AT)
    assert redis.asked == [["a", "b"], ["b", "a"]]
    assert counted(metrics) == {"failed": 2, "done": 2}


async def test_a_turn_that_is_cut_short_loses_nothing(forgetting, redis):
    redis.failure = asyncio.CancelledError()
    note(forgetting, "ab")
    with pytest.raises(asyncio.CancelledError):
        await forgetting.tell(AT)
    redis.failure = None
    await forgetting.tell(AT)
    assert redis.asked[1:] == [["a", "b"]]


async def test_beyond_the_bound_the_oldest_are_dropped_and_counted(forgetting, redis, metrics):
    note(forgetting, "abcd")
    await forgetting.tell(AT)
    assert redis.asked == [["b", "c", "d"]]
    assert counted(metrics) == {"dropped": 1, "done": 3}


async def test_what_is_told_again_keeps_to_the_bound_too(forgetting, redis, metrics):
    class Slow(Remover):
        async def delete(self, keys):
            note(forgetting, "de")
            raise CacheUnavailableError("down")

    forgetting = Forgetting(Slow(), metrics, most=3)
    note(forgetting, "abc")
    await forgetting.tell(AT)
    assert counted(metrics) == {"failed": 3, "dropped": 2}
