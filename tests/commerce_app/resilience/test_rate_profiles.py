import pytest

from commerce_app.instrument.routes import ROUTES
from commerce_app.resilience.rate_profiles import CLAIMS, ORDERS, PROFILES, Profile, UserRate


def test_every_profile_says_of_the_same_routes_what_they_carry():
    paths = {route.path for route in ROUTES}
    assert set(PROFILES) == set(Profile)
    assert {frozenset(limits) for limits in PROFILES.values()} == {frozenset(PROFILES[Profile.NORMAL])}
    assert set(PROFILES[Profile.NORMAL]) <= paths


@pytest.mark.parametrize("profile", Profile)
def test_the_policies_hold_in_every_profile(profile):
    assert PROFILES[profile][ORDERS].user == UserRate(1, 1)
    assert PROFILES[profile][CLAIMS].user == UserRate(3, 60)


def test_a_spike_allows_nobody_more():
    for path, normal in PROFILES[Profile.NORMAL].items():
        spike = PROFILES[Profile.SPIKE][path]
        assert spike.route.per_second <= normal.route.per_second
        assert spike.route.burst <= normal.route.burst
        if normal.user is not None:
            assert (
                spike.user.count / spike.user.window_seconds <= normal.user.count / normal.user.window_seconds
            )
