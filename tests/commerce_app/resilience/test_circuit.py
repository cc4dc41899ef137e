import asyncio

import pytest

from commerce_app.errors import CircuitOpenError, LoadShedError, RejectedError
from commerce_app.metrics import Metrics
from commerce_app.resilience.breaker import Breaker, State, Threshold
from commerce_app.resilience.circuit import Circuit
from commerce_app.switches import Switch, Switches


class World:
    def __init__(self):
        self.at = 0.0
        self.metrics = Metrics()
        self.switches = Switches([Switch.REPLICA_BREAKER])
        threshold = Threshold(calls=2, open_seconds=5, trials=1, slow_seconds=1)
        self.circuit = Circuit(
            "replica",
            Breaker(threshold),
            Switch.REPLICA_BREAKER,
            self.switches,
            self.metrics,
            now=lambda: self.at,
            blames_caller=lambda error: isinstance(error, OverflowError),
        )

    async def call(self, error=None, seconds=0.0):
        async with self.circuit.call():
            self.at += seconds
            if error:
                raise error

    async def fail(self, times, error=OSError):
        for _ in range(times):
            with pytest.raises(error):
                await self.call(error("down"))

    def shown(self):
        return {state: self.metrics.breaker_state.labels("replica", state)._value.get() for state in State}


@pytest.fixture
def world():
    return World()


def one_hot(wanted):
    return {state: float(state is wanted) for state in State}


async def test_failures_open_it_and_it_says_when_to_come_back(world):
    assert world.shown() == one_hot(State.CLOSED)
    await world.fail(2)
    assert world.shown() == one_hot(State.OPEN)
    world.at += 1.5
    with pytest.raises(CircuitOpenError) as refused:
        await world.call()
    assert refused.value.retry_after_seconds == 4


async def test_slow_calls_open_it(world):
    for _ in range(2):
        await world.call(seconds=1)
    assert world.shown() == one_hot(State.OPEN)


async def test_calls_that_a_deadline_cut_short_open_it(world):
    await world.fail(2, asyncio.CancelledError)
    assert world.shown() == one_hot(State.OPEN)


async def test_the_shops_refusals_do_not_open_it(world):
    for _ in range(5):
        with pytest.raises(RejectedError):
            await world.call(RejectedError(404, "no product 7"))
    assert world.shown() == one_hot(State.CLOSED)


async def test_what_the_caller_got_wrong_does_not_open_it(world):
    await world.fail(5, OverflowError)
    assert world.shown() == one_hot(State.CLOSED)


async def test_what_was_shed_is_neither_a_failure_nor_a_success(world):
    await world.fail(1)
    for _ in range(5):
        with pytest.raises(LoadShedError):
            await world.call(LoadShedError("primary_reads", 1))
    await world.fail(1)
    assert world.shown() == one_hot(State.OPEN)


async def test_a_trial_shows_as_half_open_and_closes_it(world):
    await world.fail(2)
    world.at += 5
    async with world.circuit.call():
        assert world.shown() == one_hot(State.HALF_OPEN)
        with pytest.raises(CircuitOpenError):
            await world.call()
    assert world.shown() == one_hot(State.CLOSED)


async def test_switched_off_it_lets_all_through_and_forgets(world):
    await world.fail(2)
    world.switches.set({Switch.REPLICA_BREAKER: False})
    assert world.shown() == one_hot(State.CLOSED)
    await world.fail(5)
    assert world.shown() == one_hot(State.CLOSED)
    world.switches.set({Switch.REPLICA_BREAKER: True})
    await world.call()
