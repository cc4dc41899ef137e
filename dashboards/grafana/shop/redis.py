"""The cache server."""

from dashboards.grafana.boards import Row
from dashboards.grafana.panels import Panel, lines
from dashboards.grafana.shop.queries import chart, cpu, quantile, rate, series


def redis() -> Row:
    """How the cache server does."""
    return Row("Redis", [_redis_latency(), _redis_errors(), _valkey_cpu()])


def _redis_latency() -> Panel:
    query = quantile(0.99, "db_client_operation_duration_seconds", "db_operation_name", 'server="redis"')
    return chart(
        "Redis latency p99", "As the shop sees it, by operation.", "s", query, "{{db_operation_name}}"
    )


def _redis_errors() -> Panel:
    errors = f"sum by (error_type) ({rate('redis_client_errors_total')})"
    retries = f"sum ({rate('redis_client_retries_total')})"
    text = "Errors that the shop saw from Redis, and the retries it made, per second."
    return lines("Redis errors and retries", text, "ops", (errors, "{{error_type}}"), (retries, "retries"))


def _valkey_cpu() -> Panel:
    text = "Share of the CPU that the cache server may use; requests of the pool that wait for a connection."
    pool = 'db_client_connection_pool_name="redis"'
    waiting = f"sum ({series('db_client_connection_pending_requests', pool)})"
    return lines(
        "Redis CPU, waiting for a connection",
        text,
        "short",
        (cpu("valkey"), "CPU (1 = all)"),
        (waiting, "waiting"),
    )
