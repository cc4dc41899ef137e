"""The board: a row for each part of the shop."""

from dashboards.grafana.boards import Json, board
from dashboards.grafana.panels import datasource_variable, label_variable
from dashboards.grafana.shop.business import business
from dashboards.grafana.shop.cache import cache
from dashboards.grafana.shop.customers import customers
from dashboards.grafana.shop.databases import primary, replica
from dashboards.grafana.shop.redis import redis


def shop_board() -> Json:
    """Metric names are those of the shop's instrumentation, which follows OpenTelemetry's conventions."""
    variables = [
        datasource_variable(),
        label_variable("job", "label_values(up, job)"),
        label_variable("instance", 'label_values(up{job=~"$job"}, instance)'),
    ]
    rows = [customers(), cache(), redis(), primary(), replica(), business()]
    text = "The shop from its front door to its replica: where time and errors come from."
    return board("fireline-shop", "Fireline: shop", text, variables, rows, span="1h")
