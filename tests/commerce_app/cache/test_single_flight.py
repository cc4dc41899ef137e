import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce_app.cache.single_flight import SingleFlight
from commerce_app.errors import DeadlineError, LoadShedError
from commerce_app.resilience.deadline import deadline
from commerce_app.resilience.gate import Work
from commerce_app.resilience.work import current_work, doing
from tests.commerce_app.virtual_time import VirtualTime


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


async def test_an_order_is_not_turned_away_with_the_page_whose_load_it_waits_for():
    flights, queue = SingleFlight(), asyncio.Event()

    async def load():
        if current_work() is Work.ORDERS:
            return "loaded"
        await queue.wait()
        raise LoadShedError("loads", 1, current_work())

    async def ask(work):
        with doing(work):
            return await flights.join("k", load)

    asked = [asyncio.create_task(ask(work)) for work in (Work.PAGES, Work.PAGES, Work.ORDERS, Work.ORDERS)]
    await asyncio.sleep(0)
    queue.set()
    *pages, first, second = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(page) for page in pages] == [LoadShedError] * 2
    assert (first, second) == (("loaded", False), ("loaded", True))


async def test_what_is_shed_for_all_alike_is_shed_for_all():
    flights = SingleFlight()

    async def shed():
        raise LoadShedError("loads", 1)

    with doing(Work.ORDERS):
        results = await asyncio.gather(*(flights.join("k", shed) for _ in range(2)), return_exceptions=True)
    assert [type(result) for result in results] == [LoadShedError] * 2


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


# When somebody comes, for which key, how long the call takes if it is his, whether it fails.
callers = st.lists(
    st.tuples(st.floats(0, 10), st.sampled_from("ab"), st.floats(0.01, 5), st.booleans()),
    min_size=1,
    max_size=20,
)


@given(callers)
def test_whoever_comes_whenever_has_the_end_of_one_call_that_ran_while_he_was_there(drawn):
    async def live():
        time, flights = VirtualTime(), SingleFlight(limit_seconds=1000)
        running, begun = set(), {}

        async def call(number, key, seconds, fails):
            assert key not in running
            running.add(key)
            begun[number] = time.at
            await time.pause(seconds)
            running.remove(key)
            if fails:
                raise OSError(str(number))
            return number

        async def caller(number, arrives, key, seconds, fails):
            await time.pause(arrives)
            came_at, would_begin = time.at, lambda: call(number, key, seconds, fails)
            try:
                whose, joined = await flights.join(key, would_begin)
            except OSError as error:
                whose, joined = int(str(error)), number not in begun
            _, called_key, takes, _ = drawn[whose]
            assert called_key == key
            assert joined == (whose != number)
            assert begun[whose] <= came_at <= begun[whose] + takes <= time.at
            return whose

        whose = await time.run(*(caller(number, *each) for number, each in enumerate(drawn)))
        assert set(whose) == set(begun)

    asyncio.run(live())
