import numpy as np
import pytest

from postmortem.reductions import Cut, Reduction, reduce_samples

RAMP = np.array([1.0, 1.0, 1.0, 5.0, 9.0, 10.0, 9.0, 5.0, 1.0, 1.0])
TIMES = np.arange(10.0) * 15


def cut(reduction, threshold=0.0, start=0.0, end=1000.0):
    return Cut(reduction, start, end, threshold)


@pytest.mark.parametrize(
    ("how", "value"),
    [
        (cut(Reduction.MEDIAN), 3.0),
        (cut(Reduction.HIGHEST), 10.0),
        (cut(Reduction.LOWEST, start=60, end=90), 9.0),
        (cut(Reduction.LAST), 1.0),
        (cut(Reduction.TIME_OF_HIGHEST), 75.0),
        (cut(Reduction.FIRST_ABOVE, 4.0), 45.0),
        (cut(Reduction.SETTLED_BELOW, 4.0), 120.0),
        (cut(Reduction.FIRST_BELOW, 4.0, start=60), 120.0),
        (cut(Reduction.SETTLED_ABOVE, 20.0), None),
        (cut(Reduction.MEDIAN, start=500), None),
    ],
)
def test_draws_figures_and_moments(how, value):
    assert reduce_samples(TIMES, RAMP, how) == value


def test_a_single_spike_is_no_crossing():
    values = np.array([1.0, 1.0, 50.0, 1.0, 1.0])
    assert reduce_samples(TIMES[:5], values, cut(Reduction.FIRST_ABOVE, 4.0)) is None


def test_a_late_relapse_moves_the_settling_behind_it():
    values = np.array([9.0, 9.0, 1.0, 1.0, 1.0, 9.0, 9.0, 1.0, 1.0, 1.0])
    assert reduce_samples(TIMES, values, cut(Reduction.SETTLED_BELOW, 4.0)) == 105.0
