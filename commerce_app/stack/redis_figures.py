"""What redis_exporter says of a server, under its names: the part that its dashboards ask for most."""

from collections.abc import Iterable, Mapping
from typing import Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

COUNTERS = {
    "redis_commands_processed_total": "total_commands_processed",
    "redis_connections_received_total": "total_connections_received",
    "redis_evicted_keys_total": "evicted_keys",
    "redis_expired_keys_total": "expired_keys",
    "redis_keyspace_hits_total": "keyspace_hits",
    "redis_keyspace_misses_total": "keyspace_misses",
    "redis_net_input_bytes_total": "total_net_input_bytes",
    "redis_net_output_bytes_total": "total_net_output_bytes",
    "redis_rejected_connections_total": "rejected_connections",
}
GAUGES = {
    "redis_blocked_clients": "blocked_clients",
    "redis_connected_clients": "connected_clients",
    "redis_memory_max_bytes": "maxmemory",
    "redis_memory_used_bytes": "used_memory",
    "redis_uptime_in_seconds": "uptime_in_seconds",
}
COMMAND = "cmdstat_"


def redis_metrics(info: Mapping[str, Any] | None) -> Iterable[Metric]:
    """The metrics of ``INFO ALL`` as redis-py reads it; None: no answer, and only ``redis_up`` says so."""
    yield GaugeMetricFamily("redis_up", "Whether the server answers", value=float(info is not None))
    if info is None:
        return
    for name, field in COUNTERS.items():
        yield CounterMetricFamily(name, f"{field} of INFO", value=info[field])
    for name, field in GAUGES.items():
        yield GaugeMetricFamily(name, f"{field} of INFO", value=info[field])
    yield from _keys(info)
    yield from _commands(info)


def _keys(info: Mapping[str, Any]) -> Iterable[Metric]:
    keys = GaugeMetricFamily("redis_db_keys", "Keys of a database", labels=["db"])
    for field, value in info.items():
        if field.startswith("db") and isinstance(value, Mapping):
            keys.add_metric([field], value["keys"])
    yield keys


def _commands(info: Mapping[str, Any]) -> Iterable[Metric]:
    calls = CounterMetricFamily("redis_commands_total", "Calls of a command", labels=["cmd"])
    seconds = CounterMetricFamily(
        "redis_commands_duration_seconds_total", "Time in the server of a command's calls", labels=["cmd"]
    )
    for field, value in info.items():
        if field.startswith(COMMAND):
            command = field.removeprefix(COMMAND)
            calls.add_metric([command], value["calls"])
            seconds.add_metric([command], value["usec"] / 1e6)
    yield calls
    yield seconds
