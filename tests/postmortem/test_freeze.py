from dataclasses import replace

import pytest

from postmortem.errors import EvidenceError
from postmortem.freeze import Onset, OnsetBasis, doubts_about, expected_of, true_onset
from postmortem.report import conclude
from tests.postmortem.conftest import TEN
from tests.postmortem.outages import evidence_of, levels, objective


def with_incident(report, **changes):
    incident = report.evidence.incident.model_copy(update=changes)
    return replace(report, evidence=replace(report.evidence, incident=incident))


def test_an_onset_from_before_the_record_is_asked_for():
    evidence = evidence_of((objective(), levels(0.2, (2910, 0.002))), alarm=2430.0, closed=3000.0)
    report = conclude(evidence)
    (told,) = doubts_about(report, true_onset(report, None))
    assert told == "an objective was missed by the record's first sample, 1970-01-01T00:00:00Z: " + (
        "give --onset, when it truly began"
    )
    assert doubts_about(report, true_onset(report, 0.0)) == ()


def test_the_onset_is_the_impact_start(seed_report):
    assert true_onset(seed_report, None) == Onset(seed_report.origin, OnsetBasis.MEASURED)


def test_a_correction_of_the_row_of_the_impact_start_moves_the_onset(report_on, seed_report):
    span = seed_report.impact.span
    row = next(r for r in seed_report.timeline if any(e.fact == span.start for e in r.entries))
    event = {
        "id": 900,
        "at": TEN + 7200,
        "kind": "correction",
        "text": "the page was slow before",
        "incident": "2025-09-03-1",
        "attributes": {"row": row.id, "at": TEN + 240},
    }
    assert true_onset(report_on([event]), None) == Onset(TEN + 240, OnsetBasis.CORRECTED)


def paged_before_the_start(report, seconds):
    (*_, alert) = report.evidence.incident.alerts
    early = alert.model_copy(update={"severity": "page", "starts_at": report.origin - seconds})
    return with_incident(report, alerts=(early,))


def test_where_the_page_came_within_the_window_that_the_start_is_known_to_the_onset_is_its_begin(seed_report):
    lookback = seed_report.evidence.lookback_seconds
    onset = true_onset(paged_before_the_start(seed_report, lookback - 1), None)
    assert onset == Onset(seed_report.origin - lookback, OnsetBasis.WINDOW)
    early = true_onset(paged_before_the_start(seed_report, lookback + 1), None)
    assert early == Onset(seed_report.origin, OnsetBasis.MEASURED)


def test_a_page_is_due_as_soon_as_it_came_in_whole_minutes(seed_report):
    paged_after = TEN + 15 * 60 - seed_report.origin
    expected = expected_of(seed_report, Onset(seed_report.origin, OnsetBasis.MEASURED), None)
    assert paged_after < expected.page_within_seconds <= paged_after + 75
    assert expected.page_within_seconds % 60 == 0


@pytest.mark.parametrize(
    ("changes", "text"),
    [({"alerts": ()}, "no page rang"), ({"resolved_at": None, "state": "open"}, "expected one that is over")],
)
def test_what_cannot_be_a_case_says_why(seed_report, changes, text):
    report = with_incident(seed_report, **changes)
    with pytest.raises(EvidenceError, match=text):
        expected_of(report, true_onset(report, None), None)


@pytest.mark.parametrize(("onset", "count"), [(None, 0), (1530.0, 0), (1545.0, 1)])
def test_an_onset_more_than_two_scrapes_after_an_objective_was_missed_is_told(onset, count):
    outage = levels(0.002, (1500, 0.4), (2700, 0.002))
    report = conclude(evidence_of((objective(), outage), alarm=1560.0, closed=2800.0))
    told = doubts_about(report, true_onset(report, onset))
    assert len(told) == count
    assert all("missed 45 s before this onset, since 1970-01-01T00:25:00Z" in each for each in told)
