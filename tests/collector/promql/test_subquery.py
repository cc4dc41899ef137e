import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.embedded import EmbeddedQuerier
from collector.errors import QueryError
from collector.labels import Labels
from collector.memory import MemoryStore
from collector.promql.limits import Limits

LOAD = "load 10s\n x 0+1x100"


def value(querier, query, at):
    (sample,) = querier.instant(query, at)
    return sample.value


@pytest.mark.parametrize(
    ("query", "at", "wanted"),
    [
        ("sum_over_time(x[30s:10s])", 100, 27),
        ("count_over_time(x[5m:])", 600, 5),
        ("max_over_time(rate(x[1m])[5m:30s])", 600, 0.1),
        ("sum_over_time(x[30s:10s] @ 100)", 900, 27),
        ("count_over_time(vector(1)[1m:10s])", 100, 6),
        ("sum_over_time(x[30s:10s] offset 7s)", 107, 27),
        ("max_over_time(x[1m:10s] @ end())", 300, 30),
    ],
)
def test_subquery(loaded, query, at, wanted):
    assert value(loaded(LOAD), query, at) == pytest.approx(wanted)


@settings(deadline=None, derandomize=True, max_examples=40)
@given(
    step=st.integers(1, 90), window=st.integers(1, 400), start=st.integers(0, 500), pace=st.integers(1, 97)
)
def test_every_step_of_a_range_query_answers_as_an_instant_query_does(step, window, start, pace):
    store = MemoryStore()
    for i in range(0, 1000, 13):
        store.append(Labels({"__name__": "x"}), i * 1000, (i * 7) % 101)
    querier = EmbeddedQuerier(store)
    query = f"sum_over_time(increase(x[40s])[{window}s:{step}s])"
    ranged = querier.range(query, start, start + 5 * pace, pace)
    found = dict(zip(ranged[0].times.tolist(), ranged[0].values.tolist(), strict=True)) if ranged else {}
    for at in range(start, start + 5 * pace + 1, pace):
        wanted = [pytest.approx(sample.value) for sample in querier.instant(query, at)]
        assert wanted == ([found[at]] if at in found else [])


def test_start_and_end_inside_a_subquery_are_those_of_the_query(loaded):
    (series,) = loaded(LOAD).range("max_over_time((x @ end())[1m:10s])", 100, 300, 100)
    assert series.values.tolist() == [30.0, 30.0, 30.0]


def test_timestamp_reads_the_clock_at_every_step_although_its_selector_is_pinned(loaded):
    (series,) = loaded(LOAD).range("timestamp(timestamp(x @ 10))", 0, 20, 10)
    assert series.values.tolist() == [0.0, 10.0, 20.0]


@pytest.mark.parametrize("query", ["vector(1)[5d:1ms]", "max_over_time(x[1y:1ms])"])
def test_steps_are_paid_for_before_they_take_memory(loaded, query):
    querier = loaded(LOAD)
    tracemalloc.start()
    with pytest.raises(QueryError, match="too many samples") as caught:
        querier.instant(query, 100)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (caught.value.kind, peak_bytes < 1_000_000) == ("execution", True)


def test_the_values_of_every_step_are_paid_for(loaded):
    querier = loaded('load 10s\n x{i="1"} 1\n x{i="2"} 1', limits=Limits(max_samples=2_500))
    assert querier.instant("count_over_time(vector(1)[1s:1ms])", 1)
    with pytest.raises(QueryError, match="too many samples"):
        querier.instant("count_over_time(x[1s:1ms])", 1)


def test_the_end_of_a_range_is_as_asked_though_no_step_falls_on_it(loaded):
    (series,) = loaded(LOAD).range("x @ end()", 100, 190, 60)
    assert series.values.tolist() == [19.0, 19.0]
