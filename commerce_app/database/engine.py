"""The two engines: writes and locks on the primary, reads on the replica."""

from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from commerce_app.instrument.database import measure_engine, measured_pool
from commerce_app.metrics import Metrics
from commerce_app.settings import Settings


class Database:
    """Choosing the server is explicit: ``primary.begin()`` or ``replica.connect()``."""

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        self.primary = _engine(
            settings, metrics, "primary", settings.database_url, settings.primary_pool_size
        )
        replica = _engine(settings, metrics, "replica", settings.replica_url, settings.replica_pool_size)
        # A read is one statement: a transaction around it would cost two more round trips.
        self.replica = replica.execution_options(isolation_level="AUTOCOMMIT")

    async def close(self) -> None:
        await self.primary.dispose()
        await self.replica.dispose()


def _engine(settings: Settings, metrics: Metrics, server: str, url: str, size: int) -> AsyncEngine:
    server_settings = {
        "application_name": "fireline-shop",
        "jit": "off",
        "lock_timeout": str(int(settings.lock_timeout_seconds * 1000)),
    }
    engine = create_async_engine(
        url.replace("postgresql://", "postgresql+asyncpg://", 1),
        poolclass=measured_pool(metrics, server),
        pool_size=size,
        max_overflow=0,
        pool_timeout=settings.pool_timeout_seconds,
        connect_args={"server_settings": server_settings},
    )
    measure_engine(engine, metrics, server)
    return engine
