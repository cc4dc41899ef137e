"""Counts of an impact: the first value of a counter born in it is counted, a newcomer's past is not."""

import re
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from pydantic import ValidationError

from alerts.charts.model import Language, Unit
from collector.durations import format_duration
from collector.embedded import EmbeddedQuerier
from collector.labels import METRIC_NAME, Labels
from collector.memory import MemoryStore
from postmortem.compose.write import write_document
from postmortem.facts import Fact, FromRecord, RecordKind, combine
from postmortem.impact.impact import assess_impact
from postmortem.markdown import render_markdown
from postmortem.marks import mark, marked_facts
from postmortem.queries import born_query, count_queries, subject_queries
from postmortem.records import SloRecord
from postmortem.words.catalogue import load_catalogue
from postmortem.words.voice import Voice

UTC = ZoneInfo("UTC")
AVAILABILITY = 'sum(increase(requests_total{status=~"5..|(429)"}[$window]))'
LATENCY = "sum(increase(requests_total[$window])) - sum(increase(fast_total[$window]))"


def add(store, metric, labels, times, values):
    store.append_column(Labels({METRIC_NAME: metric, **labels}), (times * 1000).astype(np.int64), values)


@pytest.fixture(scope="module")
def querier():
    """Until 600 all is well; then 500s appear with 7, and a target joins with a million."""
    store, times = MemoryStore(), np.arange(0.0, 901.0, 15.0)
    late, old, new = times[times >= 600], {"job": "a", "instance": "1"}, {"job": "a", "instance": "2"}
    add(store, "up", old, times, np.ones(len(times)))
    add(store, "requests_total", {**old, "status": "200"}, times, times * 2)
    add(store, "fast_total", {**old, "status": "200"}, times, times * 2)
    add(store, "requests_total", {**old, "status": "500"}, late, 7.0 + np.arange(len(late)))
    add(store, "up", new, late, np.ones(len(late)))
    add(store, "requests_total", {**new, "status": "500"}, late, 1e6 + np.arange(len(late)))
    return EmbeddedQuerier(store)


@pytest.mark.parametrize("template", [AVAILABILITY, LATENCY])
def test_counters_born_in_the_window_count_from_nothing(querier, template):
    """The old target's 500s: 7 at first, 27 at last; the newcomer's past is not counted, its growth is."""
    counted = querier.instant(template.replace("$window", "5m45s"), 900.0)[0].value
    newcomer = querier.instant('increase(requests_total{instance="2"}[5m45s])', 900.0)[0].value
    born = querier.instant(born_query(template, "5m45s", "5m"), 900.0)[0].value
    assert counted + born == pytest.approx(27 + newcomer)


def test_a_counter_of_one_sample_counts_whole():
    store, times = MemoryStore(), np.arange(0.0, 301.0, 15.0)
    target = {"job": "a", "instance": "1"}
    add(store, "up", target, times, np.ones(len(times)))
    add(store, "requests_total", {**target, "status": "500"}, times[-1:], np.array([9.0]))
    query = born_query(AVAILABILITY, "1m", "2m")
    assert EmbeddedQuerier(store).instant(query, 300.0)[0].value == 9.0


def test_bad_events_are_never_fewer_than_none(seed_report):
    """Where good events and all come from counters of their own, these may be a scrape apart."""
    evidence, span = seed_report.evidence, seed_report.impact.span
    store, times = MemoryStore(), np.arange(span.start.value - 3600, span.end.value + 1, 15.0)
    add(store, "all_total", {}, times, np.arange(len(times)) * 1.0)
    add(store, "good_total", {}, times, np.arange(len(times)) * 2.0)
    bad = "sum(increase(all_total[$window])) - sum(increase(good_total[$window]))"
    slo = evidence.slos[0].model_copy(update={"bad": bad})
    queries = count_queries(replace(evidence, slos=(slo,)), span)
    asked = {query.id: query for query in queries}[f"slo:{slo.name}:bad:impact"]
    assert EmbeddedQuerier(store).instant(asked.query, asked.at)[0].value == 0.0


def test_a_calendars_period_counts_from_its_begin(seed_report):
    evidence, span = seed_report.evidence, seed_report.impact.span
    calendar = {"unit": "M", "count": 1, "start": "2025-01-01 00:00:00", "zone": "Asia/Seoul"}
    slo = SloRecord.model_validate({**evidence.slos[0].model_dump(), "calendar": calendar})
    queries = count_queries(replace(evidence, slos=(slo,)), span)
    asked = {query.id: query for query in queries}[f"slo:{slo.name}:total:period"]
    september = datetime(2025, 9, 1, tzinfo=ZoneInfo("Asia/Seoul")).timestamp()
    assert f"[{format_duration(asked.at - september)}]" in asked.query


def test_slices_are_looked_at_over_a_slice_at_least(seed_report):
    evidence = seed_report.evidence
    slices = evidence.slos[0].model_copy(update={"slice_seconds": 300.0})
    asked = [
        subject_queries(evidence.incident, (slo,), evidence.signals, "45s")[0].query
        for slo in (evidence.slos[0], slices)
    ]
    assert ["[45s]" in query for query in asked] == [True, False]
    assert "[5m]" in asked[1]


def test_a_calendar_of_no_known_zone_is_refused(seed_report):
    calendar = {"unit": "M", "count": 1, "start": "2025-01-01 00:00:00", "zone": "Asia/Nowhere"}
    with pytest.raises(ValidationError, match="expected a start and a time zone that exist"):
        SloRecord.model_validate({**seed_report.evidence.slos[0].model_dump(), "calendar": calendar})


def test_counters_that_were_there_before_count_by_their_increase_alone(querier):
    assert querier.instant(born_query(AVAILABILITY, "1m", "5m"), 900.0)[0].value == 0.0


@pytest.mark.parametrize(
    ("counted", "window"), [("bad:impact", "1h3m45s"), ("total:impact", "1h3m"), ("total:led", "1h3m45s")]
)
def test_bad_events_count_from_one_query_window_before_the_impact(seed_report, counted, window):
    evidence, span = seed_report.evidence, seed_report.impact.span
    assert (evidence.rate_window, span.end.value - span.start.value) == ("45s", 63 * 60)
    assert f"[{window}]" in evidence.series[f"slo:order-availability:{counted}"].query


def test_of_time_slices_they_count_from_a_slice_before_it(seed_report):
    slices = seed_report.evidence.slos[0].model_copy(update={"slice_seconds": 300.0})
    queries = count_queries(replace(seed_report.evidence, slos=(slices,)), seed_report.impact.span)
    asked = {query.id: query.query for query in queries}
    assert "[1h8m]" in asked[f"slo:{slices.name}:bad:impact"]
    assert "[1h3m]" in asked[f"slo:{slices.name}:total:impact"]


@pytest.mark.parametrize(("bad", "total"), [(90.0, 100.0), (110.0, 120.0)])
def test_there_are_no_more_bad_events_than_all(seed_report, bad, total):
    evidence, key = seed_report.evidence, "slo:order-availability"
    answers = {
        "bad:impact": bad,
        "bad:born": 0.0,
        "total:impact": 100.0,
        "total:led": 120.0,
        "total:born": 0.0,
    }
    told = [replace(evidence.series[f"{key}:{k}"], values=np.array([value])) for k, value in answers.items()]
    found = assess_impact(evidence.with_series(told), seed_report.shifts, seed_report.impact.span).slis[0]
    assert (found.bad.value, found.total.value) == (bad, total)


def test_the_first_values_join_the_count_and_the_budget(seed_report):
    evidence = seed_report.evidence
    name = "slo:order-availability:bad:born"
    seven = replace(evidence.series[name], values=np.array([7.0]))
    none = replace(evidence.series[name], values=np.array([0.0]))
    told, untold = (
        assess_impact(evidence.with_series([s]), seed_report.shifts, seed_report.impact.span).slis[0]
        for s in (seven, none)
    )
    assert told.bad.value == untold.bad.value + 7
    assert told.spent.value > untold.spent.value
    assert told.left.value < untold.left.value


@pytest.mark.parametrize(("calendar", "counted"), [(None, 90.0), ("begun", 100.0)])
def test_an_impact_has_no_more_failures_than_the_period_that_holds_it(seed_report, calendar, counted):
    """Of a calendar's period that began within the impact it may."""
    evidence, span = seed_report.evidence, seed_report.impact.span
    begun = {"unit": "M", "count": 1, "start": "2025-09-03 10:30:00", "zone": "Asia/Seoul"}
    slo = {**evidence.slos[0].model_dump(), "calendar": begun if calendar else None}
    names = [f"slo:order-availability:bad:{when}" for when in ("impact", "period", "born")]
    answers = [
        replace(evidence.series[name], values=np.array([value]))
        for name, value in zip(names, (100.0, 90.0, 0.0), strict=True)
    ]
    told = replace(evidence.with_series(answers), slos=(SloRecord.model_validate(slo),))
    (sli,) = assess_impact(told, seed_report.shifts, span).slis
    assert sli.bad.value == counted


def test_without_an_increase_the_first_value_is_the_count(seed_report):
    evidence, name = seed_report.evidence, "slo:order-availability:bad"
    series = {k: v for k, v in evidence.series.items() if k != f"{name}:impact"}
    born = replace(evidence.series[f"{name}:born"], values=np.array([7.0]))
    bare = replace(evidence, series={**series, born.id: born})
    assert assess_impact(bare, seed_report.shifts, seed_report.impact.span).slis[0].bad.value == 7


def fact(seconds):
    return Fact("x", seconds, Unit.SECONDS, FromRecord(RecordKind.INCIDENT, "", "detected_at"))


@pytest.mark.parametrize(
    ("seconds", "window", "english", "korean"),
    [
        (0.4, 45.0, "0–45 s", "0~45초"),
        (12.0, 15.0, "12–27 s", "12~27초"),
        (-20.0, 45.0, "0–25 s", "0~25초"),
        (30.0, 45.0, "30 s to 1 min 15 s", "30초~1분 15초"),
        (45.0, 45.0, "45 s", "45초"),
        (570.0, 45.0, "9 min 30 s", "9분 30초"),
    ],
)
def test_delays_shorter_than_the_uncertainty_are_ranges(seconds, window, english, korean):
    for language, text in ((Language.EN, english), (Language.KO, korean)):
        said = Voice(load_catalogue(language), UTC, 0.0).since_start(fact(seconds), window)
        assert said == mark(text, "x")


@pytest.mark.parametrize(
    ("language", "text", "reason"), [("en", "0–45 s", "is a range"), ("ko", "0~45초", "범위로")]
)
def test_a_report_gives_the_range_and_its_reason(seed_report, language, text, reason):
    impact = seed_report.impact
    near = combine(
        "impact.to_detect", impact.to_detect.source.operation, (impact.span.start,) * 2, Unit.SECONDS
    )
    report = replace(seed_report, impact=replace(impact, to_detect=near))
    document = write_document(report, Language(language), UTC)
    assert text in [printed for tile in document.tiles for _, printed in marked_facts(tile.value)]
    told = render_markdown(document)
    assert re.search(rf"^\|[^|]*\| \[?{text}", told, re.MULTILINE)
    assert told.count(reason) == 1
