"""Waiting for a connection, and statements that came to nothing: where a slow server shows in the shop."""

from dashboards.grafana.boards import Row
from dashboards.grafana.panels import Panel
from dashboards.grafana.shop.queries import chart, quantile, rate, series

POOL = "db_client_connection_pool_name"
BY_POOL = f"{{{{{POOL}}}}}"


def connections_and_statements() -> Row:
    """Which pool is used up, and what the databases ended or refused."""
    panels = [_wait(), _waiting(), _pool_timeouts(), _held(), _statement_timeouts(), _statement_errors()]
    return Row("Connections and statements", panels)


def _wait() -> Panel:
    query = quantile(0.95, "db_client_connection_wait_time_seconds", POOL)
    text = "95% of those who asked a pool had a connection, or gave up, within this time."
    return chart("Wait for a connection p95", text, "s", query, BY_POOL)


def _waiting() -> Panel:
    query = f"sum by ({POOL}) ({series('db_client_connection_pending_requests')})"
    return chart("Waiting for a connection", "Requests that wait now, by pool.", "short", query, BY_POOL)


def _pool_timeouts() -> Panel:
    query = f"sum by ({POOL}) ({rate('db_client_connection_timeouts_total')})"
    text = "Requests per second that got no connection, by pool."
    return chart("No connection", text, "ops", query, BY_POOL)


def _held() -> Panel:
    query = quantile(0.95, "db_client_connection_use_time_seconds", POOL)
    text = "95% of the connections were given back within this time: what is held long empties the pool."
    return chart("Connection held p95", text, "s", query, BY_POOL)


def _statement_timeouts() -> Panel:
    which = 'db_system_name="postgresql",error_type="timeout"'
    query = f"sum by (server) ({rate('db_client_operation_duration_seconds_count', which)})"
    text = "Statements per second that ran out of time: the databases' own limits, a lock's, a request's."
    return chart("Statement timeouts", text, "ops", query, "{{server}}")


def _statement_errors() -> Panel:
    which = 'db_system_name="postgresql",error_type=~"connection|other"'
    query = f"sum by (server, error_type) ({rate('db_client_operation_duration_seconds_count', which)})"
    text = "Statements per second that failed otherwise: the connection broke, or the database refused."
    return chart("Statement errors", text, "ops", query, "{{server}} {{error_type}}")
