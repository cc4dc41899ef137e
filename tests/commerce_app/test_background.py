import asyncio

import pytest

from commerce_app.background import end, keep_running, repeat
from commerce_app.errors import DependencyError
from commerce_app.metrics import Metrics


class Loop:
    """Dies as often as it is told, then runs until it is cancelled."""

    def __init__(self, deaths):
        self.deaths = deaths
        self.runs = asyncio.Event()

    async def __call__(self):
        if self.deaths:
            self.deaths -= 1
            raise ZeroDivisionError("a lag of nothing")
        self.runs.set()
        await asyncio.Event().wait()


async def test_a_loop_that_dies_is_told_and_started_again(caplog):
    loop, metrics = Loop(deaths=2), Metrics()
    keeping = asyncio.create_task(keep_running("replication", loop, metrics, pause_seconds=0))
    await loop.runs.wait()
    assert metrics.background_failures.labels("replication")._value.get() == 2
    assert [record.message for record in caplog.records] == ["replication died, starts again in 0 s"] * 2
    assert "a lag of nothing" in caplog.text
    keeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await keeping


async def test_a_loop_that_forgets_a_cancellation_is_ended_all_the_same():
    forgotten = []

    async def forgetful():
        while len(forgotten) < 2:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError as error:
                forgotten.append(error)
        await asyncio.Event().wait()

    loops = [asyncio.create_task(forgetful()), asyncio.create_task(Loop(deaths=1)())]
    await asyncio.sleep(0)
    await end(loops, again_seconds=0)
    assert [loop.cancelled() for loop in loops] == [True, False]
    assert len(forgotten) == 2


async def test_a_turn_that_fails_waits_for_the_next(caplog):
    turns, enough = [], asyncio.Event()

    async def turn(at):
        turns.append(at)
        if len(turns) == 1:
            raise DependencyError("no database")
        enough.set()

    repeating = asyncio.create_task(repeat("sweeping", turn, lambda: 7, every_seconds=0))
    await enough.wait()
    repeating.cancel()
    assert turns == [7, 7]
    assert [record.message for record in caplog.records] == ["sweeping failed, again in 0 s: no database"]
