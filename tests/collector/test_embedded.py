import math

import pytest

from collector.embedded import EmbeddedQuerier
from collector.errors import QueryError, StoreError
from collector.labels import Labels
from collector.memory import MemoryStore
from collector.querier import Querier


@pytest.fixture
def querier():
    store = MemoryStore()
    for second in range(0, 121, 15):
        store.append(Labels({"__name__": "up", "job": "shop"}), second * 1000, 1.0)
        store.append(Labels({"__name__": "up", "job": "stack"}), second * 1000, float(second < 60))
    return EmbeddedQuerier(store)


def test_it_is_a_querier(querier):
    speaks: Querier = querier
    assert len(speaks.instant("up", 100)) == 2


def test_instant_gives_samples_at_the_time_asked_for(querier):
    (sample,) = querier.instant('up{job="stack"}', 100.5)
    assert (str(sample.labels), sample.at, sample.value) == ('up{job="stack"}', 100.5, 0.0)


def test_a_scalar_is_a_sample_without_labels(querier):
    (sample,) = querier.instant("1 + 1", 4)
    assert (len(sample.labels), sample.value) == (0, 2.0)


def test_range_includes_both_ends(querier):
    (series,) = querier.range("sum(up)", 0, 120, 60)
    assert (series.times.tolist(), series.values.tolist()) == ([0.0, 60.0, 120.0], [2.0, 1.0, 1.0])


def test_series_lists_label_sets_of_any_selector_in_the_window(querier):
    found = querier.series(['up{job="stack"}', 'up{job=~"s.*"}'], 0, 120)
    assert [str(labels) for labels in found] == ['up{job="shop"}', 'up{job="stack"}']
    assert querier.series(["up"], 500, 600) == []


@pytest.mark.parametrize("selector", ["1", "sum(up)", "up["])
def test_series_takes_selectors_only(querier, selector):
    with pytest.raises(QueryError):
        querier.series([selector], 0, 120)


@pytest.mark.parametrize("query", ['"text"', "up[5m]"])
def test_instant_answers_vectors_and_scalars_only(querier, query):
    with pytest.raises(QueryError, match="must be Scalar or instant Vector"):
        querier.instant(query, 100)


def test_a_wrong_query_is_not_worth_another_try(querier):
    with pytest.raises(QueryError) as caught:
        querier.instant("sum(", 100)
    assert (caught.value.kind, caught.value.retryable) == ("bad_data", False)


def test_a_time_that_is_none_is_refused(querier):
    with pytest.raises(QueryError, match="not a time"):
        querier.instant("up", math.nan)


def test_a_store_that_cannot_be_read_is_an_internal_error_without_sql():
    class Unreadable:
        def select(self, matchers, start_ms, end_ms, cuts=None):
            raise StoreError("samples cannot be read: disk I/O error")

    querier = EmbeddedQuerier(Unreadable())
    for ask in (
        lambda: querier.instant("up", 0),
        lambda: querier.range("up", 0, 60, 15),
        lambda: querier.series(["up"], 0, 60),
    ):
        with pytest.raises(QueryError, match="disk I/O error") as caught:
            ask()
        assert caught.value.kind == "internal"
