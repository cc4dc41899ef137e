import asyncio

import pytest

from commerce_app.errors import LoadShedError
from commerce_app.resilience.concurrency import ConcurrencyLimit
from commerce_app.resilience.gate import Work
from commerce_app.resilience.work import current_work, doing


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


async def hold(limit, work, until, ended):
    with doing(work):
        async with limit.slot():
            await until.wait()
        ended.append(work)


async def begin(limit, until, ended, *works):
    """Tasks that hold a slot each, or wait for one, in this order."""
    tasks = []
    for work in works:
        tasks.append(asyncio.create_task(hold(limit, work, until, ended)))
        await asyncio.sleep(0)
    return tasks


async def outcomes(tasks):
    return [type(result) for result in await asyncio.gather(*tasks, return_exceptions=True)]


async def test_by_class_extras_leave_room_for_pages_and_those_for_orders():
    limit = ConcurrencyLimit("loads", running=4, queued=0, wait_seconds=60, by_class=lambda: True)
    works = [Work.EXTRAS] * 2 + [Work.PAGES] * 3 + [Work.ORDERS] * 2
    gate = asyncio.Event()
    tasks = await begin(limit, gate, [], *works)
    gate.set()
    shed, held = LoadShedError, type(None)
    assert await outcomes(tasks) == [held, shed, held, held, shed, held, shed]


async def test_by_class_who_waits_for_an_order_goes_first():
    limit = ConcurrencyLimit("loads", running=1, queued=4, wait_seconds=60, by_class=lambda: True)
    gate, ended = asyncio.Event(), []
    tasks = await begin(limit, gate, ended, Work.PAGES, Work.EXTRAS, Work.PAGES, Work.ORDERS)
    gate.set()
    await asyncio.gather(*tasks)
    assert ended == [Work.PAGES, Work.ORDERS, Work.PAGES, Work.EXTRAS]


def test_by_class_extras_wait_a_fifth_of_the_time():
    limit = ConcurrencyLimit("loads", running=1, queued=8, wait_seconds=0.5, by_class=lambda: True)
    waits = {work: share.wait_seconds for work, share in limit._shares().items()}
    assert waits == {Work.ORDERS: 0.5, Work.PAGES: 0.5, Work.EXTRAS: 0.1}


async def test_alike_who_came_first_goes_first():
    limit = ConcurrencyLimit("loads", running=1, queued=4, wait_seconds=60)
    gate, ended = asyncio.Event(), []
    works = [Work.PAGES, Work.EXTRAS, Work.PAGES, Work.ORDERS]
    tasks = await begin(limit, gate, ended, *works)
    gate.set()
    await asyncio.gather(*tasks)
    assert ended == works


async def test_a_task_does_the_work_of_whoever_started_it():
    async def look():
        return current_work()

    with doing(Work.ORDERS):
        with doing(Work.PAGES):
            inner = asyncio.create_task(look())
        outer = asyncio.create_task(look())
    assert (await inner, await outer, current_work()) == (Work.PAGES, Work.ORDERS, Work.EXTRAS)


@pytest.mark.parametrize(("by_class", "work"), [(True, Work.PAGES), (False, None)])
async def test_what_is_shed_says_as_what(by_class, work):
    limit = ConcurrencyLimit("loads", running=1, queued=0, wait_seconds=60, by_class=lambda: by_class)
    async with limit.slot():
        with doing(Work.PAGES), pytest.raises(LoadShedError) as shed:
            await limit.slot().__aenter__()
    assert shed.value.work is work
