"""The two engines: writes and locks on the primary, reads on the replica."""

import asyncio
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import QueuePool

from commerce_app.database.statement_limits import UNLIMITED, StatementLimits, limit_statements
from commerce_app.instrument.database import measure_engine, measure_pool, measured_pool
from commerce_app.metrics import Metrics
from commerce_app.settings import Settings
from commerce_app.switches import Switch, Switches

# The sweeper's, the relay's with its consumer's, the one that removes what is old.
BACKGROUND_CONNECTIONS = 4
CONNECT_AHEAD_SECONDS = 10.0


class Database:
    """Choosing the server is explicit: ``primary.begin()`` or ``replica.connect()``."""

    def __init__(self, settings: Settings, metrics: Metrics, switches: Switches) -> None:
        self.primary = _engine(
            settings, metrics, "primary", settings.database_url, settings.primary_pool_size
        )
        replica = _engine(settings, metrics, "replica", settings.replica_url, settings.replica_pool_size)
        # A read is one statement: a transaction around it would cost two more round trips.
        self.replica = replica.execution_options(isolation_level="AUTOCOMMIT")
        # Work beside the requests must not wait behind them, nor count as theirs.
        self.background = create_async_engine(
            _driver_url(settings.database_url),
            poolclass=measured_pool(metrics, "background"),
            pool_size=BACKGROUND_CONNECTIONS,
            max_overflow=0,
            connect_args=_connect_args(settings),
        )
        measure_pool(self.background, metrics, "background")
        self._limit(settings, switches)

    def _limit(self, settings: Settings, switches: Switches) -> None:
        """Bring each class of work under its limits while the switch is on."""
        seconds = {
            self.replica: settings.page_statement_seconds,
            self.primary: settings.order_statement_seconds,
            self.background: settings.background_statement_seconds,
        }
        for engine, statement_seconds in seconds.items():
            limits = StatementLimits(statement_seconds, settings.idle_transaction_seconds)
            limit_statements(engine, partial(_limits_now, switches, limits))

    async def connect_ahead(self, count: int) -> None:
        """Fill each pool that customers wait for with ``count`` connections, no more than it keeps.

        Opening one takes some ten round trips: over a slow line, the time of an order. Raises OSError and
        SQLAlchemyError, TimeoutError where the server does not answer.
        """
        async with asyncio.timeout(CONNECT_AHEAD_SECONDS), AsyncExitStack() as taken:
            for engine in (self.primary, self.replica):
                pool = engine.pool
                assert isinstance(pool, QueuePool)
                for _ in range(min(count, pool.size())):
                    await taken.enter_async_context(engine.connect())

    async def close(self) -> None:
        await self.background.dispose()
        await self.primary.dispose()
        await self.replica.dispose()


def _engine(settings: Settings, metrics: Metrics, server: str, url: str, size: int) -> AsyncEngine:
    engine = create_async_engine(
        _driver_url(url),
        poolclass=measured_pool(metrics, server),
        pool_size=size,
        max_overflow=0,
        pool_timeout=settings.pool_timeout_seconds,
        connect_args=_connect_args(settings),
    )
    measure_engine(engine, metrics, server, settings.slow_query_seconds)
    return engine


def _limits_now(switches: Switches, limits: StatementLimits) -> StatementLimits:
    return limits if switches.on(Switch.STATEMENT_TIMEOUTS) else UNLIMITED


def _driver_url(url: str) -> str:
    return url.replace("postgresql://", "postgresql+asyncpg://", 1)


def _connect_args(settings: Settings) -> dict[str, Any]:
    server_settings = {
        "application_name": "fireline-shop",
        "jit": "off",
        "lock_timeout": str(int(settings.lock_timeout_seconds * 1000)),
    }
    return {"server_settings": server_settings}
