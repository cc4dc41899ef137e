from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postmortem.lint.told import Told

RANGES = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3)), min_size=1, max_size=12)


@pytest.fixture(scope="module")
def figures_of(draft_of):
    """Figures that may be anything from a value to as much more."""
    some = draft_of("order p99 2 s").figures[0]
    return lambda ranges: [replace(some, low=low, high=low + more) for low, more in ranges]


@given(ranges=RANGES)
def test_they_are_those_that_a_look_at_each_finds(figures_of, ranges):
    figures = figures_of(ranges)
    told = Told(figures)
    for one in figures:
        assert told.count_agreeing(one) == sum(one.agrees(other) for other in figures)
        assert told.first_below(one.low) is next((f for f in figures if f.high < one.low), None)
        assert told.first_above(one.high) is next((f for f in figures if f.low > one.high), None)
