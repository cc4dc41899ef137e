import asyncio

import pytest

from commerce_app.errors import UnknownOutcomeError
from commerce_app.order.outcome import confirmed
from commerce_app.resilience.deadline import deadline


async def slow_step():
    for _ in range(10):
        await asyncio.sleep(0)
    return "confirmed"


async def test_the_deadline_of_the_work_before_does_not_cut_it_short():
    async with deadline(0) as limit:
        assert await confirmed(slow_step(), limit, seconds=60) == "confirmed"
    assert limit.when() is None


async def test_its_own_time_leaves_it_unknown():
    async with deadline(60) as limit:
        with pytest.raises(UnknownOutcomeError):
            await confirmed(asyncio.Event().wait(), limit, seconds=0.001)
