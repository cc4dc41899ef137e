import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postmortem.turning_points.changes import find_changes

TIMES = np.arange(600.0) * 15
NUMBERS = np.arange(600)


def noisy(level, noise=0.1, seed=1):
    return level * np.random.default_rng(seed).lognormal(0, noise, len(level))


def begins(values, times=TIMES):
    return [change.begins for change in find_changes(times, values, 1e-6)]


def test_stairs_are_changes_of_their_own():
    assert begins(noisy(np.select([NUMBERS < 200, NUMBERS < 260], [1.0, 2.5], 6.0))) == [200, 260]


@pytest.mark.parametrize("length", [8, 20, 60])
def test_a_ramp_is_one_change(length):
    (change,) = find_changes(TIMES, noisy(np.interp(NUMBERS, [300, 300 + length], [1.0, 5.0]), 0.05), 1e-6)
    assert abs(change.begins - 300) <= 4
    assert abs(change.reached - 300 - length) <= 8


@pytest.mark.parametrize("hours", [1, 6, 24])
def test_a_tide_is_no_change(hours):
    assert begins(noisy(1 + 0.2 * np.sin(2 * np.pi * TIMES / 3600 / hours))) == []


def test_outliers_are_no_change():
    values = noisy(np.ones(600))
    values[50::60] *= 10
    values[51::120] *= 10
    assert begins(values) == []


def test_what_lasts_two_minutes_is_two_changes():
    assert begins(noisy(np.where((NUMBERS >= 300) & (NUMBERS < 308), 5.0, 1.0))) == [300, 308]


def test_a_gap_moves_no_change():
    kept = np.r_[0:250, 290:600]
    values = noisy(np.where(NUMBERS < 300, 1.0, 3.0))[kept]
    assert [TIMES[kept][at] for at in begins(values, TIMES[kept])] == [TIMES[300]]


def test_less_than_a_quarter_is_no_change():
    assert begins(noisy(np.where(NUMBERS < 300, 1.0, 1.2), 0.02)) == []


def test_changes_below_the_floor_do_not_matter():
    assert find_changes(TIMES, np.where(NUMBERS < 300, 0.0, 0.001), 0.005) == ()


@settings(max_examples=50)
@given(st.lists(st.floats(0, 1e3), min_size=0, max_size=80))
def test_changes_are_in_order_and_within_their_windows(values):
    changes = find_changes(TIMES[: len(values)], np.array(values), 0.01)
    assert all(0 <= c.first < c.begins <= c.reached <= c.last < len(values) for c in changes)
    assert [c.first for c in changes] == sorted(c.first for c in changes)
