from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from alerts.charts.model import Unit
from postmortem.evidence import Subject
from postmortem.recording.model import is_admissible, recording_of, without_confessions
from postmortem.records import Signal, SignalMap

QUIET = Signal(name="s", role="cache", service="redis", unit=Unit.RATIO, query="redis_up")


@pytest.mark.parametrize(
    ("change", "allowed"),
    [
        ({}, True),
        ({"query": "pg_replication_lag_seconds"}, True),
        ({"query": "rate(nginx_proxy_requests_total[1m])"}, True),
        ({"injects": True}, False),
        ({"name": "drills"}, False),
        ({"service": "toxiproxy"}, False),
        ({"query": 'up{job="fireline-drill"}'}, False),
        ({"query": "http_faults_injected_total"}, False),
        ({"query": "max(shop_switch_enabled)"}, False),
    ],
)
def test_records_of_faults_and_switches_are_refused(change, allowed):
    assert is_admissible(QUIET.model_copy(update=change)) is allowed


def test_a_report_is_recorded_without_what_was_done_to_the_system(seed_report):
    evidence = seed_report.evidence
    confession = evidence.subjects[0].signal.model_copy(update={"name": "faults", "query": "fault_active"})
    series = replace(next(iter(evidence.series.values())), id="signal:faults")
    subjects = (*evidence.subjects, Subject(series.id, confession))
    told = replace(evidence.with_series([series]), subjects=subjects)
    recorded = recording_of(told)
    assert {subject.series for subject in recorded.subjects} == set(recorded.series)
    assert not hasattr(recorded, "events")
    assert "signal:faults" not in {subject.series for subject in recorded.subjects}


def test_no_signal_of_the_shop_confesses():
    shop = SignalMap.model_validate(
        yaml.safe_load(Path("alerts/examples/shop.signals.yml").read_text("utf-8"))
    )
    assert without_confessions(shop) == shop
