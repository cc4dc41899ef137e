import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.charts.tenths import write_tenths

PLACES = st.floats(0.1, 9999.0) | st.integers(1, 19998).map(lambda n: n / 20)  # every second one a tie


@given(st.lists(PLACES))
def test_places_are_rounded_as_one_by_one(places):
    assert write_tenths(np.array(places)) == [f"{round(place, 1):g}" for place in places]


@pytest.mark.parametrize(("place", "text"), [(62.0, "62"), (62.45, "62.5"), (62.35, "62.4"), (0.25, "0.2")])
def test_a_tie_goes_where_the_decimals_of_the_float_say(place, text):
    assert write_tenths(np.array([place])) == [text]
