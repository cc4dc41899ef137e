import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.labels import METRIC_NAME, Labels, Matcher, MatchOp
from collector.memory import MemoryStore

X1, X2, Y = (
    Labels({"__name__": "x", "i": "1"}),
    Labels({"__name__": "x", "i": "2"}),
    Labels({"__name__": "y"}),
)
EVERYTHING = [Matcher(METRIC_NAME, MatchOp.REGEX, ".+")]


def named(name):
    return [Matcher(METRIC_NAME, MatchOp.EQUAL, name)]


def test_series_on_one_clock_come_as_one_group():
    store = MemoryStore()
    for labels in (X1, X2):
        store.append_column(labels, np.array([0, 10, 20]), np.array([1.0, 2.0, 3.0]))
    store.append(Y, 5, 9.0)
    shared, other = store.select(EVERYTHING, 0, 100)
    assert (shared.labels, shared.times.tolist(), shared.values.shape) == ((X1, X2), [0, 10, 20], (2, 3))
    assert (other.labels, other.times.tolist()) == ((Y,), [5])


def test_the_interval_is_closed():
    store = MemoryStore()
    store.append_column(X1, np.array([0, 10, 20, 30]), np.arange(4.0))
    (group,) = store.select(named("x"), 10, 20)
    assert group.times.tolist() == [10, 20]
    assert store.select(named("x"), 31, 40) == []


@pytest.mark.parametrize(
    ("matcher", "count"),
    [
        (Matcher("i", MatchOp.EQUAL, "1"), 1),
        (Matcher("i", MatchOp.NOT_EQUAL, "1"), 2),
        (Matcher("i", MatchOp.REGEX, "1|2"), 2),
        (Matcher("i", MatchOp.EQUAL, ""), 1),
    ],
)
def test_matchers_select(matcher, count):
    store = MemoryStore()
    for labels in (X1, X2, Y):
        store.append(labels, 0, 1.0)
    assert sum(len(group.labels) for group in store.select([matcher], 0, 0)) == count


@settings(deadline=None, derandomize=True)
@given(
    st.lists(st.tuples(st.integers(0, 50), st.floats(allow_nan=False)), min_size=1, max_size=200),
    st.booleans(),
)
def test_any_order_of_appending_gives_rising_times_and_the_last_value_of_each(samples, at_once):
    store = MemoryStore()
    if at_once:
        store.append_column(X1, np.array([t for t, _ in samples]), np.array([v for _, v in samples]))
    else:
        for time_ms, value in samples:
            store.append(X1, time_ms, value)
    (group,) = store.select(named("x"), 0, 50)
    assert dict(zip(group.times.tolist(), group.values[0].tolist(), strict=True)) == dict(samples)
    assert (np.diff(group.times) > 0).all()


def test_what_was_selected_does_not_change_when_more_is_appended():
    store = MemoryStore()
    store.append(X1, 0, 1.0)
    (before,) = store.select(named("x"), 0, 100)
    for time_ms in range(1, 200):
        store.append(X1, time_ms, 2.0)
    store.append(X1, 0, 5.0)
    assert (before.times.tolist(), before.values.tolist()) == ([0], [[1.0]])


def test_rows_of_unequal_length_are_refused():
    with pytest.raises(ValueError, match="equally long"):
        MemoryStore().append_column(X1, np.array([0, 1]), np.array([1.0]))
