import gc
import threading
import weakref

import numpy as np
import pytest

from collector.errors import ExpositionError, StoreError
from collector.ingest import Ingester
from collector.labels import Labels
from collector.rules.appenders import StoreAppender
from collector.series import Sample
from collector.store.batches import Batch, Row
from tests.collector.full_disk import FullDisk


@pytest.fixture
def ingester(store):
    ingester = Ingester(store)
    ingester.start()
    yield ingester
    ingester.stop()


@pytest.fixture
def without_gc():
    gc.disable()
    yield
    gc.enable()


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


class Request:
    """What some work reads; a list has no weak references."""


@pytest.mark.parametrize("error", [ExpositionError(1, "no page"), ZeroDivisionError()])
def test_what_refused_work_read_is_let_go_without_the_garbage_collector(ingester, without_gc, error):
    read = []

    def steps():
        request = Request()
        read.append(weakref.ref(request))
        yield
        raise ValueError from error

    def broken():
        try:
            yield from steps()
        except ValueError:
            raise error from None

    kept = ingester.submit(broken)
    assert isinstance(kept.exception(5), type(error))
    ingester.submit(lambda: (Batch(), None)).result(5)
    assert read[0]() is None


def test_what_could_not_be_committed_is_let_go_too(store, ingester, without_gc, monkeypatch):
    kept, read = [], []

    def refusing(batches):
        request = Request()
        read.append(weakref.ref(request))
        if len(read) == 1:
            refuse(batches)

    monkeypatch.setattr(store, "write", refusing)
    kept.append(ingester.submit(one_row(store, 1)))
    assert isinstance(kept[0].exception(5), StoreError)
    ingester.submit(lambda: (Batch(), None)).result(5)
    assert read[0]() is None


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


class Turns:
    """An ingester whose every look at the clock ends a turn; ``kept`` are the answers in their order."""

    def __init__(self, store):
        self.store = store
        self.kept = []
        self._seconds = iter(range(10_000))
        self.ingester = Ingester(store, lambda: next(self._seconds) * 0.03)

    def submit(self, prepare, **how):
        future = self.ingester.submit(prepare, **how)
        future.add_done_callback(lambda done: self.kept.append(done.exception() or done.result()))

    def long(self, at_ms, steps):
        def prepare():
            for _ in range(steps):
                yield
            return one_row(self.store, at_ms)()

        return prepare

    def run(self):
        self.ingester.start()
        self.ingester.stop()


def test_long_work_lets_other_work_have_its_turn(store):
    turns = Turns(store)
    turns.submit(turns.long(1, steps=200))
    turns.submit(turns.long(2, steps=5))
    for at_ms in range(3, 70):
        turns.submit(one_row(store, at_ms))
    turns.run()
    assert sorted(turns.kept) == list(range(1, 70))
    assert turns.kept[0] == 3
    assert turns.kept[-2:] == [2, 1]


def test_what_breaks_within_long_work_spares_the_others(store):
    turns = Turns(store)

    def broken():
        for _ in range(10):
            yield
        raise ZeroDivisionError

    turns.submit(broken, rescue=lambda error: (Batch(), type(error)))
    turns.submit(turns.long(2, steps=40))
    turns.run()
    assert turns.kept == [ZeroDivisionError, 2]
    assert turns.ingester.failures == 1


def test_new_series_of_long_work_are_kept_turn_by_turn(store, monkeypatch):
    turns, saved, write = Turns(store), [], store.write

    def noted(batches):
        write(batches)
        saved.append(len(store.index))

    def prepare():
        for number in range(100):
            store.series_id(Labels({"__name__": "a", "i": str(number)}))
            yield
        return one_row(store, 1)()

    monkeypatch.setattr(store, "write", noted)
    turns.submit(prepare)
    turns.run()
    assert max(np.diff(saved)) <= 2
