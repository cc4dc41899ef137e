import pytest

from alerts.charts.model import Unit
from postmortem.causes import is_admissible
from postmortem.records import Signal


@pytest.mark.parametrize(
    ("query", "allowed"),
    [
        ("sum(rate(cache_requests_total[1m]))", True),
        ("pg_replication_lag_seconds", True),
        ("toxiproxy_proxy_received_bytes_total", False),
        ("fault_active", False),
        ("redis_proxy_latency_seconds", False),
        ("max(shop_switch_enabled)", False),
    ],
)
def test_records_of_faults_and_switches_are_refused(query, allowed):
    assert (
        is_admissible(Signal(name="s", role="cache", service="redis", unit=Unit.RATIO, query=query))
        is allowed
    )
