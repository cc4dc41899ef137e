"""Whatever way samples came, and wherever they are kept, queries answer as from a plain list of them."""

import math
import random

import numpy as np
import pytest

from collector.embedded import EmbeddedQuerier
from collector.labels import Labels, Matcher, MatchOp
from collector.memory import MemoryStore
from collector.series import STALE_NAN
from collector.store import state
from collector.store.batches import Batch, Points, Row
from collector.store.columns import Column

STEP_MS = 15_000
BASE_MS = 1_000_000_000
QUERIES = (
    "rate(x_total[{window}])",
    "delta(x_total[{window}])",
    "sum by (g) (increase(x_total[{window}]))",
    "sum(rate(x_total[{window}] offset 5m)) / sum(rate(x_total[{window}]))",
    "count_over_time(x_total[{window}])",
    "last_over_time(x_total[{window}])",
    "max_over_time(x_total[{window}])",
    "resets(x_total[{window}])",
    "rate(x_total[{window}] @ end())",
    "max_over_time(rate(x_total[1m])[{window}:30s])",
    "sum by (t) (x_total)",
)
WINDOWS = ("1m", "17m", "1h", "6h")


@pytest.fixture(autouse=True)
def _as_with_many_streams(monkeypatch):
    """Only the streams that hold a series are asked for it, however few there are."""
    monkeypatch.setattr(state, "_FEW_STREAMS", 0)


class Shop:
    """The same samples in the store and in memory: targets off-phase, gaps, resets, markers, odd numbers."""

    def __init__(self, home, seed):
        self.random, self._rng = random.Random(seed), np.random.default_rng(seed)
        self._home = home
        self.store = home.open(out_of_order_seconds=1e9, cache_bytes=self.random.choice([20_000, 10_000_000]))
        self.memory = MemoryStore()
        self.rows = self.random.choice([50, 300, 900])
        self._phases = [self.random.randrange(STEP_MS) for _ in range(self.random.randint(1, 3))]
        self._series = [(t, i) for t in range(len(self._phases)) for i in range(self.random.randint(1, 5))]
        self._scrape()
        self.random.choice([self._write_late, self._import_history, self._reopen])()

    def _scrape(self):
        values = {series: self._values() for series in self._series}
        at_once = self.random.choice([1, 7, 50]) if self.rows < 100 else 50
        for begin in range(0, self.rows, at_once):
            some = range(begin, min(self.rows, begin + at_once))
            rows = [self._row(target, n, values) for n in some for target in range(len(self._phases))]
            self.store.write([Batch([row for row in rows if len(row.series)])])
            self.store.seal()

    def _row(self, target, n, values):
        at_ms = BASE_MS + n * STEP_MS + self._phases[target]
        found = {(t, i): values[t, i][n] for t, i in self._series if t == target}
        kept = {series: value for series, value in found.items() if value is not None}
        for series, value in kept.items():
            self.memory.append(labels(*series), at_ms, value)
        ids = np.array([self.store.series_id(labels(*series)) for series in kept], np.int64)
        return Row(f"target {target}", at_ms, ids, np.array(list(kept.values()), np.float64))

    def _values(self):
        grown = np.cumsum(self._rng.integers(0, 5, self.rows)) + self.random.choice([0.0, 1e6])
        for at in self._rng.integers(1, self.rows, self.random.choice([0, 0, 3])):
            grown[at:] -= grown[at]
        for odd in self.random.choice([(), (), (), (np.nan, np.inf), (STALE_NAN,)]):
            grown[self._rng.integers(0, self.rows, 3)] = odd
        gap = self.random.choice([range(0), range(0), range(self.rows // 3, self.rows // 2)])
        return [None if n in gap else value for n, value in enumerate(grown)]

    def _write_late(self):
        for _ in range(20):
            target, i = self.random.choice(self._series)
            row = self.random.randrange(self.rows)
            at_ms = BASE_MS + row * STEP_MS + self._phases[target] + self.random.choice([0, 1, 7_000])
            points = Points(*map(np.array, ([self.store.series_id(labels(target, i))], [at_ms], [3.5])))
            self.store.write([Batch(points=[points])])
            self._remember(labels(target, i), np.array([at_ms]), np.array([3.5]))

    def _import_history(self):
        columns = []
        for target, i in self._series:
            last = BASE_MS + self.random.choice([0, 20]) * STEP_MS + self._phases[target]
            times = last - np.arange(self.random.choice([30, 2000]), 0, -1) * STEP_MS
            values = np.cumsum(self._rng.integers(0, 5, len(times))).astype(float)
            columns.append(Column(self.store.series_id(labels(target, i)), times, values))
            self._remember(labels(target, i), times, values)
        with self.store.importing() as add:
            add(columns)

    def _remember(self, series, times, values):
        """Memory replaces what it has at a time, the store does not."""
        known = [Matcher(name, MatchOp.EQUAL, value) for name, value in series.pairs]
        held = [group.times for group in self.memory.select(known, -(2**60), 2**60)]
        fresh = ~np.isin(times, np.concatenate(held)) if held else slice(None)
        self.memory.append_column(series, times[fresh], values[fresh])

    def _reopen(self):
        self.store = self._home.reopened(self.store, out_of_order_seconds=1e9)


def labels(target, i):
    return Labels({"__name__": "x_total", "t": str(target), "i": str(i), "g": str(i % 3)})


def flat(answer):
    return {(s.labels, at): v for s in answer for at, v in zip(s.times, s.values, strict=True)}


def same(found, wanted):
    return math.isclose(found, wanted, rel_tol=1e-12) or (math.isnan(found) and math.isnan(wanted))


@pytest.mark.parametrize("seed", range(12))
def test_the_store_answers_as_memory_does(home, seed):
    shop = Shop(home, seed)
    for query in QUERIES:
        asked = query.format(window=shop.random.choice(WINDOWS))
        end = (BASE_MS + shop.random.randrange(shop.rows * STEP_MS)) / 1000
        step, points = shop.random.choice([15, 7.5, 300]), shop.random.choice([0, 1, 200])
        for _ in range(2):  # at the second time from what the first has joined and remembered
            found, wanted = (
                flat(EmbeddedQuerier(source).range(asked, end - points * step, end, step))
                for source in (shop.store, shop.memory)
            )
            assert found.keys() == wanted.keys(), asked
            assert all(same(found[key], wanted[key]) for key in wanted), asked
    shop.store.close()
