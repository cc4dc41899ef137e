import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.burnrate import (
    budget_spent,
    can_fire,
    detection_seconds,
    factor,
    firing_ratio,
    reset_seconds,
    silent_outage_seconds,
)
from alerts.policy import load_policy
from alerts.slo import Sli, SliKind, Slo

DAY = 86_400.0
TIERS = {tier.name: tier for tier in load_policy("default").tiers}
steady = settings(deadline=None, derandomize=True)


def slo(objective: float, period_seconds: float = 30 * DAY) -> Slo:
    return Slo("a", "b", objective, Sli(SliKind.AVAILABILITY, "bad", "total"), period_seconds)


@pytest.mark.parametrize(
    ("days", "factors"), [(30, [14.4, 6, 3, 1]), (28, [13.44, 5.6, 2.8, 0.9333])], ids=["30d", "28d"]
)
def test_factors_follow_from_the_budget_shares(days, factors):
    measured = [factor(tier, days * DAY) for tier in load_policy("workbook").tiers]
    assert measured == pytest.approx(factors, rel=1e-4)


@pytest.mark.parametrize(("name", "objective"), [("1h", 0.9305), ("6h", 0.8333), ("1d", 0.6666)])
def test_a_tier_cannot_fire_where_its_factor_exceeds_the_budget(name, objective):
    assert not can_fire(TIERS[name], slo(objective))
    assert can_fire(TIERS[name], slo(objective + 0.0002))


@steady
@given(objective=st.floats(0.9, 0.99999))
def test_no_objective_lets_a_deploy_of_thirty_seconds_fire_the_fast_tier(objective):
    outage = silent_outage_seconds(TIERS["fast"], slo(objective))
    assert outage is None or outage > 30


@steady
@given(
    objective=st.floats(0.95, 0.9999),
    error_ratio=st.floats(0.001, 1),
    name=st.sampled_from(["fast", "1h", "6h", "1d", "3d"]),
)
def test_both_windows_exceed_the_limit_at_the_detection_time(objective, error_ratio, name):
    at, limit = (
        detection_seconds(TIERS[name], slo(objective), error_ratio),
        firing_ratio(TIERS[name], slo(objective)),
    )
    if at is None:
        assert error_ratio <= limit
        return
    windows = TIERS[name].long_seconds, TIERS[name].short_seconds
    assert all(error_ratio * min(at, window) / window >= limit * (1 - 1e-9) for window in windows)
    assert budget_spent(slo(objective), error_ratio, at) > 0


def test_the_fast_tier_finds_half_the_requests_failing_in_little_more_than_a_minute():
    assert detection_seconds(TIERS["fast"], slo(0.99), 0.5) == pytest.approx(72)
    assert detection_seconds(TIERS["1h"], slo(0.99), 0.5) == pytest.approx(1036.8)


def test_resets_when_the_short_window_has_drained():
    assert reset_seconds(TIERS["1h"], slo(0.99), 1.0) == pytest.approx(300 * (1 - 0.144))
    assert reset_seconds(TIERS["1h"], slo(0.99), 0.1) is None
