"""The cache server."""

from dashboards.grafana.boards import Row
from dashboards.grafana.panels import Panel, lines
from dashboards.grafana.shop.queries import chart, quantile, rate
from dashboards.grafana.shop.servers import connections, server_cpu

WIDTH = 6


def redis() -> Row:
    """How the cache server does."""
    server = [server_cpu("Redis server", "valkey", WIDTH), connections("Redis server", "redis", WIDTH)]
    return Row("Redis", [_latency(), _errors(), *server])


def _latency() -> Panel:
    query = quantile(0.99, "db_client_operation_duration_seconds", "db_operation_name", 'server="redis"')
    text = "As the shop sees it, by operation."
    return chart("Redis latency p99", text, "s", query, "{{db_operation_name}}", width=WIDTH)


def _errors() -> Panel:
    errors = f"sum by (error_type) ({rate('redis_client_errors_total')})"
    retries = f"sum ({rate('redis_client_retries_total')})"
    text = "Errors that the shop saw from Redis, and the retries it made, per second."
    queries = (errors, "{{error_type}}"), (retries, "retries")
    return lines("Redis errors and retries", text, "ops", *queries, width=WIDTH)
