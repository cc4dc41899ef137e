import itertools

import pytest

from collector.embedded import EmbeddedQuerier
from collector.errors import QueryError
from collector.memory import MemoryStore
from collector.promql.guard import QuerySize
from collector.promql.limits import Limits
from collector.promql.results import MatrixResult, ScalarResult, StringResult, VectorResult

LOAD = 'load 1m\n x{i="1"} 1 2 3\n x{i="2"} 1 2 3'


def test_a_query_that_needs_too_many_samples_is_stopped(loaded):
    querier = loaded(LOAD, limits=Limits(max_samples=5))
    with pytest.raises(QueryError, match="too many samples") as caught:
        querier.instant("sum(rate(x[5m]))", 120)
    assert caught.value.kind == "execution"


def test_a_query_that_takes_too_long_is_stopped(loaded):
    ticks = iter(range(0, 1000, 60))
    querier = loaded(LOAD, limits=Limits(timeout_seconds=120), monotonic=lambda: next(ticks))
    with pytest.raises(QueryError, match="timed out") as caught:
        querier.instant("x + x + x + x", 120)
    assert caught.value.kind == "timeout"


def test_the_length_limit_is_configurable(loaded):
    with pytest.raises(QueryError, match="too long"):
        loaded(LOAD, limits=Limits(size=QuerySize(max_length=3))).instant("x + x", 120)


@pytest.mark.parametrize(
    ("start", "end", "step", "reason"),
    [(60, 0, 15, "end timestamp"), (0, 60, 0, "step"), (0, 60, -1, "step"), (0, 11_001, 1, "11,000 points")],
)
def test_ranges_that_make_no_sense_are_refused(start, end, step, reason):
    with pytest.raises(QueryError, match=reason) as caught:
        EmbeddedQuerier(MemoryStore()).evaluate_range("1", start, end, step)
    assert caught.value.kind == "bad_data"


def test_eleven_thousand_points_are_allowed():
    answer = EmbeddedQuerier(MemoryStore()).evaluate_range("1", 0, 11_000, 1)
    (points,) = answer.result.series
    assert len(points.times_ms) == 11_001


@pytest.mark.parametrize(
    ("query", "kind"),
    [("1", ScalarResult), ('"a"', StringResult), ("x", VectorResult), ("x[5m]", MatrixResult)],
)
def test_instant_queries_answer_by_type(loaded, query, kind):
    assert isinstance(loaded(LOAD).evaluate(query, 120).result, kind)


def test_a_range_selector_shows_its_samples_as_they_were_stored(loaded):
    first, _ = loaded(LOAD).evaluate("x[2m]", 125).result.series
    assert (first.times_ms.tolist(), first.values.tolist()) == ([60_000, 120_000], [2.0, 3.0])


def test_a_subquery_shows_its_steps(loaded):
    first, _ = loaded(LOAD).evaluate("x[2m:1m]", 125).result.series
    assert first.times_ms.tolist() == [60_000, 120_000]


@pytest.mark.parametrize("query", ['"a"', "x[5m]", "x[5m:]"])
def test_only_scalars_and_vectors_have_ranges(loaded, query):
    with pytest.raises(QueryError, match="for range query, must be Scalar or instant Vector"):
        loaded(LOAD).range(query, 0, 60, 15)


def test_lookback_is_configurable(loaded):
    querier = loaded("load 1m\n x 1", limits=Limits(lookback_seconds=10))
    assert len(querier.instant("x", 9.999)) == 1
    assert querier.instant("x", 10) == []


def test_delayed_names_are_an_option(loaded):
    query = 'label_replace(rate(x[2m]), "was", "$1", "__name__", "(.*)")'
    assert {s.labels.get("was") for s in loaded(LOAD).instant(query, 120)} == {""}
    assert {s.labels.get("was") for s in loaded(LOAD, delayed_names=True).instant(query, 120)} == {"x"}


@pytest.mark.parametrize(
    "query",
    [
        " + ".join(["x"] * 400),
        "(" * 90 + "x" + ")" * 90,
        "abs(" * 90 + "x" + ")" * 90,
        "max_over_time(" * 45 + "x" + "[2m:1m])" * 45,
        "-" * 90 + "x",
        " ^ ".join(["x"] * 90),
        "sum by (i) (" * 90 + "x" + ")" * 90,
    ],
    ids=["chain", "parentheses", "calls", "subqueries", "minus", "powers", "aggregations"],
)
def test_queries_at_the_limits_of_nesting_evaluate(loaded, query):
    assert len(loaded(LOAD).range(query, 60, 120, 60)) == 2


def test_label_replace_ends_at_the_time_limit(loaded):
    ticks = iter([0.0] * 4 + [200.0] * 9)
    querier = loaded('load 1m\n x{a="1"} 1\n x{a="2"} 1', monotonic=lambda: next(ticks))
    with pytest.raises(QueryError, match="timed out") as stopped:
        querier.instant('label_replace(x, "b", "$1", "a", "((a?){300}.*)")', 60)
    assert stopped.value.kind == "timeout"
    assert len(list(ticks)) == 8


def test_long_queries_are_not_remembered(loaded):
    querier = loaded("load 1m\n x 1")
    querier.instant("x", 60)
    querier.instant(f'x{{a!="{"y" * 5000}"}}', 60)
    assert list(querier._engine._parsed) == ["x"]


LONG = [
    "deriv", "double_exponential_smoothing", "mad_over_time", "predict_linear", "quantile_over_time",
    "stddev_over_time", "stdvar_over_time",
]  # fmt: skip


@pytest.mark.parametrize("name", LONG)
def test_functions_that_look_at_every_sample_of_every_window_look_at_the_clock(loaded, name):
    """The clock jumps once the samples are there: what is left of the query takes minutes otherwise."""
    limits = Limits(timeout_seconds=1e9)
    querier = loaded("load 1s\n x 0+1x1500", limits=limits, experimental=True, monotonic=lambda: next(ticks))
    before = {"quantile_over_time": "0.5, "}.get(name, "")
    after = {"double_exponential_smoothing": ", 0.5, 0.5", "predict_linear": ", 60"}.get(name, "")
    query = f"{name}({before}x[20m]{after})"
    ticks = itertools.count()
    querier.range(query, 0, 1500, 1)
    looks = next(ticks)
    assert looks > 8
    ticks = iter([*itertools.repeat(0.0, looks - 1), *itertools.repeat(2e9, 9)])
    with pytest.raises(QueryError, match="timed out"):
        querier.range(query, 0, 1500, 1)


def test_count_values_pays_for_the_series_that_it_makes(loaded):
    querier = loaded("load 1m\n x 0+1x99", limits=Limits(max_samples=5_000))
    querier.range("x", 0, 5940, 60)
    with pytest.raises(QueryError, match="too many samples"):
        querier.range('count_values("v", x)', 0, 5940, 60)


@pytest.mark.parametrize(
    "query", ["max_over_time(rate(x[1m])[10s:1s])", "rate(x[1m])", "x @ 0 + time()", "x + x @ 0"]
)
def test_what_functions_and_pinned_selectors_answer_is_paid_for(loaded, query):
    text = "load 30s\n" + "\n".join(f' x{{i="{i}"}} 0+1x9' for i in range(50))
    querier = loaded(text, limits=Limits(max_samples=5_000))
    querier.range(query, 60, 90, 10)
    with pytest.raises(QueryError, match="too many samples"):
        querier.range(query, 60, 160, 1)


@pytest.mark.parametrize(
    "query", ['label_replace(x, "b", "$1$1", "a", "(.*)")', 'label_join(x, "b", "", "a", "a")']
)
def test_the_text_that_a_query_makes_is_paid_for(loaded, query):
    samples = loaded('load 1m\n x{a="' + "y" * 8000 + '"} 1', limits=Limits(max_samples=1_002))
    assert samples.instant(query, 60)
    twice = query.replace("(x,", f"({query},").replace('"b"', '"c"', 1)
    with pytest.raises(QueryError, match="too many samples"):
        samples.instant(twice, 60)
