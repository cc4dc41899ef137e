"""What the shop sells."""

from dashboards.grafana.boards import Row
from dashboards.grafana.panels import Panel, lines
from dashboards.grafana.shop.queries import chart, rate


def business() -> Row:
    """What is sold."""
    return Row("Sales", [_orders(), _revenue(), _payments(), _checkouts()])


def _orders() -> Panel:
    query = f"sum by (outcome) ({rate('shop_orders_total')})"
    return chart("Orders", "Orders per second, by outcome.", "ops", query, "{{outcome}}", width=6)


def _revenue() -> Panel:
    query = f"60 * sum ({rate('shop_revenue_krw_total')})"
    return chart("Revenue per minute", "Won taken in per minute.", "currencyKRW", query, "revenue", width=6)


def _payments() -> Panel:
    query = f"sum by (outcome) ({rate('shop_payment_attempts_total')})"
    return chart("Payments", "Payment attempts per second, by outcome.", "ops", query, "{{outcome}}", width=6)


def _checkouts() -> Panel:
    begun = f"sum ({rate('shop_checkouts_begun_total')})"
    left = f"sum by (by) ({rate('shop_carts_left_total')})"
    again = f"sum ({rate('shop_orders_repeated_total')})"
    text = (
        "Per second: orders begun, and orders reserved and never bought, given back by their own request or, "
        "where that died, by the sweeper; and orders placed of a cart that the customer was sold just before."
    )
    queries = (begun, "begun"), (left, "left: {{by}}"), (again, "sold again")
    return lines("Checkouts begun, carts left", text, "ops", *queries, width=6)
