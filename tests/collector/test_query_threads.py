import asyncio
import threading

import pytest

from collector.errors import QueryError
from collector.query_threads import QueryThreads


class Stopwatch:
    def __init__(self):
        self.seconds = 0.0

    def __call__(self):
        return self.seconds


@pytest.fixture
def stopwatch():
    return Stopwatch()


@pytest.fixture
def threads(stopwatch):
    threads = QueryThreads(1, stopwatch)
    yield threads
    threads.stop()


async def behind_another(threads, stopwatch, waits_seconds):
    """What is left of ten seconds for a call that waits for another."""
    begun, go_on = threading.Event(), threading.Event()

    def first(_left):
        begun.set()
        go_on.wait(5)

    one = asyncio.create_task(threads.run(first, 10.0))
    await asyncio.to_thread(begun.wait, 5)
    two = asyncio.create_task(threads.run(lambda left: left, 10.0))
    await asyncio.sleep(0)
    stopwatch.seconds += waits_seconds
    go_on.set()
    await one
    return await two


def test_time_spent_waiting_is_gone(threads, stopwatch):
    assert asyncio.run(behind_another(threads, stopwatch, 4.0)) == 6.0


def test_who_waited_for_all_its_time_is_told(threads, stopwatch):
    with pytest.raises(QueryError, match="query timed out in query queue") as raised:
        asyncio.run(behind_another(threads, stopwatch, 10.0))
    assert raised.value.kind == "timeout"


def test_as_many_calls_run_at_once_as_there_are_threads():
    async def both(threads):
        together = threading.Barrier(2, timeout=5)
        await asyncio.gather(*(threads.run(lambda _left: together.wait(), 10.0) for _ in range(2)))

    threads = QueryThreads(2)
    asyncio.run(both(threads))
    threads.stop()
