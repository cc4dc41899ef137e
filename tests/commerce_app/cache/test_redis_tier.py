"""Time-outs of the shared tier against servers that dawdle, on real sockets."""

import asyncio
import time
from contextlib import asynccontextmanager, suppress

import pytest

from commerce_app.cache.redis_tier import RedisTier, default_pool, fast_pool
from commerce_app.errors import CacheUnavailableError, DeadlineError
from commerce_app.metrics import Metrics
from commerce_app.resilience.breaker import Breaker, State, Threshold
from commerce_app.resilience.circuit import Circuit
from commerce_app.resilience.deadline import deadline
from commerce_app.switches import Switch, Switches


async def say_nothing(reader, _writer):
    while await reader.read(1024):
        pass


async def trickle(_reader, writer):
    """A long answer, a byte at a time: every single read is in time."""
    writer.write(b"$1000000\r\n")
    while not writer.is_closing():
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.001)


@asynccontextmanager
async def asking(serve, *switches, fast_timeout_seconds=0.05):
    """A tier before such a server; its breaker opens with the first bad call."""
    connections = []

    async def accept(reader, writer):
        connections.append(writer)
        with suppress(ConnectionError):
            await serve(reader, writer)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    url = f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0"
    metrics, flips = Metrics(), Switches(switches)
    pool = default_pool(url, metrics)
    tier = RedisTier(
        pool,
        fast_pool(url, metrics, fast_timeout_seconds),
        flips,
        Circuit(
            "redis", Breaker(Threshold(calls=1)), Switch.CIRCUIT_BREAKER, flips, metrics, now=time.monotonic
        ),
        metrics,
        fast_call_seconds=0.1,
    )
    tier.metrics, tier.pool, tier.switches = metrics, pool, flips
    try:
        yield tier
    finally:
        await tier.close()
        server.close()
        for writer in connections:
            writer.close()
        await server.wait_closed()


def calls(tier, error_type):
    samples = tier.metrics.operation_seconds.labels("redis", "GET", error_type, "redis")._buckets
    return sum(bucket.get() for bucket in samples)


async def test_a_call_that_the_deadline_ends_counts_as_a_timeout_everywhere():
    async with asking(say_nothing, Switch.CIRCUIT_BREAKER) as tier:
        with pytest.raises(DeadlineError):
            async with deadline(0.05):
                await tier.get("k")
        assert (calls(tier, "timeout"), calls(tier, "")) == (1, 0)
        assert tier.metrics.redis_errors.labels("timeout")._value.get() == 1
        assert tier.metrics.breaker_state.labels("redis", State.OPEN)._value.get() == 1


async def test_a_call_in_a_task_beside_its_request_ends_with_the_deadline_too():
    """Default time-outs and retries would go on for most of a minute."""
    async with asking(say_nothing) as tier:
        async with deadline(0.05):
            beside = asyncio.create_task(tier.get("k"))
            await asyncio.sleep(0)
        with pytest.raises(CacheUnavailableError):
            await beside


async def test_an_impatient_call_is_bounded_as_a_whole():
    async with asking(trickle, Switch.REDIS_FAST_TIMEOUTS) as tier:
        with pytest.raises(CacheUnavailableError):
            await tier.get("k")
        assert calls(tier, "timeout") == 1


async def test_a_connection_that_was_cut_short_is_not_held_for_ever():
    async with asking(say_nothing) as tier:
        for _ in range(3):
            with pytest.raises(DeadlineError):
                async with deadline(0.01):
                    await tier.get("k")
        idle, used = tier.pool.counts()
        assert (idle >= 1, used) == (True, 0)


async def test_the_connections_shown_are_those_of_the_pool_that_calls_take_from(monkeypatch):
    async with asking(say_nothing) as tier:
        for pool, counts in zip(tier._pools, ((3, 97), (1, 2)), strict=True):
            monkeypatch.setattr(pool, "counts", lambda counts=counts: counts)
        assert connections(tier) == {"idle": 3, "used": 97}
        tier.switches.set({Switch.REDIS_FAST_TIMEOUTS: True})
        assert connections(tier) == {"idle": 1, "used": 2}


def connections(tier):
    states = {
        state: {"db_client_connection_pool_name": "redis", "db_client_connection_state": state}
        for state in ("idle", "used")
    }
    shown = tier.metrics.registry.get_sample_value
    return {state: shown("db_client_connection_count", labels) for state, labels in states.items()}
