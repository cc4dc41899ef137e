"""What customers feel."""

from dashboards.grafana.boards import Row
from dashboards.grafana.panels import AMBER, GREEN, RED, Panel
from dashboards.grafana.shop.queries import chart, quantile, rate, series


def customers() -> Row:
    """Whether customers feel it."""
    return Row(
        "Customers",
        [_request_rate(), _error_ratio(), _failures(), _latency(0.95), _latency(0.99), _in_flight()],
    )


def _request_rate() -> Panel:
    query = f"sum by (http_route) ({rate('http_server_request_duration_seconds_count')})"
    return chart("Requests", "Answered requests per second, by route.", "reqps", query, "{{http_route}}")


def _error_ratio() -> Panel:
    failed = 'error_type!=""'
    bad = f"sum by (http_route) ({rate('http_server_request_duration_seconds_count', failed)})"
    total = f"sum by (http_route) ({rate('http_server_request_duration_seconds_count')})"
    text = "Share of requests that ended in an error: timeouts, own limits, dependencies, faults of ours."
    query, limits = f"({bad} or 0 * {total}) / {total}", ((0, GREEN), (0.01, AMBER), (0.05, RED))
    return chart("Error ratio", text, "percentunit", query, "{{http_route}}", limits=limits)


def _failures() -> Panel:
    failed = 'error_type!=""'
    query = f"sum by (error_type) ({rate('http_server_request_duration_seconds_count', failed)})"
    text = (
        "Requests per second that failed, by cause: out of time, turned away, over a user's rate, "
        "a server that failed, a fault of ours."
    )
    return chart("Failures by cause", text, "reqps", query, "{{error_type}}")


def _latency(q: float) -> Panel:
    query = quantile(q, "http_server_request_duration_seconds", "http_route")
    text = f"{q:.0%} of the requests were answered within this time, by route."
    return chart(f"Latency p{q * 100:.0f}", text, "s", query, "{{http_route}}")


def _in_flight() -> Panel:
    query = f"sum by (http_route) ({series('http_server_active_requests')})"
    text = "Requests begun and not yet answered; a hang shows here first."
    return chart("In flight", text, "short", query, "{{http_route}}")
