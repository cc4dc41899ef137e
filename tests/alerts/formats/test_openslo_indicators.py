"""OpenSLO's indicators as queries, and what they count."""

import numpy as np
import pytest

from alerts.budget.status import count_events
from alerts.errors import SpecError
from alerts.slo import Slo
from collector.embedded import EmbeddedQuerier
from collector.labels import METRIC_NAME, Labels
from collector.memory import MemoryStore
from tests.alerts.formats.openslo_specs import load, measured_by, metric, put, spec


def ratio(**content: object) -> dict:
    return measured_by(ratioMetric=content)


def store_of(step_seconds: float, **columns: list[float]) -> EmbeddedQuerier:
    """Samples from time zero on; what is None was not scraped."""
    store = MemoryStore()
    for name, values in columns.items():
        known = [(n, value) for n, value in enumerate(values) if value is not None]
        times = np.array([int(n * step_seconds * 1000) for n, _ in known])
        store.append_column(Labels({METRIC_NAME: name}), times, np.array([v for _, v in known], float))
    return EmbeddedQuerier(store)


def counted(
    querier: EmbeddedQuerier, slo: Slo, seconds: float, at: float
) -> tuple[float | None, float | None]:
    counts = count_events(querier, slo, seconds, at)
    return counts.bad, counts.total


@pytest.mark.parametrize(
    ("query", "counter", "expected"),
    [
        ('sum(http_total{code=~"2.."})', True, 'sum(increase(http_total{code=~"2.."}[$window]))'),
        ("http_total", True, "sum(increase(http_total[$window]))"),
        ("sum(increase(http_total[{{ .window }}]))", True, "sum(increase(http_total[$window]))"),
        ("http_now", False, "sum(sum_over_time(http_now[$window]))"),
        ("sum(http_now)", False, "sum(sum_over_time(http_now[$window]))"),
        ("a + b", False, "sum(sum_over_time((a + b)[$window:1m]))"),
    ],
)
def test_a_query_is_put_over_the_window(tmp_path, query, counter, expected):
    (slo,) = load(tmp_path, ratio(counter=counter, good=metric("increase(a[$window])"), total=metric(query)))
    assert slo.sli.total == expected
    assert slo.sli.counts_events is counter


@pytest.mark.parametrize("part", ["good", "bad"])
def test_rates_are_made_counts(tmp_path, part):
    rates = {part: metric('sum(rate(a{x="rate("}[$window]))'), "total": metric("rate(b[{{.window}}])")}
    (slo,) = load(tmp_path, ratio(**rates))
    assert slo.sli.total == "sum(increase(b[$window]))"
    assert 'sum(increase(a{x="rate("}[$window]))' in slo.sli.bad
    assert "rate(a" not in slo.sli.bad


def test_a_query_that_gets_a_window_keeps_its_escapes(tmp_path):
    written = r'sum(a{path=~"/v\\d+",name="\""})'
    (slo,) = load(tmp_path, ratio(bad=metric(written), total=metric("sum(b)")))
    assert r'sum(increase(a{path=~"/v\\d+",name="\""}[$window]))' in slo.sli.bad


def test_a_rate_beside_a_count_is_refused(tmp_path):
    mixed = {"bad": metric("sum(rate(a[$window]))"), "total": metric("sum(increase(b[$window]))")}
    with pytest.raises(SpecError, match=r"ratioMetric: expected increase.*found rate on one side"):
        load(tmp_path, ratio(**mixed))


@pytest.mark.parametrize("query", ["sum(a) / 2", "a offset 5m", "sum(a @ 5)", "rate(a[5m])"])
def test_a_counter_that_no_window_is_plain_for_is_named(tmp_path, query):
    with pytest.raises(SpecError, match=r"ratioMetric.total.metricSource.spec.query: expected a query over"):
        load(tmp_path, ratio(bad=metric("b"), total=metric(query)))


@pytest.mark.parametrize("part", ["good", "bad"])
def test_queries_grouped_by_different_labels_are_refused_with_both(tmp_path, part):
    grouped = {
        part: metric("sum by (x) (rate(a[$window]))"),
        "total": metric("sum by (y) (rate(b[$window]))"),
    }
    key = "metricSource.spec.query"
    told = rf"{part}.{key}: expected a query of one result.* found by \(x\) and by \(y\) in .*total.{key}"
    with pytest.raises(SpecError, match=told):
        load(tmp_path, ratio(**grouped))


def threshold(query: str, op: str, value: float, **objective: object) -> dict:
    content = measured_by(thresholdMetric=metric(query))
    return put(content, "spec.objectives.0", {"target": 0.9, "op": op, "value": value, **objective})


@pytest.mark.parametrize(("op", "bad"), [("lte", 2), ("lt", 4), ("gte", 5), ("gt", 7)])
def test_a_threshold_counts_evaluations_on_its_wrong_side(tmp_path, op, bad):
    (slo,) = load(
        tmp_path,
        threshold(
            "lag",
            op,
            3,
        ),
    )
    querier = store_of(60, lag=[9, 1, 1, 1, 2, 2, 3, 3, 4, 4.5])
    assert counted(querier, slo, 540, 540) == (bad, 9)


def test_a_threshold_of_no_number_is_neither_good_nor_bad(tmp_path):
    (slo,) = load(tmp_path, threshold("slow / all", "lte", 0.5))
    querier = store_of(60, slow=[0, 0, 0, 9, 0], all=[0, 0, 10, 10, 0])
    assert counted(querier, slo, 240, 240) == (1, 2)
    assert counted(querier, slo, 60, 60) == (0, 0)
    assert counted(querier, slo, 60, 6000) == (None, None)


def test_a_threshold_counts_each_series(tmp_path):
    (slo,) = load(tmp_path, threshold('label_replace(a, "of", "a", "", "") or b', "lte", 3))
    assert counted(store_of(60, a=[5, 5, 5], b=[1, 1, 1]), slo, 120, 120) == (2, 4)


@pytest.mark.parametrize(("raw_type", "share"), [("success", 0.75), ("failure", 0.25)])
@pytest.mark.parametrize("query", ["quality", "avg_over_time(quality[$window])"])
def test_a_ready_made_ratio_is_averaged(tmp_path, raw_type, share, query):
    content = ratio(rawType=raw_type, raw=metric(query))
    (slo,) = load(tmp_path, content)
    bad, total = counted(store_of(60, quality=[0, 0.5, 0.5, 0, 0]), slo, 240, 240)
    assert bad / total == pytest.approx(share)
    assert not slo.sli.counts_events


def test_a_ready_made_ratio_of_no_number_counts_nothing(tmp_path):
    (slo,) = load(tmp_path, ratio(rawType="failure", raw=metric("a / b")))
    assert counted(store_of(60, a=[0, 0, 1], b=[0, 0, 2]), slo, 120, 120) == (0.5, 1)
    assert counted(store_of(60, a=[0, 0, 0], b=[0, 0, 0]), slo, 120, 120) == (0, 0)


def test_each_of_several_objectives_is_an_slo(tmp_path):
    objectives = [
        {"displayName": "Most of All", "target": 0.9},
        {"displayName": "All", "targetPercent": 99.9},
    ]
    content = put(put(spec(), "spec.objectives", objectives), "metadata.displayName", "Web")
    slos = load(tmp_path, content)
    assert [(slo.name, slo.objective, slo.title["en"]) for slo in slos] == [
        ("web-most-of-all", 0.9, "Web: Most of All"),
        ("web-all", 0.999, "Web: All"),
    ]
    unnamed = load(tmp_path, put(spec(), "spec.objectives", [{"target": 0.9}, {"target": 0.99}]))
    assert [(slo.name, slo.title["en"]) for slo in unnamed] == [
        ("web-1", "web: 90 %"),
        ("web-2", "web: 99 %"),
    ]


GOOD, TOTAL = metric("increase(a[$window])"), metric("increase(b[$window])")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            threshold("lag[$window]", "lt", 1),
            "thresholdMetric.metricSource.spec.query: expected a query without",
        ),
        (threshold("lag(", "lt", 1), "thresholdMetric.metricSource.spec.query: expected PromQL"),
        (threshold("scalar(lag)", "lt", 1), "thresholdMetric.metricSource.spec.query: expected PromQL"),
        (threshold("lag", "eq", 1), "spec.objectives.0.op: expected 'lte', 'gte', 'lt' or 'gt'"),
        (
            put(threshold("lag", "lt", 1), "spec.objectives", [{"target": 0.9}]),
            "spec.objectives.0: expected op and value",
        ),
        (
            put(spec(), "spec.objectives.0.value", 1),
            "spec.objectives.0.value: expected with thresholdMetric only",
        ),
        (
            put(spec(), "spec.objectives.0.op", "lt"),
            "spec.objectives.0.op: expected with thresholdMetric only",
        ),
        (measured_by(), "spec.indicator.spec: expected either ratioMetric or thresholdMetric"),
        (ratio(good=GOOD), "ratioMetric: expected total beside good or bad"),
        (ratio(total=TOTAL), "ratioMetric: expected either good or bad beside total"),
        (ratio(good=GOOD, bad=GOOD, total=TOTAL), "ratioMetric: expected either good or bad beside total"),
        (ratio(raw=GOOD), "ratioMetric: expected raw and rawType together"),
        (ratio(raw=GOOD, rawType="success", total=TOTAL), "ratioMetric: expected raw and rawType together"),
    ],
)
def test_what_is_missing_or_too_much_is_named(tmp_path, content, expected):
    with pytest.raises(SpecError) as error:
        load(tmp_path, content)
    assert expected in str(error.value)
    assert "\n" not in str(error.value)
