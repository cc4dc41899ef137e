import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce_app.resilience.pace import LONGEST_SECONDS, Pace, whole_seconds


@pytest.mark.parametrize(
    ("wait", "whole"), [(0, 1), (0.2, 1), (1, 1), (1.1, 2), (7, 7), (1e9, 60), (float("inf"), 60)]
)
def test_waits_are_rounded_up_within_bounds(wait, whole):
    assert whole_seconds(wait) == whole


def test_a_queue_takes_its_length_at_the_pace_of_what_passed():
    pace = Pace()
    pace.ended(0.5)
    assert pace.drain_seconds(ahead=72, at_once=8) == pytest.approx(4.5)


def test_before_anything_has_passed_nothing_is_known():
    assert Pace().drain_seconds(100, 1) == 0


@given(st.lists(st.floats(0, 1e6), min_size=1), st.integers(0, 10_000), st.integers(1, 1_000))
def test_the_mean_stays_among_what_was_seen(seconds, ahead, at_once):
    pace = Pace()
    for each in seconds:
        pace.ended(each)
    drain = pace.drain_seconds(ahead, at_once)
    share = ahead / at_once
    assert min(seconds) * share * (1 - 1e-9) <= drain <= max(seconds) * share * (1 + 1e-9)
    assert 1 <= whole_seconds(drain) <= LONGEST_SECONDS
