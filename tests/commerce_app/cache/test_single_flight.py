import asyncio

import pytest

from commerce_app.cache.single_flight import SingleFlight
from commerce_app.errors import DeadlineError
from commerce_app.resilience.deadline import deadline


@pytest.fixture
def slow_call():
    """A call that waits for its gate and counts how often it ran."""

    class Call:
        def __init__(self):
            self.runs = 0
            self.gate = asyncio.Event()

        async def __call__(self):
            self.runs += 1
            await self.gate.wait()
            return self.runs

    return Call()


async def test_callers_of_one_key_share_one_call(slow_call):
    flights = SingleFlight()
    callers = [asyncio.create_task(flights.join("k", slow_call)) for _ in range(100)]
    await asyncio.sleep(0)
    slow_call.gate.set()
    results = await asyncio.gather(*callers)
    assert slow_call.runs == 1
    assert sorted(joined for _, joined in results) == [False] + [True] * 99


async def test_other_keys_and_later_callers_run_anew(slow_call):
    flights = SingleFlight()
    slow_call.gate.set()
    await flights.join("k", slow_call)
    await flights.join("other", slow_call)
    assert (await flights.join("k", slow_call))[0] == 3


async def test_a_caller_who_gives_up_does_not_take_the_others_down(slow_call):
    flights = SingleFlight()
    first = asyncio.create_task(flights.join("k", slow_call))
    second = asyncio.create_task(flights.join("k", slow_call))
    await asyncio.sleep(0)
    first.cancel()
    slow_call.gate.set()
    assert await second == (1, True)


async def test_everybody_gets_the_failure():
    flights = SingleFlight()

    async def fail():
        raise OSError("down")

    results = await asyncio.gather(*(flights.join("k", fail) for _ in range(3)), return_exceptions=True)
    assert [type(result) for result in results] == [OSError] * 3


async def test_a_launch_is_refused_while_one_is_under_way(slow_call):
    flights = SingleFlight()
    assert flights.launch("k", slow_call) is not None
    assert flights.launch("k", slow_call) is None
    await flights.close()


async def test_a_call_that_hangs_ends_for_all_who_joined_it_and_the_next_one_starts_anew(slow_call):
    flights = SingleFlight(limit_seconds=0.01)
    results = await asyncio.gather(*(flights.join("k", slow_call) for _ in range(2)), return_exceptions=True)
    assert [type(result) for result in results] == [DeadlineError] * 2
    slow_call.gate.set()
    assert await flights.join("k", slow_call) == (2, False)


async def test_the_deadline_of_the_first_is_not_that_of_the_second(slow_call):
    flights = SingleFlight()
    with pytest.raises(DeadlineError):
        async with deadline(0.001):
            await flights.join("k", slow_call)
    second = asyncio.create_task(flights.join("k", slow_call))
    await asyncio.sleep(0)
    slow_call.gate.set()
    assert await second == (1, True)
