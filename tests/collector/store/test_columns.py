import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from collector.store.columns import OpenColumn

runs = st.lists(
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 9)), min_size=1, max_size=30), max_size=6
)


@given(runs)
def test_a_column_is_in_order_and_the_first_value_for_a_time_stays(given_runs):
    column, first = OpenColumn(3), {}
    for run in given_runs:
        times, values = zip(*run, strict=True)
        column.extend(np.array(times, np.int64), np.array(values, np.float64))
        for at, value in run:
            first.setdefault(at, value)
    held = zip(column.view.times.tolist(), column.view.values.tolist(), strict=True)
    assert list(held) == sorted(first.items())


def test_a_view_that_was_taken_stays_as_it_was():
    column = OpenColumn(3)
    column.extend(np.arange(10, 20), np.arange(10.0))
    view = column.view
    column.extend(np.arange(5, 40), np.zeros(35))
    assert (view.times.tolist(), view.values.tolist()) == (list(range(10, 20)), list(range(10)))
