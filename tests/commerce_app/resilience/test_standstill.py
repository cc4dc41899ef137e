import asyncio

import pytest

from commerce_app.resilience.standstill import BEAT_SECONDS, awake_within


class Clock:
    def __init__(self):
        self.at = 0.0

    async def advance(self, seconds):
        """As if the process had run, or stood still, for so long."""
        self.at += seconds
        for _ in range(3):
            await asyncio.sleep(0)


@pytest.fixture
async def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: clock.at)
    return clock


async def test_a_process_that_stood_still_waits_on(clock):
    async with awake_within(2):
        await clock.advance(60)
        await clock.advance(60)


async def test_time_in_which_it_ran_counts_before_and_after_it_stood_still(clock):
    async def run_on():
        async with awake_within(2):
            await clock.advance(60)
            while True:
                await clock.advance(BEAT_SECONDS)

    with pytest.raises(TimeoutError):
        await run_on()
    assert clock.at == pytest.approx(60 + 2, abs=2 * BEAT_SECONDS)


async def test_other_errors_pass(clock):
    with pytest.raises(OSError, match="away"):
        async with awake_within(2):
            raise OSError("away")
