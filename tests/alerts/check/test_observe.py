from dataclasses import replace

import numpy as np
import pytest

from alerts.check.observe import has_created_times, observe, retention_seconds, series_findings
from alerts.check.retention import parse_retention
from alerts.slo import Sli, SliKind, Slo, bad_beyond, bad_counted
from collector.embedded import EmbeddedQuerier
from collector.labels import Labels
from collector.memory import MemoryStore
from collector.remote import Forwarded
from collector.series import Series

HOUR = 3600.0
NOW = 12 * HOUR


def counted(bad, total, in_flight=None):
    queries = [f"sum(increase({selector}[$window]))" for selector in (bad, total)]
    sli = Sli(SliKind.AVAILABILITY, bad_counted(*queries), queries[1], in_flight)
    return Slo("web", "shop", 0.99, sli)


@pytest.fixture
def querier():
    """Two services' counters each minute for twelve hours; the tenth hour of one has errors."""
    store, times = MemoryStore(), np.arange(0, NOW + 1, 60)
    errors = 0.5 * np.clip(times - 9 * HOUR, 0, HOUR)
    for labels, values in (
        ({"__name__": "http_total", "job": "a", "code": "200"}, 1000 + times - errors),
        ({"__name__": "http_total", "job": "a", "code": "500"}, 1000 + errors),
        ({"__name__": "other_total", "job": "b", "pod": "1"}, times),
        ({"__name__": "took_count", "job": "a"}, times),
        ({"__name__": "took_bucket", "job": "a", "le": "0.5"}, times),
        ({"__name__": "took_created", "job": "a"}, times),
        ({"__name__": "busy", "job": "a"}, times),
    ):
        store.append_column(Labels(labels), (times * 1000).astype(np.int64), values)
    return EmbeddedQuerier(store)


def findings(querier, slo):
    return [(one.level, one.rule, one.message) for one in series_findings(querier, slo, NOW)]


def test_hours_are_counted_up_to_now(querier):
    seen = observe(querier, counted('http_total{code=~"5.."}', "http_total"), NOW, 6 * HOUR)
    assert seen.total == pytest.approx([3600] * 6, rel=0.01)
    assert seen.bad == pytest.approx([0, 0, 0, 1800, 0, 0], rel=0.02, abs=20)
    assert seen.worst_hour == (pytest.approx(0.5, abs=0.01), 10 * HOUR)


def test_hours_before_the_first_sample_are_unknown(querier):
    seen = observe(querier, counted('http_total{code=~"5.."}', "http_total"), NOW, 24 * HOUR)
    assert (len(seen.total), int(seen.known.sum())) == (24, 12)


def test_selectors_that_find_series_are_fine(querier):
    assert findings(querier, counted('http_total{code=~"5.."}', "http_total", "sum(busy)")) == []


@pytest.mark.parametrize(
    ("bad", "total", "expected"),
    [
        ('took_bucket{le="0.5"}', "took_count", True),
        ('took_bucket{le="0.5"}', 'took_bucket{le="+Inf"}', True),
        ('took_count{job="b",code="500"}', 'took_count{job="b"}', False),
        ('http_total{code=~"5.."}', "http_total", False),
        ('{__name__=~"http.*",code="500"}', '{__name__=~"http.*"}', False),
    ],
)
def test_created_times_are_looked_for_beside_what_is_counted(querier, bad, total, expected):
    assert has_created_times(querier, counted(bad, total), NOW) is expected


@pytest.mark.parametrize(
    ("bad", "total", "level", "said"),
    [
        ('http_total{code="503"}', "http_total", "warning", "no failure yet, or a misspelt value"),
        ('http_total{status="500"}', "http_total", "error", "no series of http_total has the label status"),
        ('http_total{code="500"}', 'http_total{job="c"}', "error", 'http_total{job="c"} matches nothing now'),
        ("gone_total", "http_total", "error", "no series is named gone_total"),
    ],
)
def test_a_selector_that_matches_nothing_now(querier, bad, total, level, said):
    (found,) = findings(querier, counted(bad, total))
    assert found[:2] == (level, "selector-matches-nothing")
    assert said in found[2]


def raw(bad, total):
    ratio = f"sum(rate({bad}[$window])) / sum(rate({total}[$window]))"
    sli = Sli(
        SliKind.AVAILABILITY, f"avg({ratio})", f"avg({ratio}) * 0 + 1", counts_events=False, is_raw=True
    )
    return Slo("web", "shop", 0.99, sli)


@pytest.mark.parametrize(
    ("bad", "total", "levels"),
    [
        ('http_total{code="503"}', "http_total", ["warning"]),
        ('http_total{status="500"}', "http_total", ["error"]),
        ('http_total{code="503"}', 'http_total{job="c"}', ["error", "error"]),
        ('http_total{code="500"}', "http_total", []),
    ],
)
def test_a_ready_made_ratio_that_never_failed_is_no_error(querier, bad, total, levels):
    found = findings(querier, raw(bad, total))
    assert [level for level, _, _ in found] == levels
    if levels == ["warning"]:
        assert "a raw ratio has no result until the first failure" in found[0][2]


def test_series_that_are_going_to_be_recorded_are_no_mistake(querier):
    slo = counted("slo:bad:increase5m", "slo:all:increase5m", "sum(slo:busy)")
    names = {"slo:bad:increase5m", "slo:all:increase5m", "slo:busy"}
    assert len(findings(querier, slo)) == 3
    assert list(series_findings(querier, slo, NOW, names)) == []


def test_a_latency_bucket_that_matches_nothing_is_an_error(querier):
    total, bucket = "sum(increase(took_count[$window]))", 'sum(increase(took_bucket{le="0.7"}[$window]))'
    sli = Sli(SliKind.LATENCY, bad_beyond(bucket, total), total, None, 0.7, bucket)
    (found,) = findings(querier, Slo("web", "shop", 0.99, sli))
    assert found[:2] == ("error", "selector-matches-nothing")


@pytest.mark.parametrize(
    ("name", "query", "said"),
    [
        ("in_flight", "sum(waiting)", "waiting matches nothing now: no series is named waiting"),
        (
            "in_flight",
            'sum(busy{job="c"})',
            'busy{job="c"} matches nothing now: no series has these values; ',
        ),
        ("in_flight", "sum(waiting)", "without it RequestsHang cannot fire"),
        ("demand", "sum(asked)", "without it RequestsUnanswered cannot fire"),
        ("targets", 'up{job="c"}', "without it a page ends when all targets are down"),
    ],
)
def test_what_is_asked_for_beside_the_counts_and_matches_nothing(querier, name, query, said):
    slo = counted('http_total{code="500"}', "http_total", "sum(busy)")
    (found,) = findings(querier, replace(slo, sli=replace(slo.sli, **{name: query})))
    assert found[:2] == ("warning", "selector-matches-nothing")
    assert said in found[2]


def test_parts_whose_series_have_other_labels(querier):
    found = findings(querier, counted("other_total", "http_total"))
    assert found == [
        (
            "warning",
            "labels-differ",
            "web: labels differ: only one of other_total and its total has code, pod; "
            "see that both count the same requests",
        ),
        (
            "warning",
            "labels-differ",
            'web: labels differ: other_total has job="b", which its total has not; '
            "see that both count the same requests",
        ),
    ]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("15d", 1_296_000.0), ("15d or 10GiB", 1_296_000.0), ("10GiB", None), ("", None), ("0s", None)],
)
def test_retention_as_prometheus_tells_it(text, seconds):
    assert parse_retention(text) == seconds


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        (b'{"status":"success","data":{"storageRetention":"2h"}}', 7200.0),
        (b'{"status":"error"}', None),
        (b"[]", None),
        (b"<html>", None),
    ],
)
def test_an_engine_may_not_tell_its_retention(body, seconds):
    class Engine:
        def forward(self, method, path, pairs):
            return Forwarded(200, body, "application/json")

    assert retention_seconds(Engine()) == seconds


def test_the_first_hour_of_a_young_store_is_as_long_as_is_recorded():
    """27.4 requests a second since eight minutes ago, scraped each 15 s."""
    times = np.arange(NOW - 480, NOW + 1, 15)
    store = MemoryStore()
    labels = Labels({"__name__": "http_total", "code": "200"})
    store.append_column(labels, (times * 1000).astype(np.int64), 27.4 * (times - times[0]))
    seen = observe(EmbeddedQuerier(store), counted('http_total{code=~"5.."}', "http_total"), NOW, 24 * HOUR)
    assert seen.recorded_seconds == pytest.approx(480, abs=60)
    assert seen.median_per_second == pytest.approx(27.4, rel=0.15)


def test_points_beyond_what_was_asked_for_are_left_out():
    class Rounding:
        def range(self, query, start, end, step_seconds):
            times = np.array([start - HOUR, start, end, end + HOUR])
            return [Series(Labels(), times, np.array([9.0, 1.0, 2.0, 9.0]))]

        def instant(self, query, at):
            return []

    seen = observe(Rounding(), counted("bad_total", "all_total"), NOW, 3 * HOUR)
    assert (seen.total[0], seen.total[-1], int(seen.known.sum())) == (1.0, 2.0, 2)
