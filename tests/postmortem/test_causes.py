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
        ('rate(namedprocess_namegroup_cpu_seconds_total{groupname="fault-proxy"}[1m])', False),
        ('rate(namedprocess_namegroup_cpu_seconds_total{groupname="postgres-replica"}[1m])', True),
        ("up{job=~'toxiproxy.*'}", False),
        ('rate(requests_total{job="edge-proxy"}[1m])', True),
        ('rate(requests_total{job="default"}[1m])', True),
        ("max(shop_switch_enabled)", False),
    ],
)
def test_records_of_faults_and_switches_are_refused(query, allowed):
    assert (
        is_admissible(Signal(name="s", role="cache", service="redis", unit=Unit.RATIO, query=query))
        is allowed
    )
