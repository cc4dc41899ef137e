"""Watches how far the replica's replay is behind the primary."""

import asyncio
import logging
import math

import asyncpg

from commerce_app.metrics import Metrics

# At idle the time since the last replayed transaction grows although nothing is missing.
LAG = """
SELECT CASE WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
            ELSE extract(epoch FROM now() - pg_last_xact_replay_timestamp()) END::float8
"""

log = logging.getLogger(__name__)


async def watch_replication(replica_url: str, metrics: Metrics, every_seconds: float) -> None:
    """Refresh the gauge for ever, over a connection outside the pool, which may be exhausted."""
    while True:
        try:
            await _watch(replica_url, metrics, every_seconds)
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            log.warning("replication lag cannot be read: %s", error)
            metrics.replication_lag_seconds.set(math.nan)
        await asyncio.sleep(every_seconds)


async def _watch(replica_url: str, metrics: Metrics, every_seconds: float) -> None:
    connection = await asyncpg.connect(replica_url, timeout=5)
    try:
        while True:
            lag = await connection.fetchval(LAG, timeout=5)
            metrics.replication_lag_seconds.set(lag or 0)
            await asyncio.sleep(every_seconds)
    finally:
        connection.terminate()
