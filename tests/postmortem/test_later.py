"""Of an incident that goes on after its record of an hour: objectives alone, every five minutes."""

import json

import numpy as np
import pytest

from alerts.charts.model import Language
from postmortem.archive.archive import Archive
from postmortem.evidence import StoredSeries
from postmortem.fetch import fetch_report
from postmortem.later import LATER, later_series
from postmortem.report import conclude
from postmortem.verify.verdict import verify_archive
from tests.postmortem.compose.test_ends import row, told
from tests.postmortem.conftest import TEN, records_of
from tests.postmortem.outages import END, evidence_of, levels, objective
from tests.postmortem.proof import misfits

STEP = 300.0
CLOSED = END + 86_400.0
TIMES = np.arange(END, CLOSED + 1, STEP)
LASTING = levels(0.002, (1500, 0.4))


def later(*since, usual=0.4, name="orders"):
    """The objective's later series. since: pairs of a moment and the level from then on."""
    values = np.full(len(TIMES), usual)
    for at, level in since:
        values[at <= TIMES] = level
    known = f"{LATER}slo:{name}"
    return StoredSeries(known, "q", END, CLOSED, STEP, TIMES, values)


def evidence(values, *series, closed=CLOSED, **changes):
    kept = evidence_of((objective(), values), alarm=1530.0, closed=closed, fetched_at=CLOSED, **changes)
    return kept.with_series(series)


def span_of(values, *series, **changes):
    return conclude(evidence(values, *series, **changes)).impact.span


def test_the_end_is_the_first_later_sample_within_the_budget():
    span = span_of(LASTING, later((50_000.0, 0.002)))
    assert (span.start.value, span.end.value, span.ended_by.series) == (1500, 50_100, "slo:orders")
    assert span.unended == ()


def test_the_end_may_be_that_of_the_record():
    assert span_of(LASTING, later(usual=0.002)).end.value == END


def test_what_is_missed_to_the_last_has_no_end():
    span = span_of(LASTING, later())
    assert (span.end, [each.ends for each in span.unended]) == (None, [None])


@pytest.mark.parametrize(("until", "end"), [(50_100.0, 50_100), (CLOSED, None)])
def test_an_open_incident_has_to_be_quiet_for_a_while(until, end):
    span = span_of(LASTING, later((until, 0.002)), closed=None)
    assert (span.end and span.end.value) == end


def test_quiet_that_the_record_is_too_short_for_is_seen_later():
    ended = levels(0.002, (1500, 0.4), (3540, 0.002))
    assert span_of(ended, closed=None).end is None
    assert span_of(ended, later(usual=0.002), closed=None).end.value == 3540


def test_what_is_missed_again_later_is_told():
    relapse = later((20_100.0, 0.002), (40_200.0, 0.2), (50_100.0, 0.002))
    span = span_of(LASTING, relapse)
    assert span.end.value == 20_100
    assert [(each.begins.value, each.ends.value) for each in span.later] == [(40_200, 50_100)]


def test_every_objective_has_to_be_kept():
    both = evidence_of(
        (objective(), LASTING), (objective("pays"), LASTING), alarm=1530.0, closed=CLOSED, fetched_at=CLOSED
    ).with_series([later((20_100.0, 0.002)), later((30_000.0, 0.002), name="pays")])
    span = conclude(both).impact.span
    assert (span.end.value, span.ended_by.slo.name) == (30_000, "pays")


def test_figures_of_later_recompute_and_signals_are_not_silent_for_it():
    report = conclude(evidence(LASTING, later((50_100.0, 0.002))))
    assert misfits(report.facts(), report.evidence) == []
    assert report.silent == ()


@pytest.fixture
def longer(seed_querier, seed_raw, monkeypatch):
    """The seed's incident, where an hour is the longest that a report looks at."""
    monkeypatch.setattr("postmortem.queries.LONGEST_SECONDS", 3600.0)
    return fetch_report(records_of(seed_raw), seed_querier, TEN + 100 * 60)


def test_the_end_is_that_of_a_record_that_holds_it(longer, seed_report):
    (orders, *_) = later_series(longer.evidence)
    end = longer.impact.span.end.value
    assert longer.evidence.end == orders.start < end <= orders.end
    assert abs(end - seed_report.impact.span.end.value) <= orders.step_seconds
    assert longer.impact.slis[0].total.value > 0


def test_an_archive_with_later_series_verifies_and_another_query_is_caught(longer):
    archive = json.loads(Archive.of(longer).text)
    assert verify_archive(archive).differences == ()
    name = later_series(longer.evidence)[0].id
    archive["series"][name]["query"] = "up"
    assert any(f"series.{name}.query" in str(found) for found in verify_archive(archive).differences)


@pytest.mark.parametrize(
    ("language", "label", "late"),
    [
        (Language.EN, "Impact end", "in steps of 5 min, by which it may be late"),
        (Language.KO, "영향 종료", "5분 간격으로 찾았으므로 그만큼 늦을 수 있다"),
    ],
)
def test_that_the_end_was_looked_for_in_wider_steps_is_said(language, label, late):
    series = evidence(LASTING, later((50_100.0, 0.002))).series
    text = told((objective(), LASTING), closed=CLOSED, fetched_at=CLOSED, series=series, language=language)
    assert late in row(text, label)
    assert {Language.EN: "the objectives alone, in steps of 5 min", Language.KO: "목표만 5분 간격으로"}[
        language
    ] in text
