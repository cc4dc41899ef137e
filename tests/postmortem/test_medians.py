import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from postmortem.medians import median, median_of_three, upper_median

SAMPLES = st.lists(st.floats(-1e100, 1e100), min_size=1, max_size=40).map(np.array)


@given(SAMPLES)
def test_a_median_is_numpys_to_the_last_bit(values):
    assert median(values) == np.median(values)


@pytest.mark.parametrize(
    ("values", "upper"), [([3.0, 1.0, 2.0], 2.0), ([4.0, 1.0, 3.0, 2.0], 3.0), ([7.0], 7.0)]
)
def test_the_upper_median_is_a_sample(values, upper):
    assert upper_median(np.array(values)) == upper


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40))
def test_median_of_three_stays_within_its_neighbours(values):
    array = np.array(values)
    smooth = median_of_three(array)
    assert len(smooth) == len(array)
    assert smooth.min() >= array.min()
    assert smooth.max() <= array.max()


@given(SAMPLES)
def test_inner_values_become_medians_and_the_samples_stay_as_they_were(values):
    before = values.copy()
    inner = [np.median(values[i - 1 : i + 2]) for i in range(1, len(values) - 1)]
    assert list(median_of_three(values))[1:-1] == inner
    assert (values == before).all()
