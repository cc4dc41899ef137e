import threading

import numpy as np
import pytest

from collector.errors import ExpositionError, StoreError
from collector.ingest import Ingester
from collector.labels import Labels
from collector.rules.appenders import StoreAppender
from collector.series import Sample
from collector.store.batches import Batch, Row
from collector.store.durable import SampleStore
from tests.collector.full_disk import FullDisk


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


def one_row(store, at_ms, series=1):
    def prepare():
        ids = np.array([store.series_id(Labels({"__name__": "a", "i": str(i)})) for i in range(series)])
        return Batch([Row("stream", at_ms, ids, np.ones(series))]), at_ms

    return prepare


def refuse(_batches):
    raise StoreError("disk is full")


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
    monkeypatch.setattr(store, "write", refuse)
    with pytest.raises(StoreError):
        ingester.submit(one_row(store, 1)).result(5)
    assert ingester.failures == 1


def test_whether_samples_can_be_stored_is_known_and_logged_once_for_each_change(store, ingester, caplog):
    disk = FullDisk(store)
    disk.fill()
    for at_ms in (1, 2):
        with pytest.raises(StoreError):
            ingester.submit(one_row(store, at_ms, series=1000)).result(5)
    assert ingester.storing.reason == "samples cannot be stored: disk is full"
    disk.make_room()
    ingester.submit(one_row(store, 3)).result(5)
    assert ingester.storing.reason == ""
    assert [record.getMessage() for record in caplog.records] == [
        "samples cannot be stored: disk is full",
        "samples are stored again",
    ]


def test_a_commit_of_nothing_does_not_show_that_samples_can_be_stored(ingester):
    ingester.storing.failed("samples cannot be stored: disk is full")
    ingester.submit(lambda: (Batch(), None)).result(5)
    assert ingester.storing.reason == "samples cannot be stored: disk is full"


def test_what_was_noted_is_taken_back_only_where_samples_were_not_kept(store, ingester, monkeypatch):
    undone = []
    ingester.submit(one_row(store, 1), undo=lambda: undone.append(1)).result(5)
    monkeypatch.setattr(store, "write", refuse)
    with pytest.raises(StoreError):
        ingester.submit(one_row(store, 2), undo=lambda: undone.append(2)).result(5)
    assert undone == [2]


def test_rules_do_not_wait_for_ever_for_a_disk_that_does_not_answer(store):
    idle = Ingester(store)
    appender = StoreAppender(idle, store, longest_wait_seconds=0.0)
    with pytest.raises(StoreError, match="did not answer within 0 s"):
        appender.append("stream", 1.0, [Sample(Labels({"__name__": "a"}), 1.0, 1.0)])
    assert "did not answer" in idle.storing.reason


def test_a_write_that_breaks_unexpectedly_is_told_and_the_thread_goes_on(
    store, ingester, monkeypatch, caplog
):
    def break_down(_batches):
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(store, "write", break_down)
        with pytest.raises(ZeroDivisionError):
            ingester.submit(one_row(store, 1)).result(5)
    assert "keeping samples failed" in caplog.text
    assert ingester.submit(one_row(store, 2)).result(5) == 2


def test_cutting_that_breaks_is_counted_and_the_thread_goes_on(store, ingester, monkeypatch):
    def break_down():
        raise ZeroDivisionError

    monkeypatch.setattr(store, "seal", break_down)
    assert [ingester.submit(one_row(store, at_ms)).result(5) for at_ms in (1, 2)] == [1, 2]
    ingester.stop()
    assert ingester.failures >= 2


def test_work_whose_waiter_left_before_it_was_taken_is_left_out(store, ingester):
    begun, go_on = threading.Event(), threading.Event()

    def slow():
        begun.set()
        go_on.wait(5)
        return one_row(store, 1)()

    first = ingester.submit(slow)
    assert begun.wait(5)
    left = ingester.submit(one_row(store, 2))
    assert left.cancel()
    go_on.set()
    assert [first.result(5), ingester.submit(one_row(store, 3)).result(5)] == [1, 3]
    assert store.select([], 0, 10)[0].times.tolist() == [1, 3]


def test_samples_that_were_taken_are_kept_though_their_waiter_leaves(store, ingester):
    begun, go_on = threading.Event(), threading.Event()

    def slow():
        begun.set()
        go_on.wait(5)
        return one_row(store, 1)()

    left = ingester.submit(slow)
    assert begun.wait(5)
    assert not left.cancel()
    go_on.set()
    assert ingester.submit(one_row(store, 2)).result(5) == 2
    assert store.select([], 0, 10)[0].times.tolist() == [1, 2]
