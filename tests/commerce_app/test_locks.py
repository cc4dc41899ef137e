import asyncio

import pytest
from sqlalchemy import text

from commerce_app.errors import DeadlineError
from commerce_app.locks import RowLocks
from commerce_app.metrics import Metrics
from commerce_app.resilience.deadline import deadline


class HeldByAnother:
    """A connection whose locking statement waits for ever."""

    async def execute(self, _statement, _parameters):
        await asyncio.Event().wait()


async def test_a_lock_that_the_deadline_stops_waiting_for_is_counted_as_a_timeout():
    metrics = Metrics()
    with pytest.raises(DeadlineError):
        async with deadline(0.01):
            await RowLocks(metrics).take("stock", HeldByAnother(), text("SELECT … FOR UPDATE"), {})
    assert metrics.lock_acquire.labels("stock", "timeout")._value.get() == 1
    assert metrics.lock_acquire.labels("stock", "error")._value.get() == 0
