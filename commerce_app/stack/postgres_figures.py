"""What postgres_exporter says of a server, under its names: the part that its dashboards ask for most."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric, UnknownMetricFamily

STATES = (
    "active",
    "disabled",
    "fastpath function call",
    "idle",
    "idle in transaction",
    "idle in transaction (aborted)",
)
MODES = (
    "accessexclusivelock",
    "accesssharelock",
    "exclusivelock",
    "rowexclusivelock",
    "rowsharelock",
    "sharelock",
    "sharerowexclusivelock",
    "shareupdateexclusivelock",
    "sireadlock",
)
STATISTICS = (
    "blks_hit",
    "blks_read",
    "conflicts",
    "deadlocks",
    "numbackends",
    "temp_bytes",
    "tup_deleted",
    "tup_fetched",
    "tup_inserted",
    "tup_returned",
    "tup_updated",
    "xact_commit",
    "xact_rollback",
)
# postgres_exporter's own, for the one database that is asked.
ACTIVITY = """
SELECT state, count(*) AS sessions, count(*) FILTER (WHERE wait_event_type = 'Lock') AS waiting,
       coalesce(max(extract(epoch FROM now() - xact_start)), 0)::float8 AS oldest_seconds
FROM pg_stat_activity WHERE datname = current_database() AND state IS NOT NULL GROUP BY state
"""
LOCKS = """
SELECT lower(mode) AS mode, count(*) AS locks FROM pg_locks
WHERE database = (SELECT oid FROM pg_database WHERE datname = current_database()) GROUP BY 1
"""
STATISTIC = "SELECT * FROM pg_stat_database WHERE datname = current_database()"
SERVER = """
SELECT current_database() AS datname, pg_is_in_recovery() AS is_replica,
       current_setting('max_connections')::int AS max_connections,
       extract(epoch FROM pg_postmaster_start_time())::float8 AS started_at,
       CASE WHEN NOT pg_is_in_recovery() OR pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
            ELSE greatest(0, extract(epoch FROM now() - pg_last_xact_replay_timestamp())) END::float8
       AS lag_seconds
"""

HAS_STATEMENTS = "SELECT count(*) FROM pg_extension WHERE extname = 'pg_stat_statements'"
STATEMENTS = """
SELECT r.rolname AS user, s.queryid::text AS queryid, sum(s.calls)::float8 AS calls_total,
       sum(s.total_exec_time)::float8 / 1000 AS seconds_total, sum(s.rows)::float8 AS rows_total
FROM pg_stat_statements AS s JOIN pg_roles AS r ON r.oid = s.userid
WHERE s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND s.queryid IS NOT NULL
GROUP BY 1, 2 ORDER BY seconds_total DESC LIMIT 50
"""


@dataclass(frozen=True)
class PostgresFigures:
    """One look at a server: ``sessions`` and ``oldest_seconds`` by state, ``locks`` by mode.

    ``started_at``: of the server, Unix seconds. ``statistics`` is the row of pg_stat_database, ``statements``
    are the 50 that took most time.
    """

    datname: str
    is_replica: bool
    lag_seconds: float
    max_connections: int
    started_at: float
    sessions: Mapping[str, int]
    oldest_seconds: Mapping[str, float]
    waiting: int
    locks: Mapping[str, int]
    statistics: Mapping[str, Any]
    statements: Sequence[Mapping[str, Any]] = ()


async def read_figures(connection: asyncpg.Connection) -> PostgresFigures:
    """Ask a server; raises what asyncpg raises."""
    server = await connection.fetchrow(SERVER)
    activity = await connection.fetch(ACTIVITY)
    locks = await connection.fetch(LOCKS)
    statistics = await connection.fetchrow(STATISTIC)
    there = await connection.fetchval(HAS_STATEMENTS)
    return PostgresFigures(
        **server,
        sessions={row["state"]: row["sessions"] for row in activity},
        oldest_seconds={row["state"]: row["oldest_seconds"] for row in activity},
        waiting=sum(row["waiting"] for row in activity),
        locks={row["mode"]: row["locks"] for row in locks},
        statistics=dict(statistics),
        statements=await connection.fetch(STATEMENTS) if there else (),
    )


def postgres_metrics(servers: Mapping[str, PostgresFigures | None]) -> Iterable[Metric]:
    """The metrics of each server by its name; None: it does not answer, and only ``pg_up`` says so."""
    answers = {name: figures for name, figures in servers.items() if figures is not None}
    up = _gauge("pg_up", "Whether the server answers", ["server"])
    for name, figures in servers.items():
        up.add_metric([name], float(figures is not None))
    return [
        up,
        *_replication(answers),
        *_sessions(answers),
        _locks(answers),
        *_statistics(answers),
        *_statements(answers),
    ]


def _replication(servers: Mapping[str, PostgresFigures]) -> list[Metric]:
    lag = _gauge("pg_replication_lag_seconds", "Age of the last replayed transaction", ["server"])
    is_replica = _gauge("pg_replication_is_replica", "Whether the server is a replica", ["server"])
    limit = _gauge("pg_settings_max_connections", "Connections allowed", ["server"])
    started = _gauge("pg_postmaster_start_time_seconds", "When the server was started", ["server"])
    for name, figures in servers.items():
        lag.add_metric([name], figures.lag_seconds)
        is_replica.add_metric([name], float(figures.is_replica))
        limit.add_metric([name], figures.max_connections)
        started.add_metric([name], figures.started_at)
    return [lag, is_replica, limit, started]


def _sessions(servers: Mapping[str, PostgresFigures]) -> list[Metric]:
    labels = ["server", "datname", "state"]
    count = _gauge("pg_stat_activity_count", "Sessions by state", labels)
    oldest = _gauge("pg_stat_activity_max_tx_duration", "Age of the oldest transaction, in seconds", labels)
    # Ours: newer versions of postgres_exporter say it by a label, wait_event_type.
    waiting = _gauge("db_sessions_waiting_for_lock", "Sessions that wait for a lock", labels[:2])
    for name, figures in servers.items():
        waiting.add_metric([name, figures.datname], figures.waiting)
        for state in STATES:
            count.add_metric([name, figures.datname, state], figures.sessions.get(state, 0))
            oldest.add_metric([name, figures.datname, state], figures.oldest_seconds.get(state, 0.0))
    return [count, oldest, waiting]


def _locks(servers: Mapping[str, PostgresFigures]) -> Metric:
    locks = _gauge("pg_locks_count", "Locks held or awaited, by mode", ["server", "datname", "mode"])
    for name, figures in servers.items():
        for mode in MODES:
            locks.add_metric([name, figures.datname, mode], figures.locks.get(mode, 0))
    return locks


def _statistics(servers: Mapping[str, PostgresFigures]) -> Iterable[Metric]:
    for statistic in STATISTICS:
        # Counters there without the ending that ours would get.
        family = UnknownMetricFamily(
            f"pg_stat_database_{statistic}",
            f"{statistic} of pg_stat_database",
            labels=["server", "datid", "datname"],
        )
        for name, figures in servers.items():
            family.add_metric(
                [name, str(figures.statistics["datid"]), figures.datname], figures.statistics[statistic]
            )
        yield family


def _statements(servers: Mapping[str, PostgresFigures]) -> Iterable[Metric]:
    told = {"calls_total": "Calls", "seconds_total": "Time", "rows_total": "Rows"}
    for figure, text in told.items():
        family = CounterMetricFamily(
            f"pg_stat_statements_{figure}",
            f"{text} of a statement",
            labels=["server", "user", "datname", "queryid"],
        )
        for name, figures in servers.items():
            for statement in figures.statements:
                family.add_metric(
                    [name, statement["user"], figures.datname, statement["queryid"]], statement[figure]
                )
        yield family


def _gauge(name: str, text: str, labels: list[str]) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, labels=labels)
