"""After a restart, too, a point is late against the newest of its series, wherever that is kept."""

import numpy as np
import pytest

from collector.labels import METRIC_NAME, Labels
from collector.store.batches import Batch, Points
from collector.store.blocks import BlockCache
from collector.store.columns import Column
from collector.store.newest import BEFORE_ALL


def number(store, name):
    return store.series_id(Labels({METRIC_NAME: name}))


def write(store, samples):
    """samples: (name, time) each."""
    series = np.array([number(store, name) for name, _ in samples], np.int64)
    times = np.array([at for _, at in samples], np.int64)
    store.write([Batch(points=[Points(series, times, np.ones(len(samples)))])])


def newest(store, *names):
    return store.newest_ms(np.array([number(store, name) for name in names], np.int64)).tolist()


@pytest.fixture
def reads(monkeypatch):
    read = []
    original = BlockCache.read
    monkeypatch.setattr(BlockCache, "read", lambda self, ref: (read.append(ref), original(self, ref))[1])
    return read


def test_the_newest_of_blocks_and_of_open_points_counts(home):
    store = home.open(out_of_order_seconds=1.0)
    write(store, [("alone", 500), ("a", 900), ("b", 900)])
    store._upkeep.seal_points()
    write(store, [("alone", 300), ("a", 950), ("b", 850)])
    store = home.reopened(store, out_of_order_seconds=1.0)
    assert newest(store, "alone", "a", "b", "none") == [500, 950, 900, BEFORE_ALL]
    store.close()


def test_points_older_than_sealed_ones_are_late_after_a_restart(home):
    store = home.open()
    write(store, [("a", 900), ("b", 700)])
    store._upkeep.seal_points()
    store = home.reopened(store)
    write(store, [("a", 899), ("a", 901), ("b", 700), ("c", 1)])
    assert (store.counters.too_old, store.counters.appended) == (2, 2)
    store.close()


def test_blocks_are_read_only_where_they_may_tell_and_once(sqlite_home, reads):
    store = sqlite_home.open(out_of_order_seconds=1.0)
    for first in (100, 200):
        write(store, [(name, at) for name, times in (("a", (0, 1)), ("b", (0, 1))) for at in times])
        write(store, [("c", first), ("d", first + 5)])
        store._upkeep.seal_points()
    store = sqlite_home.reopened(store)
    reads.clear()
    assert [newest(store, "a", "b", "c", "d") for _ in range(2)] == [[1, 1, 200, 205]] * 2
    assert [(ref.start_ms, ref.end_ms) for ref in reads] == [(200, 205)]
    store.close()


def test_an_import_is_looked_up_anew(sqlite_home):
    store = sqlite_home.open()
    write(store, [("a", 900)])
    assert newest(store, "a") == [900]
    with store.importing() as add:
        add([Column(number(store, "a"), np.array([950, 960]), np.ones(2))])
    assert newest(store, "a") == [960]
    store.drop_before(2000)
    assert newest(store, "a") == [BEFORE_ALL]
    store.close()
