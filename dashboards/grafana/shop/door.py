"""Whom the shop turns away, and by what."""

from dashboards.grafana.boards import Row
from dashboards.grafana.panels import Panel, lines
from dashboards.grafana.shop.queries import chart, rate, series

AT_THE_DOOR = "requests|orders|pages|extras"


def door() -> Row:
    """Who is turned away, and at which limit."""
    return Row("Turned away", [_by_priority(), _further_in(), _rates(), _limit(), _queued(), _fallbacks()])


def _by_priority() -> Panel:
    reasons = f'reason=~"{AT_THE_DOOR}"'
    query = f"sum by (reason) ({rate('load_shed_total', reasons)})"
    text = (
        "Requests turned away at the door per second. By class while priority_shedding is on: extras go "
        "first, orders last; else all are requests."
    )
    return chart("Shed at the door, by priority", text, "reqps", query, "{{reason}}")


def _further_in() -> Panel:
    reasons = f'reason!~"{AT_THE_DOOR}"'
    query = f"sum by (reason) ({rate('load_shed_total', reasons)})"
    text = (
        "Turned away per second behind the door: loads of the cache, reads that only a busy primary could "
        "answer, requests over their route's rate."
    )
    return chart("Shed further in", text, "reqps", query, "{{reason}}")


def _rates() -> Panel:
    query = f"sum by (http_route, limit) ({rate('shop_rate_limited_total')}) > 0"
    text = "Requests over a rate per second. A user's answers 429 and is the user's; a route's answers 503."
    return chart("Over a rate, by route", text, "reqps", query, "{{http_route}}: {{limit}}")


def _limit() -> Panel:
    let_in = f"sum ({series('shop_concurrency_limit')} < Inf)"
    inside = f"sum ({series('http_server_active_requests')})"
    text = (
        "How many requests may be inside at once, which adaptive_limit moves, and how many are. "
        "No line while nothing limits them."
    )
    return lines("Limit and requests in flight", text, "short", (let_in, "limit"), (inside, "in flight"))


def _queued() -> Panel:
    query = f"sum by (work) ({series('shop_requests_queued')})"
    return chart("Waiting at the door", "Requests that wait to be let in.", "short", query, "{{work}}")


def _fallbacks() -> Panel:
    query = f"sum ({rate('shop_rate_limit_fallbacks_total')})"
    text = "Requests per second whose rate each process judged alone, as Redis did not answer."
    return chart("Rates judged without Redis", text, "reqps", query, "judged alone")
