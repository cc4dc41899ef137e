"""Counting by division answers what a search does."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.promql.places import places_after

EVEN = 1_000 + 15_000 * np.arange(200, dtype=np.int64)
ONE_LATE, ONE_MISSING = EVEN.copy(), np.delete(EVEN, 100)
ONE_LATE[100] += 1
SHIFTED_WITHIN = np.sort(np.concatenate([EVEN[:-2], EVEN[-1:], EVEN[50:51] + 1]))


@pytest.mark.parametrize("times", [EVEN, ONE_LATE, ONE_MISSING, SHIFTED_WITHIN, EVEN[:3], EVEN[:1], EVEN[:0]])
def test_as_a_search_of_each_edge(times: npt.NDArray[np.int64]) -> None:
    edges = np.concatenate([EVEN - 1, EVEN, EVEN + 1, [-5, 0, 10**12]])
    moments = np.sort(edges).astype(np.int64)

    assert places_after(times, moments).tolist() == times.searchsorted(moments, "right").tolist()


@given(
    start=st.integers(-(10**13), 10**13),
    distance=st.integers(1, 10**6),
    count=st.integers(0, 300),
    moments=st.lists(st.integers(-(10**13), 10**13), min_size=1, max_size=200),
    near=st.integers(-5, 305),
)
def test_as_a_search_of_any_even_times(
    start: int, distance: int, count: int, moments: list[int], near: int
) -> None:
    times = start + distance * np.arange(count, dtype=np.int64)
    sought = np.sort(np.array([*moments, *range(start + near * distance - 50, start + near * distance + 50)]))

    assert (places_after(times, sought) == times.searchsorted(sought, "right")).all()
