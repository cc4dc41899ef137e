"""Long windows answered from summaries of blocks equal those answered from every sample."""

import numpy as np
import pytest
import sqlalchemy as sa

from collector.embedded import EmbeddedQuerier
from collector.labels import METRIC_NAME, Labels
from collector.memory import MemoryStore
from collector.series import STALE_NAN
from collector.store import schema
from collector.store.batches import Batch, Points, Row
from collector.store.blocks import BlockCache
from collector.store.columns import Column
from collector.store.head import ROWS_PER_HEAD
from collector.store.summaries import SummaryCache

STEP_MS = 15_000
FUNCTIONS = ("increase", "rate", "delta", "count_over_time", "last_over_time")


class Both:
    """The same samples in the durable store and in memory."""

    def __init__(self, home):
        self.home = home
        self.store = home.open(out_of_order_seconds=1e9)
        self.memory = MemoryStore()

    def rows(self, first, count, values, stream="page"):
        """values: (series, count); NaN where a series is missing."""
        for begin in range(0, count, ROWS_PER_HEAD):
            some = range(begin, min(count, begin + ROWS_PER_HEAD))
            self.store.write([self._row(first + n, values[:, n], stream) for n in some])
            self.store.seal()

    def _row(self, number, values, stream):
        present = np.flatnonzero(~np.isnan(values) | is_marker(values))
        at_ms = number * STEP_MS + 1
        for i in present:
            self.memory.append(labels(i), at_ms, values[i])
        ids = np.array([self.store.series_id(labels(i)) for i in present], np.int64)
        return Batch([Row(stream, at_ms, ids, values[present])])

    def point(self, series, at_ms, value):
        ids = np.array([self.store.series_id(labels(series))], np.int64)
        self.store.write([Batch(points=[Points(ids, np.array([at_ms]), np.array([value]))])])
        self.memory.append(labels(series), at_ms, value)

    def column(self, series, times, values):
        with self.store.importing() as add:
            add([Column(self.store.series_id(labels(series)), times, values)])
        self.memory.append_column(labels(series), times, values)

    def check(self, last_row, windows=("10m", "3h", "9h", "30d")):
        for function in FUNCTIONS:
            for window in windows:
                query = f"{function}(x_total[{window}])"
                end = last_row * STEP_MS / 1000
                for start, step in ((end, 1), (end - 3600, 600)):
                    found = EmbeddedQuerier(self.store).range(query, start, end, step)
                    wanted = EmbeddedQuerier(self.memory).range(query, start, end, step)
                    assert flat(found) == pytest.approx(flat(wanted), rel=1e-12)
        return self

    def reopened(self):
        self.store = self.home.reopened(self.store, out_of_order_seconds=1e9)
        return self


def labels(number):
    return Labels({METRIC_NAME: "x_total", "i": str(number)})


def is_marker(values):
    return values.view(np.uint64) == np.float64(STALE_NAN).view(np.uint64)


def flat(answer):
    return {(s.labels, at): v for s in answer for at, v in zip(s.times, s.values, strict=True)}


def counters(seed, series, count, resets=0):
    rng = np.random.default_rng(seed)
    grown = np.cumsum(rng.integers(0, 9, (series, count)), axis=1).astype(float)
    for _ in range(resets):
        row, at = rng.integers(series), rng.integers(1, count)
        grown[row, at:] -= grown[row, at]
    return grown


@pytest.fixture
def both(home):
    made = Both(home)
    yield made
    made.store.close()


@pytest.fixture
def reads(monkeypatch):
    """Blocks that are unpacked, from when the list is emptied on."""
    read = []
    original = BlockCache.read
    monkeypatch.setattr(BlockCache, "read", lambda self, ref: (read.append(ref), original(self, ref))[1])
    return read


@pytest.fixture
def summaries_read(monkeypatch):
    """Numbers of blocks whose summaries are read."""
    read = []
    original = SummaryCache._on_file
    monkeypatch.setattr(
        SummaryCache, "_on_file", lambda self, numbers: (read.extend(numbers), original(self, numbers))[1]
    )
    return read


SPAN = 5 * ROWS_PER_HEAD + 50


@pytest.mark.parametrize("resets", [0, 12])
def test_windows_over_blocks_and_the_head(both, resets):
    both.rows(0, SPAN, counters(resets, 3, SPAN, resets))
    both.check(SPAN).reopened().check(SPAN)


def test_series_that_come_go_and_go_stale(both):
    values = counters(5, 4, SPAN, 6)
    values[0, :300] = np.nan
    values[1, 700:] = np.nan
    values[2, 500] = STALE_NAN
    values[3, 300:310] = np.nan
    both.rows(0, SPAN, values)
    both.check(SPAN)


def test_samples_that_came_late_lie_within_a_block_that_could_be_left_out(both):
    both.rows(0, SPAN, counters(6, 2, SPAN))
    both.point(1, 2 * ROWS_PER_HEAD * STEP_MS + 500, 3.0)
    both.check(SPAN)


def test_imported_columns_before_and_within_what_was_scraped(both):
    both.rows(SPAN, SPAN, counters(7, 3, SPAN, 5))
    both.column(0, np.arange(SPAN) * STEP_MS, counters(8, 1, SPAN, 2)[0])
    both.column(1, np.arange(100) * STEP_MS + SPAN * STEP_MS + 7, counters(9, 1, 100)[0])
    both.check(2 * SPAN)


def test_blocks_that_come_later_are_added_to_what_is_known(both):
    values = counters(10, 2, 2 * SPAN, 9)
    both.rows(0, SPAN, values[:, :SPAN])
    both.check(SPAN)
    both.rows(SPAN, SPAN, values[:, SPAN:])
    both.check(2 * SPAN)


def test_what_retention_dropped_is_no_longer_counted(both):
    both.rows(0, SPAN, counters(11, 2, SPAN))
    before = EmbeddedQuerier(both.store).instant("count_over_time(x_total[30d])", SPAN * 15)
    both.store.drop_before(ROWS_PER_HEAD * STEP_MS)
    after = EmbeddedQuerier(both.store).instant("count_over_time(x_total[30d])", SPAN * 15)
    assert [a.value - b.value for a, b in zip(after, before, strict=True)] == [-ROWS_PER_HEAD] * 2


def test_a_long_window_unpacks_only_blocks_that_an_edge_is_in(both, reads):
    both.rows(0, SPAN, counters(12, 2, SPAN))
    reads.clear()
    EmbeddedQuerier(both.store).instant("increase(x_total[30d])", SPAN * 15)
    assert reads == []
    EmbeddedQuerier(both.store).instant("increase(x_total[4h])", SPAN * 15)
    assert len(reads) == 1
    EmbeddedQuerier(both.store).instant("sum_over_time(x_total[30d])", SPAN * 15)
    assert len(reads) == 1 + 5


def test_streams_of_the_same_series_keep_their_summaries_side_by_side(both, summaries_read):
    half = 2 * ROWS_PER_HEAD
    both.rows(0, half, counters(12, 2, half), stream="before")
    both.rows(half, half, counters(13, 2, half), stream="after")
    both.check(2 * half, windows=["30d"])
    assert sorted(summaries_read) == [1, 2, 3, 4]


def test_blocks_that_come_and_go_leave_the_summaries_of_others_known(both, summaries_read):
    values = counters(12, 2, SPAN)
    both.rows(0, 3 * ROWS_PER_HEAD, values)
    both.check(3 * ROWS_PER_HEAD, windows=["30d"])
    both.store.drop_before(ROWS_PER_HEAD * STEP_MS)
    EmbeddedQuerier(both.store).instant("increase(x_total[30d])", SPAN * 15)
    both.rows(3 * ROWS_PER_HEAD, ROWS_PER_HEAD, values)
    EmbeddedQuerier(both.store).instant("increase(x_total[30d])", SPAN * 15)
    assert summaries_read == [1, 2, 3, 4]
    assert len(both.store._state._summaries._kept) == 1


@pytest.mark.parametrize("data", [b"", b"damaged", None])
def test_without_a_sound_summary_the_block_is_read(both, reads, data):
    both.rows(0, SPAN, counters(13, 2, SPAN))
    with both.store._engine.begin() as connection:
        connection.execute(sa.update(schema.blocks).where(schema.blocks.c.id == 2).values(summary=data))
    both.reopened()
    reads.clear()
    both.check(SPAN, windows=["30d"])
    assert {ref.number for ref in reads} >= {2}


def test_many_series_are_cut_into_blocks_and_read_back_together(both, reads):
    both.rows(0, ROWS_PER_HEAD + 10, counters(14, 600, ROWS_PER_HEAD + 10))
    assert both.store.counters.cut_blocks == 3
    both.check(ROWS_PER_HEAD + 10, windows=["10m", "2h"])
    reads.clear()
    EmbeddedQuerier(both.store).instant('sum_over_time(x_total{i="300"}[1h])', ROWS_PER_HEAD * 15)
    assert len(reads) == 1


@pytest.mark.parametrize("great", [1e18, 1.7e308])
def test_a_great_value_of_long_ago_swallows_no_reset(both, great):
    values = np.tile(np.arange(37.0), (1, SPAN // 37 + 1))[:, :SPAN]
    values[0, [20, 60]] = great
    both.rows(0, SPAN, values)
    both.check(SPAN, windows=("3h",))


def test_a_block_is_not_taken_for_one_that_was_dropped(both):
    both.rows(0, ROWS_PER_HEAD, counters(12, 2, ROWS_PER_HEAD))
    EmbeddedQuerier(both.store).instant("max_over_time(x_total[59m])", ROWS_PER_HEAD * STEP_MS / 1000)
    both.store.drop_before(2**60)
    both.memory = MemoryStore()
    both.rows(SPAN, ROWS_PER_HEAD, counters(13, 3, ROWS_PER_HEAD))
    query, at = "max_over_time(x_total[59m])", (SPAN + ROWS_PER_HEAD) * STEP_MS / 1000
    found, wanted = (EmbeddedQuerier(source).instant(query, at) for source in (both.store, both.memory))
    assert len(found) == 3
    assert found == wanted
