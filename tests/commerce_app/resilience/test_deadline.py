import asyncio

import pytest

from commerce_app.errors import DeadlineError, RejectedError
from commerce_app.resilience.deadline import deadline, remaining_seconds, shared_context, within


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


async def test_outside_of_a_deadline_there_is_no_end():
    assert remaining_seconds() == float("inf")


async def test_the_earlier_of_two_deadlines_counts_and_ends_with_its_block():
    async with deadline(60):
        async with deadline(1000):
            assert remaining_seconds() <= 60
        async with deadline(1):
            assert remaining_seconds() <= 1
        assert 1 < remaining_seconds() <= 60


async def test_a_call_ends_with_the_deadline_it_was_begun_under():
    async def call():
        async with within(1000):
            await asyncio.Event().wait()

    async with deadline(0.01):
        beside = asyncio.create_task(call())
    with pytest.raises(TimeoutError):
        await beside


async def test_shared_work_does_not_end_with_whoever_began_it():
    async def look():
        return remaining_seconds()

    async with deadline(0.01):
        shared = asyncio.create_task(look(), context=shared_context())
        assert await shared == float("inf")
