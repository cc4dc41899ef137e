from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce_app.resilience.breaker import Breaker, State, Threshold

THRESHOLD = Threshold(
    window_calls=10, window_seconds=10, calls=4, rate=0.5, slow_seconds=0.1, open_seconds=5, trials=2
)


@pytest.fixture
def breaker():
    return Breaker(THRESHOLD)


def record(breaker, outcomes, at=0.0):
    """One call for each letter: x failed, s was slow, . was fine."""
    for outcome in outcomes:
        if permit := breaker.permit(at):
            breaker.record(permit, at, failed=outcome == "x", seconds=0.1 if outcome == "s" else 0.001)
    return breaker.state


@pytest.mark.parametrize(
    ("outcomes", "state"),
    [
        ("xxx", State.CLOSED),
        ("xxxx", State.OPEN),
        ("ssss", State.OPEN),
        ("..xx", State.OPEN),
        ("...xx", State.CLOSED),
        ("." * 100 + "xxxx", State.CLOSED),
        ("." * 100 + "xxxxx", State.OPEN),
    ],
)
def test_closed_to_open(breaker, outcomes, state):
    assert record(breaker, outcomes) is state


def test_failures_that_are_old_do_not_count(breaker):
    record(breaker, "xxx", at=0)
    assert record(breaker, "...x", at=10) is State.CLOSED


def test_open_refuses_until_its_time_is_over(breaker):
    record(breaker, "xxxx", at=0)
    assert not breaker.permit(4.9)
    assert breaker.permit(5)
    assert breaker.state is State.HALF_OPEN


def test_half_open_lets_only_the_trials_pass(breaker):
    record(breaker, "xxxx", at=0)
    assert [breaker.permit(5) is not None for _ in range(4)] == [True, True, False, False]


def test_half_open_to_closed(breaker):
    record(breaker, "xxxx", at=0)
    assert record(breaker, "..", at=5) is State.CLOSED


@pytest.mark.parametrize("outcomes", ["x", ".x", "s"])
def test_half_open_to_open(breaker, outcomes):
    record(breaker, "xxxx", at=0)
    assert record(breaker, outcomes, at=5) is State.OPEN
    assert not breaker.permit(9.9)


def test_trials_that_never_come_back_do_not_shut_it_for_ever(breaker):
    record(breaker, "xxxx", at=0)
    assert breaker.permit(5)
    assert breaker.permit(5)
    assert breaker.permit(10)


def test_calls_that_end_after_it_opened_change_nothing(breaker):
    before = breaker.permit(0)
    record(breaker, "xxxx", at=0)
    breaker.record(before, 1, failed=False, seconds=0)
    assert breaker.state is State.OPEN


@pytest.mark.parametrize("failed", [True, False])
def test_calls_that_began_before_it_opened_are_no_trials(breaker, failed):
    before = [breaker.permit(0) for _ in range(2)]
    record(breaker, "xxxx", at=0)
    trial = breaker.permit(5)
    for permit in before:
        breaker.record(permit, 5.1, failed=failed, seconds=0)
    assert breaker.state is State.HALF_OPEN
    breaker.record(trial, 5.2, failed=False, seconds=0)
    assert record(breaker, ".", at=5.2) is State.CLOSED


def test_trials_that_come_back_after_it_began_anew_are_not_judged(breaker):
    record(breaker, "xxxx", at=0)
    late = breaker.permit(5)
    assert breaker.permit(10)
    breaker.record(late, 10.1, failed=True, seconds=5.1)
    assert breaker.state is State.HALF_OPEN


def test_failures_of_before_do_not_count_once_it_has_closed_again(breaker):
    before = [breaker.permit(0) for _ in range(4)]
    record(breaker, "xxxx", at=0)
    record(breaker, "..", at=5)
    for permit in before:
        breaker.record(permit, 6, failed=True, seconds=6)
    assert breaker.state is State.CLOSED


# Quarters of a second: sums of them are exact.
ENDINGS = st.lists(
    st.tuples(
        st.integers(0, 12).map(lambda quarters: quarters / 4), st.booleans(), st.booleans(), st.integers(0, 3)
    ),
    max_size=200,
)


@given(ENDINGS)
def test_whatever_happens_it_tries_a_few_at_most_and_never_stays_shut(endings):
    """(seconds later, another call asks, the oldest pending call fails, how many pending ones end)."""
    breaker, at, pending, trials = Breaker(THRESHOLD), 0.0, [], Counter()
    for later, asks, failed, ending in endings:
        at += later
        permit = breaker.permit(at) if asks else None
        if permit is not None:
            pending.append(permit)
            assert breaker.state is not State.OPEN
            trials[permit] += breaker.state is State.HALF_OPEN
            assert trials[permit] <= THRESHOLD.trials
        elif asks:
            assert breaker.state is not State.CLOSED
            assert 0 <= breaker.retry_after_seconds(at) <= THRESHOLD.open_seconds
        for _ in range(min(ending, len(pending))):
            breaker.record(pending.pop(0), at, failed=failed, seconds=0.001)
    assert breaker.permit(at + THRESHOLD.open_seconds) is not None


def test_an_open_one_says_when_it_tries_again(breaker):
    record(breaker, "xxxx", at=10)
    assert [breaker.retry_after_seconds(at) for at in (10, 12, 15, 99)] == [5, 3, 0, 0]


def test_reset_closes_it_and_forgets(breaker):
    record(breaker, "xxxx", at=0)
    breaker.reset(1)
    assert record(breaker, "xxx", at=1) is State.CLOSED
