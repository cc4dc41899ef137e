"""Connections for reading: a read names no server, it says when its reader last wrote."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from commerce_app.database.replay import Replay
from commerce_app.database.routing import UNROUTED, Route, Target, choose
from commerce_app.errors import LoadShedError
from commerce_app.metrics import Metrics
from commerce_app.resilience.circuit import Circuit
from commerce_app.resilience.outage import Outage
from commerce_app.resilience.pace import whole_seconds
from commerce_app.switches import Switch, Switches

SHED = "primary_reads"


class Reads:
    """``replay`` is asked at each read; at most ``primary_reads`` are on the primary at once.

    circuit: the breaker before the replica, which no read of the primary passes.
    now: seconds of any clock that only goes forward.
    """

    def __init__(
        self,
        replica: AsyncEngine,
        primary: AsyncEngine,
        replay: Callable[[], Replay],
        switches: Switches,
        metrics: Metrics,
        *,
        circuit: Circuit,
        lag_limit_seconds: float,
        primary_reads: int,
        now: Callable[[], float],
    ) -> None:
        self._replica = replica
        # A read is one statement: a transaction around it would cost two more round trips.
        self._primary = primary.execution_options(isolation_level="AUTOCOMMIT")
        self._replay = replay
        self._circuit = circuit
        self._switches = switches
        self._metrics = metrics
        self._lag_limit_seconds = lag_limit_seconds
        self._primary_reads = primary_reads
        self._on_primary = 0
        self._now = now
        self._outage = Outage()

    @property
    def routed(self) -> bool:
        """Whether ``lag_aware_routing`` is on: else nobody is sure to see what he wrote."""
        return self._switches.on(Switch.LAG_AWARE_ROUTING)

    @asynccontextmanager
    async def connect(
        self, wrote_at: float | None = None, *, routed: bool | None = None
    ) -> AsyncIterator[AsyncConnection]:
        """A connection that, if it is routed, sees what was written until ``wrote_at``.

        wrote_at: Unix seconds. routed: for who asked before; the switch may be flipped meanwhile.
        Raises LoadShedError when only the primary could answer and is too busy, CircuitOpenError when the
        replica is left alone.
        """
        route = self._route(wrote_at, routed=self.routed if routed is None else routed)
        self._metrics.reads.labels(route.target, route.reason).inc()
        if route.target == Target.NONE:
            self._metrics.load_shed.labels(SHED).inc()
            raise LoadShedError(SHED, whole_seconds(self._outage.failed(self._now())))
        async with self._replica_call() if route.target == Target.REPLICA else self._primary_slot() as it:
            yield it

    def _route(self, wrote_at: float | None, *, routed: bool) -> Route:
        if not routed:
            return UNROUTED
        return choose(
            self._replay(),
            wrote_at,
            lag_limit_seconds=self._lag_limit_seconds,
            primary_has_room=self._on_primary < self._primary_reads,
        )

    @asynccontextmanager
    async def _replica_call(self) -> AsyncIterator[AsyncConnection]:
        async with self._circuit.call(), self._replica.connect() as connection:
            yield connection

    @asynccontextmanager
    async def _primary_slot(self) -> AsyncIterator[AsyncConnection]:
        self._on_primary += 1
        try:
            async with self._primary.connect() as connection:
                yield connection
        finally:
            self._on_primary -= 1
