import numpy as np
import pytest

from alerts.backtest.fetch import fetched
from alerts.errors import SpecError
from collector.labels import Labels, Matcher, MatchOp
from collector.series import Series

A, B = Labels({"__name__": "a"}), Labels({"__name__": "b"})


class Source:
    """A sample every 10 s; notes what was asked."""

    def __init__(self):
        self.asked = []

    def series(self, matchers, start, end):
        raise AssertionError("never asked")

    def raw(self, selector, start, end):
        self.asked.append((selector, start, end))
        times = np.arange(np.ceil(start / 10), np.floor(end / 10) + 1) * 10
        return [Series(labels, times, times) for labels in {"a": [A], "all": [A, B]}[selector] if len(times)]


def samples_of(store, name):
    (group,) = store.select([Matcher("__name__", MatchOp.EQUAL, name)], 0, 2**60)
    return group.times


def test_parts_make_one_history_without_holes_or_repeats():
    source = Source()
    store = fetched(source, ["a", "all"], 100.0, 200_000.0)
    for name in "ab":
        assert (np.diff(samples_of(store, name)) == 10_000).all()
        assert (samples_of(store, name)[0], samples_of(store, name)[-1]) == (100_000, 200_000_000)
    spans = [last - first for _, first, last in source.asked]
    assert spans[0] == 600
    assert max(spans) <= 86_400


def test_more_than_memory_should_hold_is_told():
    with pytest.raises(SpecError, match="expected at most 500 samples"):
        fetched(Source(), ["a"], 0.0, 100_000.0, most_samples=500)
