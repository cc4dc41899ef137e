"""The primary and its replica."""

from dashboards.grafana.boards import Row
from dashboards.grafana.panels import AMBER, GREEN, RED, Panel, lines
from dashboards.grafana.shop.queries import chart, quantile, rate, series
from dashboards.grafana.shop.servers import connections, server_cpu

WIDTH = 8


def replica() -> Row:
    """What reads wait for, and how old their answers are."""
    return Row("Replica", [*_database("replica"), _behind(), _reads(), _slow_queries("replica")])


def primary() -> Row:
    """What writes wait for."""
    return Row("Primary", [*_database("primary"), _statements(), _waits(), _slow_queries("primary")])


def _database(server: str) -> list[Panel]:
    cpu = server_cpu(server, f"postgres-{server}", WIDTH)
    return [_latency(server), cpu, connections(server, server, WIDTH)]


def _latency(server: str) -> Panel:
    histogram, which = "db_client_operation_duration_seconds", f'server="{server}"'
    text = f"Statements on the {server}, as the shop sees them."
    quantiles = [(quantile(q, histogram, "server", which), f"p{q * 100:.0f}") for q in (0.5, 0.95, 0.99)]
    return lines(f"{server.capitalize()} latency", text, "s", *quantiles)


def _slow_queries(server: str) -> Panel:
    which = f'server="{server}"'
    query = f"sum by (operation) ({rate('db_slow_queries_total', which)}) > 0"
    title = f"{server.capitalize()} slow queries"
    return chart(title, "Statements that took too long per second, by name.", "ops", query, "{{operation}}")


def _behind() -> Panel:
    text = (
        "How old what the replica shows is; no line while it does not answer. Of what it received: 0 when "
        "all is replayed, also while it is cut off."
    )
    behind = f"max ({series('db_replica_behind_seconds')})"
    received = f"max ({series('pg_replication_lag_seconds')})"
    queries = (behind, "behind the primary"), (received, "of what it received")
    return lines("Replica lag", text, "s", *queries, limits=((0, GREEN), (2, AMBER), (5, RED)))


def _reads() -> Panel:
    query = f"sum by (target, reason) ({rate('db_reads_total')}) > 0"
    text = "Where reads go and why: what the replica lacks is read on the primary, or turned away."
    return chart("Reads by server", text, "ops", query, "{{target}}: {{reason}}")


def _statements() -> Panel:
    which = 'server="primary"'
    count = rate("db_client_operation_duration_seconds_count", which)
    query = f"sum by (db_operation_name) ({count})"
    text = "Statements per second on the primary, by what they do."
    return chart("Primary statements", text, "ops", query, "{{db_operation_name}}")


def _waits() -> Panel:
    query = f"sum ({rate('primary_waits_total')})"
    text = "Times per second that an order waited for a primary that was away (primary_patience)."
    return chart("Waits for the primary", text, "ops", query, "waits")
