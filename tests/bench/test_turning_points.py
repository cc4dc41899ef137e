import numpy as np
import pytest

from tests.bench.turning_points import judge
from tests.bench.turning_points_series import SHAPES, Labelled, labelled

TRUTH = Labelled("step", np.arange(10.0), np.ones(10), ((600.0, 600.0),), ((1000.0, 2000.0),))


@pytest.mark.parametrize(
    ("found", "hits", "false"),
    [
        ([600.0], 1, 0),
        ([540.0], 1, 0),
        ([720.0], 1, 0),
        ([539.0], 0, 1),
        ([721.0], 0, 1),
        ([600.0, 615.0], 1, 1),
        ([1500.0], 0, 0),
        ([], 0, 0),
    ],
)
def test_a_change_is_hit_once_and_near(found, hits, false):
    tally = judge(TRUTH, np.array(found))
    assert (tally.hits, tally.false) == (hits, false)


@pytest.mark.parametrize("shape", SHAPES)
def test_series_are_the_same_each_time(shape):
    first, again = labelled(shape, 0.05, 7), labelled(shape, 0.05, 7)
    assert np.array_equal(first.values, again.values)
    assert first.changes == again.changes
    assert (first.values > 0).all()
    assert bool(first.changes) != shape.startswith("quiet")
