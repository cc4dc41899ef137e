"""What the shop sells."""

from dashboards.grafana.boards import Row
from dashboards.grafana.panels import Panel, lines
from dashboards.grafana.shop.queries import chart, rate


def business() -> Row:
    """What is sold."""
    return Row("Business", [_orders(), _revenue(), _payments()])


def _orders() -> Panel:
    query = f"sum by (outcome) ({rate('shop_orders_total')})"
    return chart("Orders", "Orders per second, by outcome.", "ops", query, "{{outcome}}")


def _revenue() -> Panel:
    query = f"60 * sum ({rate('shop_revenue_krw_total')})"
    return chart("Revenue per minute", "Won taken in per minute.", "currencyKRW", query, "revenue")


def _payments() -> Panel:
    tried = f"sum by (outcome) ({rate('shop_payment_attempts_total')})"
    begun = f"sum ({rate('shop_checkouts_begun_total')})"
    left = f"sum ({rate('shop_carts_left_total')})"
    text = "Payment attempts by outcome, checkouts begun, and carts reserved and never bought, per second."
    return lines(
        "Payments and checkouts",
        text,
        "ops",
        (tried, "{{outcome}}"),
        (begun, "checkouts begun"),
        (left, "carts left"),
    )
