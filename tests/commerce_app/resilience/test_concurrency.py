import asyncio

import pytest

from commerce_app.errors import LoadShedError
from commerce_app.resilience.concurrency import ConcurrencyLimit


async def test_a_full_queue_turns_away_at_once():
    limit = ConcurrencyLimit("loads", running=1, queued=0, wait_seconds=60)
    async with limit.slot():
        with pytest.raises(LoadShedError) as shed:
            await limit.slot().__aenter__()
    assert shed.value.reason == "loads"


async def test_waiting_ends_with_the_patience():
    limit = ConcurrencyLimit("loads", running=1, queued=1, wait_seconds=0.001)
    async with limit.slot():
        with pytest.raises(LoadShedError):
            await limit.slot().__aenter__()


async def test_whoever_waits_gets_the_next_slot():
    limit = ConcurrencyLimit("loads", running=1, queued=1, wait_seconds=60)

    async def use():
        async with limit.slot():
            return True

    async with limit.slot():
        waiting = asyncio.create_task(use())
        await asyncio.sleep(0)
        assert not waiting.done()
    assert await waiting


async def test_a_failure_inside_frees_the_slot():
    limit = ConcurrencyLimit("loads", running=1, queued=0, wait_seconds=60)
    with pytest.raises(OSError, match="down"):
        async with limit.slot():
            raise OSError("down")
    async with limit.slot():
        pass


async def test_retry_after_is_the_time_that_those_ahead_will_take(monkeypatch):
    limit, at = ConcurrencyLimit("loads", running=1, queued=1, wait_seconds=60), [100.0]
    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: at[0])
    async with limit.slot():
        at[0] += 4
    async with limit.slot():
        waiting = asyncio.create_task(limit.slot().__aenter__())
        await asyncio.sleep(0)
        with pytest.raises(LoadShedError) as shed:
            await limit.slot().__aenter__()
        waiting.cancel()
    assert shed.value.retry_after_seconds == 8
