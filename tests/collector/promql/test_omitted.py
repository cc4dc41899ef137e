"""Functions that need no more of a window than its edges answer alike when a store leaves the rest out."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.embedded import EmbeddedQuerier
from collector.labels import Labels
from collector.memory import MemoryStore
from collector.series import STALE_NAN, Omitted

SERIES = [Labels({"__name__": "x_total", "n": str(n)}) for n in range(3)]


class Thrifty:
    """Leaves out all that it may."""

    def __init__(self, store):
        self._store = store
        self.omitted = 0

    def select(self, matchers, start_ms, end_ms, cuts=None):
        groups = self._store.select(matchers, start_ms, end_ms)
        return groups if cuts is None else [self._thinned(group, cuts) for group in groups]

    def _thinned(self, group, cuts):
        parts = np.searchsorted(cuts, group.times)  # samples between the same cuts have the same number
        whole = np.isfinite(group.values).all(axis=0)
        inner = np.zeros(len(parts), bool)
        inner[1:-1] = (parts[1:-1] == parts[:-2]) & (parts[1:-1] == parts[2:])
        inner[1:-1] &= whole[1:-1] & whole[:-2] & whole[2:]
        kept = np.flatnonzero(~inner)
        drops = np.where(group.values[:, 1:] < group.values[:, :-1], group.values[:, :-1], 0)
        places = np.flatnonzero(np.diff(kept) > 1) + 1
        lost = [drops[:, kept[place - 1] : kept[place]].sum(axis=1) for place in places]
        counts = np.diff(kept)[places - 1] - 1
        self.omitted += int(counts.sum())
        lost = np.stack(lost, axis=1) if lost else np.empty((len(group.labels), 0))
        omitted = Omitted(places, counts, lost) if len(places) else None
        return replace(group, times=group.times[kept], values=group.values[:, kept], omitted=omitted)


@st.composite
def stores(draw):
    gaps = draw(st.lists(st.integers(1, 40), min_size=3, max_size=60))
    times = np.cumsum(gaps) * 1000
    numbers = st.one_of(st.integers(0, 30), st.just(STALE_NAN))
    store = MemoryStore()
    for labels in SERIES:
        values = draw(st.lists(numbers, min_size=len(gaps), max_size=len(gaps)))
        store.append_column(labels, times, np.array(values, float))
    return store


@pytest.mark.parametrize(
    "function",
    [
        "rate",
        "increase",
        "delta",
        "count_over_time",
        "last_over_time",
        "present_over_time",
        "absent_over_time",
    ],
)
@settings(max_examples=60)
@given(store=stores(), range_seconds=st.integers(1, 900), step=st.integers(1, 900))
def test_what_is_left_out_changes_no_answer(function, store, range_seconds, step):
    query = f"{function}(x_total[{range_seconds}s])"
    thrifty = EmbeddedQuerier(Thrifty(store)).range(query, 0, 1200, step)
    for found, wanted in zip(thrifty, EmbeddedQuerier(store).range(query, 0, 1200, step), strict=True):
        assert (found.labels, found.times.tolist()) == (wanted.labels, wanted.times.tolist())
        assert found.values.tolist() == pytest.approx(wanted.values.tolist(), rel=1e-12)


def test_a_long_window_is_answered_from_its_edges():
    store = MemoryStore()
    store.append_column(SERIES[0], np.arange(1000) * 1000, np.arange(1000) % 100)
    thrifty = Thrifty(store)
    (found,) = EmbeddedQuerier(thrifty).instant("increase(x_total[900s])", 950)
    assert thrifty.omitted == 900 - 2
    assert found.value == EmbeddedQuerier(store).instant("increase(x_total[900s])", 950)[0].value


@pytest.mark.parametrize("function", ["sum_over_time", "max_over_time", "irate", "changes"])
def test_functions_that_look_inside_are_given_every_sample(function):
    store = MemoryStore()
    store.append_column(SERIES[0], np.arange(100) * 1000, np.arange(100) % 7)
    thrifty = Thrifty(store)
    EmbeddedQuerier(thrifty).instant(f"{function}(x_total[90s])", 95)
    assert thrifty.omitted == 0
