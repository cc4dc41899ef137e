import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from collector.store.blocks import BlockRef
from collector.store.runs import Runs

_SERIES = st.lists(st.integers(0, 60), min_size=1, max_size=8, unique=True)


@given(st.lists(_SERIES, max_size=9), st.lists(st.integers(0, 60), max_size=8, unique=True))
def test_runs_are_found_by_the_series_that_they_hold(all_series, wanted):
    refs = [BlockRef(n, 0, 1, 2, np.array(ids), False) for n, ids in enumerate(all_series)]
    held = Runs(refs).holding(np.array(sorted(wanted), np.int64))
    found = {run.refs[0].number: run.series[rows].tolist() for run, rows in held}
    expected = {n: [i for i in ids if i in wanted] for n, ids in enumerate(all_series)}
    assert found == {n: ids for n, ids in expected.items() if ids}
