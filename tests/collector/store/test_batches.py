import numpy as np
import pytest

from collector.series import STALE_NAN, is_stale
from collector.store.batches import Points, Row
from collector.store.pieces import ABSENT, ABSENT_BITS

SERIES = np.arange(3)


@pytest.mark.parametrize(
    "make",
    [lambda values: Row("stream", 5, SERIES, values), lambda values: Points(SERIES, SERIES, values)],
    ids=["row", "points"],
)
def test_a_nan_with_the_bits_of_the_absent_marker_is_a_value(make):
    values = make(np.array([1.0, ABSENT, STALE_NAN])).values
    assert not (values.view(np.uint64) == ABSENT_BITS).any()
    assert (values[0], np.isnan(values[1]), is_stale(values).tolist()) == (1.0, True, [False, False, True])


def test_other_values_stay_the_array_they_are():
    values = np.array([1.0, np.nan, STALE_NAN])
    assert Row("stream", 5, SERIES, values).values is values
