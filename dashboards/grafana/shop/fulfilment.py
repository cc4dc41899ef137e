"""What goes on behind the requests: orders under way, events to be sent, the loops that see to it."""

from dashboards.grafana.boards import Row
from dashboards.grafana.panels import AMBER, GREEN, RED, Panel, lines
from dashboards.grafana.shop.queries import chart, rate, series

# The shop's policy: what an order that died holds is given back within a minute.
HELD_LIMITS = ((0, GREEN), (45, AMBER), (60, RED))


def fulfilment() -> Row:
    """Whether stock, money or news of an order is stuck."""
    panels = [_held(), _oldest_held(), _repaired(), _outbox(), _oldest_event(), _background()]
    return Row("Orders under way", panels)


def _held() -> Panel:
    query = f"max ({series('orders_held')})"
    text = "Orders reserved or paid and not yet confirmed; no line while the database does not answer."
    return chart("Held orders", text, "short", query, "held")


def _oldest_held() -> Panel:
    query = f"max ({series('orders_oldest_held_age_seconds')})"
    text = "Since the oldest held order was reserved. Over a minute the sweeper does not get on."
    return chart("Oldest held order", text, "s", query, "age", limits=HELD_LIMITS)


def _repaired() -> Panel:
    query = f"sum by (from) ({rate('orders_repaired_total')})"
    text = "Orders per second that the sweeper undid, by the state in which their request left them."
    return chart("Orders undone by the sweeper", text, "ops", query, "from {{from}}")


def _outbox() -> Panel:
    query = f"max ({series('outbox_pending')})"
    text = "Events of confirmed orders not yet sent; no line while the database does not answer."
    return chart("Outbox", text, "short", query, "pending")


def _oldest_event() -> Panel:
    query = f"max ({series('outbox_oldest_age_seconds')})"
    return chart("Oldest event in the outbox", "Age of the oldest event not yet sent.", "s", query, "age")


def _background() -> Panel:
    died = f"sum by (loop) ({rate('shop_background_failures_total')}) > 0"
    unsent = f"sum ({rate('shop_event_post_failures_total')})"
    text = "Per second: loops that died of a mistake and began again, events that did not reach Fireline."
    queries = (died, "{{loop}} died"), (unsent, "events lost")
    return lines("Background failures", text, "ops", *queries)
