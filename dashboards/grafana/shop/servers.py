"""What is asked of every server that the shop stands on: its CPU, and the shop's connections to it."""

from dashboards.grafana.panels import AMBER, GREEN, RED, Panel, lines
from dashboards.grafana.shop.queries import chart, cpu, series


def server_cpu(name: str, group: str, width: int) -> Panel:
    """group: the server's processes, as the stack's exporter names them."""
    text = f"Share of the cores that the {name} may use."
    title, limits = f"{_titled(name)} CPU", ((0, GREEN), (0.75, AMBER), (0.9, RED))
    return chart(title, text, "percentunit", cpu(group), "CPU", maximum=1, limits=limits, width=width)


def connections(name: str, pool: str, width: int) -> Panel:
    """pool: the shop's name of its connections to the server."""
    of_pool = f'db_client_connection_pool_name="{pool}"'
    states = f"sum by (db_client_connection_state) ({series('db_client_connection_count', of_pool)})"
    waiting = f"sum ({series('db_client_connection_pending_requests', of_pool)})"
    most = f"sum ({series('db_client_connection_max', of_pool)})"
    text = f"The shop's connections to the {name}: in use, idle, requests that wait for one, and the limit."
    used = (states, "{{db_client_connection_state}}")
    title = f"{_titled(name)} connections"
    return lines(title, text, "short", used, (waiting, "waiting"), (most, "limit"), width=width)


def _titled(name: str) -> str:
    return name[0].upper() + name[1:]
