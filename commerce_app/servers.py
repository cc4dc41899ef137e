"""The servers behind the shop, wired: the databases, which of them is read, and Redis."""

import time
from dataclasses import dataclass

from commerce_app.cache.redis_tier import RedisTier, default_pool, fast_pool
from commerce_app.database.engine import Database
from commerce_app.database.reads import Reads
from commerce_app.database.replication import Replication
from commerce_app.metrics import Metrics
from commerce_app.protections import FAST_CALL_TIMEOUTS, redis_circuit, replica_circuit
from commerce_app.settings import Settings
from commerce_app.switches import Switches


@dataclass(frozen=True)
class ShopServers:
    """``replication`` knows what the replica lacks, by which ``reads`` go to one database or the other."""

    database: Database
    replication: Replication
    reads: Reads
    redis: RedisTier


def shop_servers(settings: Settings, switches: Switches, metrics: Metrics) -> ShopServers:
    """Nothing connects before it is asked for something."""
    database = Database(settings, metrics, switches)
    replication = Replication(settings.database_url, settings.replica_url, metrics, time.time)
    reads = Reads(
        database.replica,
        database.primary,
        lambda: replication.replay,
        switches,
        metrics,
        circuit=replica_circuit(switches, metrics),
        lag_limit_seconds=settings.replica_lag_limit_seconds,
        primary_reads=settings.primary_reads,
        now=time.monotonic,
    )
    return ShopServers(database, replication, reads, _redis(settings, switches, metrics))


def _redis(settings: Settings, switches: Switches, metrics: Metrics) -> RedisTier:
    connections = settings.redis_connections
    return RedisTier(
        default_pool(settings.redis_url, metrics, connections),
        fast_pool(settings.redis_url, metrics, settings.redis_fast_timeout_seconds, connections),
        switches,
        redis_circuit(switches, metrics),
        metrics,
        fast_call_seconds=FAST_CALL_TIMEOUTS * settings.redis_fast_timeout_seconds,
    )
