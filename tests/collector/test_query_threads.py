import asyncio
import threading

import pytest

from collector.errors import QueryError
from collector.query_threads import QueryThreads
from collector.store.from_memory import NotInMemoryError, may_wait


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


class Call:
    """Notes where it runs and how long it may; each answer takes the next number of seconds."""

    def __init__(self, stopwatch, *seconds, first_raises=None):
        self.runs = []
        self._stopwatch = stopwatch
        self._seconds = list(seconds)
        self._raises = [None, first_raises]

    def __call__(self, left):
        at_once = threading.current_thread() is threading.main_thread()
        self.runs.append(("at once" if at_once else "thread", left))
        self._stopwatch.seconds += self._seconds.pop(0)
        if at_once and (raised := self._raises.pop()) is not None:
            raise raised
        return len(self.runs)


def asked(threads, call, times, key="sum(x)"):
    async def in_turn():
        return [await threads.run(call, 10.0, key) for _ in range(times)]

    return asyncio.run(in_turn())


def test_what_was_short_needs_no_thread(threads, stopwatch):
    call = Call(stopwatch, 0.001, 0.001, 0.001)
    assert asked(threads, call, 3) == [1, 2, 3]
    assert call.runs == [("thread", 10.0), ("at once", 0.02), ("at once", 0.02)]


def test_what_was_long_or_has_no_key_stays_on_a_thread(threads, stopwatch):
    long, nameless = Call(stopwatch, 0.1, 0.1), Call(stopwatch, 0.0, 0.0)
    asked(threads, long, 2)
    asked(threads, nameless, 2, key="")
    assert [where for where, _ in long.runs + nameless.runs] == ["thread"] * 4


def test_what_became_long_goes_back_to_a_thread(threads, stopwatch):
    call = Call(stopwatch, 0.001, 0.005, 0.001)
    asked(threads, call, 3)
    assert [where for where, _ in call.runs] == ["thread", "at once", "thread"]


@pytest.mark.parametrize("reason", [NotInMemoryError(), QueryError("query timed out", kind="timeout")])
def test_what_cannot_be_made_at_once_is_made_on_a_thread(threads, stopwatch, reason):
    call = Call(stopwatch, 0.001, 0.02, 0.001, first_raises=reason)
    assert asked(threads, call, 2) == [1, 3]
    assert call.runs[1:] == [("at once", 0.02), ("thread", pytest.approx(9.98))]


def test_an_error_at_once_is_the_answer(threads, stopwatch):
    call = Call(stopwatch, 0.001, 0.001, first_raises=QueryError("no"))
    with pytest.raises(QueryError, match="no"):
        asked(threads, call, 2)


def test_reading_at_once_may_not_wait(threads):
    def call(_left):
        may_wait()
        return threading.current_thread() is threading.main_thread()

    assert asked(threads, call, 2) == [False, False]
