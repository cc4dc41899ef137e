"""The board: a row for each question of who is on call, in the order in which he asks them."""

from dashboards.grafana.boards import Json, board
from dashboards.grafana.panels import datasource_variable, label_variable
from dashboards.grafana.shop.business import business
from dashboards.grafana.shop.cache import cache
from dashboards.grafana.shop.connections import connections_and_statements
from dashboards.grafana.shop.customers import customers
from dashboards.grafana.shop.databases import primary, replica
from dashboards.grafana.shop.door import door
from dashboards.grafana.shop.fulfilment import fulfilment
from dashboards.grafana.shop.locks import locks
from dashboards.grafana.shop.protections import protections
from dashboards.grafana.shop.redis import redis

ROWS = (
    customers, business, door, protections, cache, redis, replica, primary, connections_and_statements,
    locks, fulfilment,
)  # fmt: skip


def shop_board() -> Json:
    """Metric names are those of the shop's instrumentation, which follows OpenTelemetry's conventions."""
    variables = [
        datasource_variable(),
        label_variable("job", "label_values(up, job)"),
        label_variable("instance", 'label_values(up{job=~"$job"}, instance)'),
    ]
    text = "The shop from its customers to its loops: what hurts, what it costs, and where it comes from."
    return board("fireline-shop", "Fireline: shop", text, variables, [row() for row in ROWS], span="1h")
