"""Contention: what many want at once, such as one coupon or a few wallets."""

from dashboards.grafana.boards import Row
from dashboards.grafana.panels import Panel
from dashboards.grafana.shop.queries import chart, quantile, rate

CONTENDED = 'http_request_method="POST",http_route=~"/coupons/.+|/wallets/.+"'


def locks() -> Row:
    """Which rows are fought over, and who suffers by it."""
    return Row("Locks", [_waits(), _waiting(), _taken(), _not_got(), _latency(), _not_done()])


def _waits() -> Panel:
    query = quantile(0.95, "lock_wait_seconds", "lock")
    return chart("Lock wait p95", "Time until a row was locked or given up.", "s", query, "{{lock}}")


def _waiting() -> Panel:
    query = f"sum by (lock) ({rate('lock_wait_seconds_sum')})"
    text = "How many wait for a lock at once, on average; those still waiting are counted when they end."
    return chart("Waiting for a lock", text, "short", query, "{{lock}}")


def _taken() -> Panel:
    query = f"sum by (lock) ({rate('lock_acquire_total')})"
    text = "Attempts to lock per second. Claims and charges in one statement (coupon_counter) take none."
    return chart("Lock attempts", text, "ops", query, "{{lock}}")


def _not_got() -> Panel:
    failed = 'outcome!="ok"'
    query = f"sum by (lock, outcome) ({rate('lock_acquire_total', failed)})"
    text = "Locks not got per second, by lock and outcome."
    return chart("Lock failures", text, "ops", query, "{{lock}} {{outcome}}")


def _latency() -> Panel:
    query = quantile(0.95, "http_server_request_duration_seconds", "http_route", CONTENDED)
    text = "95% of the claims of coupons and charges of wallets were answered within this time."
    return chart("Claims and charges p95", text, "s", query, "{{http_route}}")


def _not_done() -> Panel:
    which = f'{CONTENDED},http_response_status_code!="201"'
    count = rate("http_server_request_duration_seconds_count", which)
    query = f"sum by (http_route, http_response_status_code) ({count}) > 0"
    text = "Per second, by status: 409 by a rule such as sold out, 429 over a rate, 5xx ours."
    legend = "{{http_route}} {{http_response_status_code}}"
    return chart("Claims and charges not done", text, "reqps", query, legend)
