import asyncio

import pytest

from commerce_app.errors import DeadlineError, RejectedError
from commerce_app.resilience.deadline import deadline


async def test_work_past_the_deadline_is_cancelled_and_named():
    with pytest.raises(DeadlineError, match=r"not done within 0\.001 s"):
        async with deadline(0.001):
            await asyncio.Event().wait()


async def test_somebody_elses_timeout_is_not_the_deadline():
    with pytest.raises(TimeoutError, match="connect"):
        async with deadline(60):
            raise TimeoutError("connect")


async def test_what_the_cancelled_work_says_about_it_is_still_the_deadline():
    async def fail_in_its_own_words():
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise OSError("the connection is closed") from None

    with pytest.raises(DeadlineError):
        async with deadline(0.001):
            await fail_in_its_own_words()


async def test_a_rejection_passes_as_it_is():
    with pytest.raises(RejectedError):
        async with deadline(60):
            raise RejectedError(409, "sold out")
