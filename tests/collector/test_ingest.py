import numpy as np
import pytest

from collector.errors import ExpositionError, StoreError
from collector.ingest import Ingester
from collector.labels import Labels
from collector.store import SampleStore
from collector.store_batches import Batch, Row


@pytest.fixture
def store(tmp_path):
    store = SampleStore(tmp_path)
    yield store
    store.close()


@pytest.fixture
def ingester(store):
    ingester = Ingester(store)
    ingester.start()
    yield ingester
    ingester.stop()


def one_row(store, at_ms):
    def prepare():
        series = np.array([store.series_id(Labels({"__name__": "a"}))])
        return Batch([Row("stream", at_ms, series, np.array([1.0]))]), at_ms

    return prepare


def test_a_future_resolves_when_queries_see_the_samples(store, ingester):
    assert ingester.submit(one_row(store, 5)).result(5) == 5
    assert store.select([], 0, 10)[0].times.tolist() == [5]


def test_what_one_piece_of_work_raises_spares_the_others(store, ingester):
    def broken():
        raise ExpositionError(1, "no page")

    futures = [
        ingester.submit(one_row(store, 1)),
        ingester.submit(broken),
        ingester.submit(one_row(store, 2)),
    ]
    with pytest.raises(ExpositionError):
        futures[1].result(5)
    assert [futures[0].result(5), futures[2].result(5)] == [1, 2]


def test_a_commit_that_fails_is_told_and_counted(store, ingester, monkeypatch):
    def refuse(_batches):
        raise StoreError("disk is full")

    monkeypatch.setattr(store, "write", refuse)
    with pytest.raises(StoreError):
        ingester.submit(one_row(store, 1)).result(5)
    assert ingester.failures == 1
