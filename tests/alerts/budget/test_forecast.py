import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.budget.forecast import HOUR, WEEK_HOURS, Traffic, exhausted_at, expected_traffic

AT = 1_756_861_500.0
NIGHT_THEN_DAY = np.tile([0.0] * 12 + [1000.0] * 12, 7)
UNIFORM = Traffic(np.full(WEEK_HOURS, 500.0), seasonal=False)


def hours(found):
    return (found - AT) / HOUR


def test_a_quiet_night_puts_off_the_end_that_the_same_traffic_spread_evenly_would_bring():
    """50 bad events are left, and a tenth fails: an hour of 500, or twelve idle hours and half a busy one."""
    seasonal = expected_traffic(NIGHT_THEN_DAY, 0.0)
    assert seasonal.seasonal
    assert seasonal.mean_per_hour == UNIFORM.mean_per_hour
    assert hours(exhausted_at(50, 0.1, UNIFORM, AT)) == pytest.approx(1)
    assert hours(exhausted_at(50, 0.1, seasonal, AT)) == pytest.approx(12.5)


def test_weeks_come_again_and_thirty_days_are_the_end():
    seasonal = expected_traffic(NIGHT_THEN_DAY, 0.0)
    assert hours(exhausted_at(84_000 * 0.1 + 50, 0.1, seasonal, AT)) == pytest.approx(WEEK_HOURS + 12.5)
    assert exhausted_at(500 * 0.1 * 24 * 30 + 1, 0.1, UNIFORM, AT) is None


@pytest.mark.parametrize(
    ("left", "ratio", "more", "said"),
    [
        (0, 0.1, {}, None),
        (-5, 0.1, {}, None),
        (50, 0.0, {}, None),
        (50, 0.1, {"until": AT + HOUR / 2}, None),
        (50, 0.1, {"gain": 0.05, "gains_until": AT + 9 * HOUR}, 2),
        (50, 0.1, {"gain": 0.05, "gains_until": AT + HOUR}, 1.5),
        (50, 0.1, {"gain": 0.1, "gains_until": AT + 3 * HOUR}, 4),
        (75, 0.1, {"gain": 0.05, "gains_until": AT + 2.25 * HOUR}, 2.5),
        (75, 0.1, {"gain": 0.05, "gains_until": AT + 2.75 * HOUR}, 3),
    ],
    ids=[
        "spent",
        "overspent",
        "no-errors",
        "period-ends",
        "grows",
        "grows-then-not",
        "keeps-until-full",
        "grows-for-less-than-half-an-hour",
        "grows-for-more",
    ],
)
def test_when_uniform_traffic_spends_what_is_left(left, ratio, more, said):
    found = exhausted_at(left, ratio, UNIFORM, AT, **more)
    assert (found if found is None else hours(found)) == (said if said is None else pytest.approx(said))


def test_a_missing_hour_is_like_the_same_hour_of_other_days():
    week = NIGHT_THEN_DAY.copy()
    week[13] = np.nan
    assert expected_traffic(week, 0.0).per_hour.tolist() == NIGHT_THEN_DAY.tolist()


@pytest.mark.parametrize(
    ("known", "mean"), [([], 80.0), ([60.0, 20.0], 40.0)], ids=["nothing-recorded", "two-hours-recorded"]
)
def test_with_less_than_a_day_all_hours_are_alike(known, mean):
    traffic = expected_traffic([np.nan] * (WEEK_HOURS - len(known)) + known, 80.0)
    assert not traffic.seasonal
    assert set(traffic.per_hour) == {mean}


@settings(deadline=None, derandomize=True, max_examples=50)
@given(st.integers(0, 10_000), st.floats(1, 1e6))
def test_what_is_left_is_spent_by_then_and_not_before(seed, left):
    rng = np.random.default_rng(seed)
    traffic = expected_traffic(rng.exponential(1000, WEEK_HOURS) * (rng.random(WEEK_HOURS) < 0.5), 0.0)
    found = exhausted_at(left, 0.5, traffic, AT)
    spent = np.concatenate([[0.0], np.cumsum(np.resize(traffic.per_hour, 720)) * 0.5])
    if found is None:
        assert spent[-1] < left * (1 + 1e-9)
    else:
        assert np.interp(hours(found), np.arange(721), spent) == pytest.approx(left, rel=1e-4)
