import asyncio

import pytest

from commerce_app.errors import DeadlineError
from commerce_app.resilience.deadline import deadline


async def test_work_past_the_deadline_is_cancelled_and_named():
    with pytest.raises(DeadlineError, match=r"not done within 0\.001 s"):
        async with deadline(0.001):
            await asyncio.Event().wait()


async def test_somebody_elses_timeout_is_not_the_deadline():
    with pytest.raises(TimeoutError, match="connect"):
        async with deadline(60):
            raise TimeoutError("connect")
