import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce_app.resilience.adaptive_limit import Adaptation, AdaptiveLimit

ADAPTATION = Adaptation(least=10, most=200, first=100, window_seconds=0.5, window_requests=2)


class Requests:
    """Windows of two requests each, half a second long."""

    def __init__(self):
        self.adaptive = AdaptiveLimit(ADAPTATION)
        self.at = 0.0

    def windows(self, count, seconds, in_flight=None):
        """The limits after each window in which so many were in flight (None: as many as may be)."""
        limits = []
        for _ in range(count):
            for _ in range(2):
                self.at += 0.5
                self.adaptive.observe(seconds, in_flight or self.adaptive.limit, self.at)
            limits.append(self.adaptive.limit)
        return limits


@given(st.lists(st.tuples(st.floats(0, 1e4), st.integers(0, 10_000), st.floats(0, 10))))
def test_the_limit_stays_within_its_bounds(requests):
    adaptive, at = AdaptiveLimit(ADAPTATION), 0.0
    for seconds, in_flight, later in requests:
        at += later
        adaptive.observe(seconds, in_flight, at)
        assert ADAPTATION.least <= adaptive.limit <= ADAPTATION.most


@given(st.floats(1e-4, 1), st.floats(3, 100))
def test_it_shrinks_while_requests_take_longer_than_usual_and_recovers_after(usual, factor):
    requests = Requests()
    before = requests.windows(20, usual)[-1]
    shrinking = requests.windows(20, usual * factor)
    assert shrinking == sorted(shrinking, reverse=True)
    assert shrinking[-1] < before / 2
    assert requests.windows(300, usual)[-1] >= before


@given(st.floats(1e-4, 1), st.floats(1, 1.4))
def test_a_little_slower_is_still_usual(usual, factor):
    requests = Requests()
    requests.windows(20, usual)
    growing = requests.windows(20, usual * factor)
    assert growing == sorted(growing)


@given(st.floats(1e-4, 1), st.floats(3, 100))
def test_requests_that_do_not_use_the_limit_say_nothing_of_it(usual, factor):
    requests = Requests()
    before = requests.windows(5, usual)[-1]
    assert requests.windows(50, usual * factor, in_flight=before // 2 - 1)[-1] == before


def test_an_overload_from_the_start_does_not_stay_normal():
    requests = Requests()
    requests.windows(50, 2.0)
    requests.windows(100, 0.01)
    assert requests.windows(40, 0.5)[-1] < requests.windows(100, 0.01)[-1]


def test_a_window_has_a_time_and_a_number():
    adaptive = AdaptiveLimit(Adaptation(first=100, window_seconds=1, window_requests=3))
    adaptive.observe(0.1, 100, at=0)
    adaptive.observe(0.1, 100, at=2)
    assert adaptive.limit == 100
    adaptive.observe(0.1, 100, at=2)
    assert adaptive.limit == 102


@pytest.mark.parametrize(("first", "limit"), [(1, 10), (50, 50), (999, 200)])
def test_it_begins_within_its_bounds(first, limit):
    assert AdaptiveLimit(Adaptation(least=10, most=200, first=first)).limit == limit
