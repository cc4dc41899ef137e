"""The primary and its replica."""

from dashboards.grafana.boards import Row
from dashboards.grafana.panels import AMBER, GREEN, RED, Panel, lines
from dashboards.grafana.shop.queries import chart, cpu, quantile, rate, series


def primary() -> Row:
    """What writes wait for."""
    return Row("Primary", [*_database("primary"), _lock_waits(), _lock_failures(), _slow_queries("primary")])


def replica() -> Row:
    """What reads wait for, and how old their answers are."""
    return Row(
        "Replica",
        [*_database("replica"), _replica_lag(), _reads(), _slow_queries("replica"), _breakers()],
    )


def _database(server: str) -> list[Panel]:
    return [_database_latency(server), _database_cpu(server), _connections(server)]


def _database_latency(server: str) -> Panel:
    histogram, which = "db_client_operation_duration_seconds", f'server="{server}"'
    text = f"Statements on the {server}, as the shop sees them."
    quantiles = [(quantile(q, histogram, "server", which), f"p{q * 100:.0f}") for q in (0.5, 0.95, 0.99)]
    return lines(f"{server.capitalize()} latency", text, "s", *quantiles)


def _database_cpu(server: str) -> Panel:
    text = f"Share of the cores that the {server} may use."
    title, limits = f"{server.capitalize()} CPU", ((0, GREEN), (0.75, AMBER), (0.9, RED))
    return chart(title, text, "percentunit", cpu(f"postgres-{server}"), "CPU", maximum=1, limits=limits)


def _connections(server: str) -> Panel:
    pool = f'db_client_connection_pool_name="{server}"'
    states = f"sum by (db_client_connection_state) ({series('db_client_connection_count', pool)})"
    waiting = f"sum ({series('db_client_connection_pending_requests', pool)})"
    most = f"sum ({series('db_client_connection_max', pool)})"
    text = f"The shop's connections to the {server}: in use, idle, requests that wait for one, and the limit."
    title = f"{server.capitalize()} connections"
    used = (states, "{{db_client_connection_state}}")
    return lines(title, text, "short", used, (waiting, "waiting"), (most, "limit"))


def _slow_queries(server: str) -> Panel:
    which = f'server="{server}"'
    query = f"sum by (operation) ({rate('db_slow_queries_total', which)}) > 0"
    title = f"{server.capitalize()} slow queries"
    return chart(title, "Statements that took too long per second, by name.", "ops", query, "{{operation}}")


def _replica_lag() -> Panel:
    text = "How far the replica is behind; 0 when it has replayed all that it received."
    query = f"max ({series('pg_replication_lag_seconds')})"
    return chart("Replication lag", text, "s", query, "lag")


def _reads() -> Panel:
    query = f"sum by (target, reason) ({rate('db_reads_total')}) > 0"
    text = "Where reads go and why: what the replica lacks is read on the primary, or turned away."
    return chart("Reads by server", text, "ops", query, "{{target}}: {{reason}}")


def _lock_waits() -> Panel:
    query = quantile(0.95, "lock_wait_seconds", "lock")
    return chart("Lock wait p95", "Time until a row or lease was locked.", "s", query, "{{lock}}")


def _lock_failures() -> Panel:
    failed = 'outcome!="ok"'
    query = f"sum by (lock, outcome) ({rate('lock_acquire_total', failed)})"
    text = "Locks not got per second, by lock and outcome."
    return chart("Lock failures", text, "ops", query, "{{lock}} {{outcome}}")


def _breakers() -> Panel:
    state = 'state="open"'
    query = f"max by (name) ({series('circuit_breaker_state', state)})"
    return chart(
        "Open circuit breakers", "1 while a breaker keeps calls away.", "short", query, "{{name}}", maximum=1
    )
