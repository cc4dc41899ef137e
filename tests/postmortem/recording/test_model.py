from dataclasses import replace

import pytest

from alerts.charts.model import Unit
from postmortem.evidence import Subject
from postmortem.recording.model import is_admissible, recording_of
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


def test_a_report_is_recorded_without_what_was_done_to_the_system(seed_report):
    evidence = seed_report.evidence
    confession = evidence.subjects[0].signal.model_copy(update={"name": "faults", "query": "fault_active"})
    told = replace(evidence, subjects=(*evidence.subjects, Subject("signal:faults", confession)))
    recorded = recording_of(told)
    assert {subject.series for subject in recorded.subjects} == set(recorded.series)
    assert not hasattr(recorded, "events")
    assert "signal:faults" not in {subject.series for subject in recorded.subjects}
