"""Of two samples of a series at one time the first written stays, whichever way they came and are kept."""

from contextlib import closing

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collector.embedded import EmbeddedQuerier
from collector.labels import METRIC_NAME, Labels, Matcher, MatchOp
from collector.store.batches import Batch, Points, Row
from collector.store.blocks import BlockCache
from collector.store.columns import Column
from collector.store.durable import SampleStore

ALL = [Matcher(METRIC_NAME, MatchOp.NOT_EQUAL, "")]
STREAMS = "ab"


def labels(number):
    return Labels({METRIC_NAME: "m", "i": str(number)})


class Written:
    """A store beside a plain dict of first samples; every value is another one."""

    def __init__(self, home):
        self._home = home
        self.store = home.open(out_of_order_seconds=1e6)
        self.first = {}
        self._clock = dict.fromkeys(STREAMS, 0)
        self._value = 0.0

    def _remember(self, number, at_ms):
        self._value += 1.0
        self.first.setdefault((number, at_ms), self._value)
        return self._value

    def _numbers(self, of_labels):
        return np.array([self.store.series_id(labels(number)) for number in of_labels], np.int64)

    def _row(self, stream, wait, held):
        at_ms = self._clock[stream] = self._clock[stream] + wait
        values = np.array([self._remember(number, at_ms) for number in held])
        return Row(stream, at_ms, self._numbers(held), values)

    def write(self, rows, points):
        """One commit; in it rows come before points."""
        made = [self._row(*row) for row in rows]
        values = np.array([self._remember(number, at_ms) for number, at_ms in points])
        times = np.array([at_ms for _, at_ms in points], np.int64)
        timed = Points(self._numbers(number for number, _ in points), times, values)
        self.store.write([Batch(made, [timed] if points else [])])

    def import_(self, parts):
        """parts: the times of each series, given one after another to one import."""
        with self.store.importing() as add:
            for columns in parts:
                add([self._column(number, sorted(times)) for number, times in columns.items()])

    def _column(self, number, times):
        values = np.array([self._remember(number, at_ms) for at_ms in times])
        return Column(self.store.series_id(labels(number)), np.array(times, np.int64), values)

    def cut_points(self):
        self.store._upkeep.seal_points()

    def cut_heads(self):
        for name, stream in self.store._state.streams.items():
            if len(stream.head.published.times):
                self.store._upkeep._seal_stream(name)

    def reopen(self):
        self.store = self._home.reopened(self.store, out_of_order_seconds=1e6)

    def held(self):
        return {
            (int(one["i"]), at_ms): value
            for group in self.store.select(ALL, -(2**60), 2**60)
            for one, row in zip(group.labels, group.values, strict=True)
            for at_ms, value in zip(group.times.tolist(), row.tolist(), strict=True)
        }


@pytest.fixture
def written(home):
    made = Written(home)
    yield made
    made.store.close()


_NUMBER, _TIME = st.integers(0, 3), st.integers(0, 12)
_ROW = st.tuples(st.sampled_from(STREAMS), st.integers(1, 3), st.sets(_NUMBER, min_size=1))
_POINT = st.tuples(_NUMBER, _TIME)
_COLUMNS = st.dictionaries(_NUMBER, st.sets(_TIME, min_size=1), min_size=1)
_STEP = st.one_of(
    st.tuples(st.just("write"), st.lists(_ROW, max_size=3), st.lists(_POINT, max_size=4)),
    st.tuples(st.just("import_"), st.lists(_COLUMNS, max_size=3)),
    st.sampled_from([("cut_points",), ("cut_heads",), ("reopen",)]),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_STEP, max_size=12))
def test_the_store_holds_what_a_dict_of_first_samples_would(new_home, steps):
    written = Written(new_home())
    with closing(written.store):
        for name, *arguments in steps:
            getattr(written, name)(*arguments)
            assert written.held() == written.first
        written.reopen()
        assert written.held() == written.first
        written.store.close()


ROW_AT_1 = ([("a", 1, [0])], [])
POINT_AT_1 = ([], [(0, 1)])


@pytest.mark.parametrize("cut", ["cut_points", "cut_heads"])
def test_what_was_scraped_stays_against_points_and_imports(written, cut):
    written.write(*ROW_AT_1)
    written.write(*POINT_AT_1)
    getattr(written, cut)()
    written.import_([{0: [1, 2]}])
    assert written.held() == {(0, 1): 1.0, (0, 2): 4.0}
    assert written.store.counters.duplicate == 1


def test_what_was_imported_stays_against_rows_and_points(written):
    written.import_([{0: [1]}])
    written.write(*ROW_AT_1)
    written.write(*POINT_AT_1)
    assert written.held() == {(0, 1): 1.0}
    assert written.store.counters.duplicate == 2


def test_of_two_streams_in_one_commit_the_first_stays(written):
    written.write([("a", 1, [0, 1]), ("b", 1, [1, 2])], [(2, 1), (3, 1)])
    assert written.held() == {(0, 1): 1.0, (1, 1): 2.0, (2, 1): 4.0, (3, 1): 6.0}


def test_of_two_parts_of_an_import_the_first_stays(written):
    written.import_([{0: [1, 2]}, {0: [2, 3], 1: [2, 3]}, {0: [1, 4]}])
    assert written.held() == written.first


def test_series_of_one_stream_are_looked_up_nowhere(sqlite_home, monkeypatch):
    written = Written(sqlite_home)
    with closing(written.store):
        written.write(*ROW_AT_1)
        written.import_([{1: [1]}])
        written.cut_heads()
        written.reopen()
        asked = []
        monkeypatch.setattr(BlockCache, "read", lambda _, ref: asked.append(ref))
        written.write([("a", 5, [0])], [(1, 5)])
        written.import_([{2: [1]}, {2: [2]}])
        assert asked == []
        written.store.close()


def test_a_series_that_comes_twice_in_a_row_counts_once(tmp_path):
    """Whatever else the head holds goes on being its own."""
    store = SampleStore(tmp_path)
    x, y, z = (store.series_id(Labels({"__name__": name})) for name in "xyz")
    store.write([Batch([Row("g", 1_000, np.array([x, y, x]), np.array([1.0, 2.0, 3.0]))])])
    store.write([Batch([Row("g", 2_000, np.array([x, y, z]), np.array([4.0, 5.0, 99.0]))])])
    for _ in range(2):
        values = {str(s.labels): s.value for s in EmbeddedQuerier(store).instant('{__name__=~"x|y|z"}', 2)}
        assert values == {"x": 4.0, "y": 5.0, "z": 99.0}
        assert [s.value for s in EmbeddedQuerier(store).instant("x", 1)] == [1.0]
        store.close()
        store = SampleStore(tmp_path)
    store.close()
