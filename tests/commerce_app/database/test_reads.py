from contextlib import asynccontextmanager

import pytest

from commerce_app.database.reads import Reads
from commerce_app.database.replay import Replay
from commerce_app.errors import CircuitOpenError, LoadShedError
from commerce_app.metrics import Metrics
from commerce_app.resilience.breaker import Breaker, Threshold
from commerce_app.resilience.circuit import Circuit
from commerce_app.switches import Switch, Switches


class NoServer:
    """Nobody reads from it in these tests."""

    def execution_options(self, **_options):
        return self


class Server(NoServer):
    """Every connection is its name, unless it is ``down``."""

    def __init__(self, name):
        self.name = name
        self.down = False

    @asynccontextmanager
    async def connect(self):
        if self.down:
            raise OSError(self.name)
        yield self.name


def reads_of(replica, primary, replay, primary_reads=0, now=lambda: 0.0):
    """Behind a breaker that opens at the second failure."""
    switches = Switches({Switch.LAG_AWARE_ROUTING, Switch.REPLICA_BREAKER})
    metrics = Metrics()
    breaker = Breaker(Threshold(calls=2))
    circuit = Circuit("replica", breaker, Switch.REPLICA_BREAKER, switches, metrics, now=lambda: 0.0)
    return Reads(
        replica,
        primary,
        replay,
        switches,
        metrics,
        circuit=circuit,
        lag_limit_seconds=1,
        primary_reads=primary_reads,
        now=now,
    )


async def fail(reads, error, times):
    for _ in range(times):
        with pytest.raises(error):
            async with reads.connect():
                pass


async def test_a_breaker_that_leaves_the_replica_alone_lets_reads_of_the_primary_through():
    replica, seen = Server("replica"), [Replay()]
    reads = reads_of(replica, Server("primary"), lambda: seen[0], primary_reads=1)
    replica.down = True
    await fail(reads, OSError, 2)
    await fail(reads, CircuitOpenError, 1)
    seen[0] = Replay(reachable=False)
    async with reads.connect() as connection:
        assert connection == "primary"


async def test_failures_of_the_primary_do_not_count_against_the_replica():
    primary, seen = Server("primary"), [Replay(reachable=False)]
    reads = reads_of(Server("replica"), primary, lambda: seen[0], primary_reads=1)
    primary.down = True
    await fail(reads, OSError, 3)
    seen[0] = Replay()
    async with reads.connect() as connection:
        assert connection == "replica"


async def test_reads_turned_away_wait_as_long_as_it_has_lasted():
    times = iter([100.0, 103.5, 500.0])
    reads = reads_of(NoServer(), NoServer(), lambda: Replay(reachable=False), now=lambda: next(times))
    told = []
    for _ in range(3):
        with pytest.raises(LoadShedError, match="primary_reads") as shed:
            async with reads.connect():
                pass
        told.append(shed.value.retry_after_seconds)
    assert told == [1, 4, 1]
