from hypothesis import given
from hypothesis import strategies as st

from commerce_app.resilience.rate_limit import MICROSECONDS, LocalRates, Scope, Verdict
from commerce_app.resilience.rate_profiles import RouteLimits, RouteRate, UserRate

WIDE = RouteRate(per_second=1000, burst=100_000)


def seconds(value):
    return round(value * MICROSECONDS)


def test_a_route_carries_its_burst_and_then_its_rate():
    rates, limits = LocalRates(), RouteLimits(RouteRate(per_second=2, burst=3))
    verdicts = [rates.admit("/a", None, limits, seconds(at)) for at in (0, 0, 0, 0, 0.5, 0.5)]
    assert verdicts == [Verdict()] * 3 + [
        Verdict(Scope.ROUTE, seconds(0.5)),
        Verdict(),
        Verdict(Scope.ROUTE, seconds(0.5)),
    ]


def test_a_user_has_his_count_in_any_window():
    rates, limits = LocalRates(), RouteLimits(WIDE, UserRate(3, 60))
    verdicts = [rates.admit("/a", 1, limits, seconds(at)) for at in (0, 30, 50, 55, 60)]
    assert verdicts == [Verdict()] * 3 + [Verdict(Scope.USER, seconds(5)), Verdict()]


def test_users_and_routes_do_not_share_rates():
    rates, limits = LocalRates(), RouteLimits(WIDE, UserRate(1, 60))
    asked = [("/a", 1), ("/a", 2), ("/b", 1)]
    assert [rates.admit(route, user, limits, 0) for route, user in asked] == [Verdict()] * 3


def test_what_the_user_is_refused_does_not_count_against_the_route():
    rates, limits = LocalRates(), RouteLimits(RouteRate(1, 2), UserRate(1, 60))
    assert rates.admit("/a", 1, limits, 0) == Verdict()
    assert rates.admit("/a", 1, limits, 0).refused_by is Scope.USER
    assert rates.admit("/a", 2, limits, 0) == Verdict()


def test_what_the_route_is_refused_does_not_count_against_the_user():
    rates, limits = LocalRates(), RouteLimits(RouteRate(1, 1), UserRate(2, 60))
    assert rates.admit("/a", 1, limits, 0) == Verdict()
    assert rates.admit("/a", 1, limits, 0).refused_by is Scope.ROUTE
    assert rates.admit("/a", 1, limits, seconds(1)) == Verdict()


def test_users_who_stayed_away_longest_are_forgotten():
    rates, limits = LocalRates(users_limit=2), RouteLimits(WIDE, UserRate(1, 60))
    for user in (1, 2, 3):
        rates.admit("/a", user, limits, 0)
    assert rates.admit("/a", 3, limits, 0).refused_by is Scope.USER
    assert rates.admit("/a", 1, limits, 0) == Verdict()


STEPS = st.lists(st.tuples(st.integers(0, seconds(2)), st.integers(1, 3)), max_size=200)


@given(STEPS, st.integers(1, 50), st.integers(1, 20), st.integers(1, 5), st.integers(1, 10))
def test_no_window_ever_holds_more_than_the_rates_allow(steps, per_second, burst, count, window_seconds):
    rates = LocalRates()
    limits = RouteLimits(RouteRate(per_second, burst), UserRate(count, window_seconds))
    at, admitted = 0, []
    for later, user in steps:
        at += later
        if rates.admit("/a", user, limits, at) == Verdict():
            admitted.append((at, user))
    for first, (began, user) in enumerate(admitted):
        own = [ended for ended, other in admitted[first:] if other == user]
        assert sum(ended < began + seconds(window_seconds) for ended in own) <= count
        for number, (ended, _) in enumerate(admitted[first:], 1):
            assert number <= burst + (ended - began) / (MICROSECONDS // per_second)


@given(STEPS, st.integers(1, 50), st.integers(1, 20), st.integers(1, 5), st.integers(1, 10))
def test_whoever_waits_as_long_as_he_is_told_is_let_in(steps, per_second, burst, count, window_seconds):
    rates = LocalRates()
    limits = RouteLimits(RouteRate(per_second, burst), UserRate(count, window_seconds))
    at = 0
    for later, user in steps:
        at += later
        verdict = rates.admit("/a", user, limits, at)
        for _ in range(2):  # the route's wait over, the user's own may begin
            if verdict.refused_by is not None:
                assert verdict.wait_microseconds > 0
                at += verdict.wait_microseconds
                verdict = rates.admit("/a", user, limits, at)
        assert verdict == Verdict()
