import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce_app.drill.onsets import Moments, course, misplaced

MOMENTS = Moments(normal_start=10, normal_end=30, fault_at=40, hurt_end=70, after_start=90, end=100)


def series(value_at) -> list[tuple[float, float]]:
    return [(float(at), value_at(at)) for at in range(0, 101, 5)]


def test_a_rise_has_before_peak_after_onset_and_recovery():
    found = course(series(lambda at: 10.0 if 45 < at < 80 else 2.0), MOMENTS, rises=True)
    assert (found.before, found.peak, found.after) == (2.0, 10.0, 2.0)
    assert (found.onset, found.recovery) == (50.0, 80.0)


def test_a_fall_is_measured_downwards():
    found = course(series(lambda at: 0.3 if 45 < at < 80 else 0.8), MOMENTS, rises=False)
    assert (found.before, found.peak, found.onset) == (0.8, 0.3, 50.0)


def test_onset_is_past_halfway_not_before():
    found = course(series(lambda at: min(max(at - 40, 0), 20)), MOMENTS, rises=True)
    assert found.onset == 55.0


def test_recovery_is_for_good():
    flapping = course(series(lambda at: 10.0 if at in {50, 75, 85} else 2.0), MOMENTS, rises=True)
    assert flapping.recovery == 90.0


def test_nan_is_no_sample():
    found = course(series(lambda at: math.nan if at < 60 else 5.0), MOMENTS, rises=True)
    assert (found.before, found.peak, found.onset) == (None, None, None)


@given(st.lists(st.floats(0, 100, allow_nan=False), min_size=21, max_size=21))
def test_the_peak_is_the_worst_between_fault_and_mitigation(values):
    points = [(float(5 * n), value) for n, value in enumerate(values)]
    found = course(points, MOMENTS, rises=True)
    assert found.peak == max(value for at, value in points if 40 <= at <= 70)


@pytest.mark.parametrize(
    ("times", "ordered"),
    [
        ([1, 2, 3], True),
        ([10, 4, 12], True),
        ([10, 3.9, 12], False),
        ([10, 20, 13, 11], False),
        ([1, None, 3], False),
    ],
)
def test_order_forgives_ties_and_nothing_else(times, ordered):
    named = {str(n): at for n, at in enumerate(times)}
    assert (not misplaced(named, 6 if times[0] == 10 else 0)) is ordered
