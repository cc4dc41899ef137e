import pytest

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
        if breaker.allows(at):
            breaker.record(at, failed=outcome == "x", seconds=0.1 if outcome == "s" else 0.001)
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
    assert not breaker.allows(4.9)
    assert breaker.allows(5)
    assert breaker.state is State.HALF_OPEN


def test_half_open_lets_only_the_trials_pass(breaker):
    record(breaker, "xxxx", at=0)
    assert [breaker.allows(5) for _ in range(4)] == [True, True, False, False]


def test_half_open_to_closed(breaker):
    record(breaker, "xxxx", at=0)
    assert record(breaker, "..", at=5) is State.CLOSED


@pytest.mark.parametrize("outcomes", ["x", ".x", "s"])
def test_half_open_to_open(breaker, outcomes):
    record(breaker, "xxxx", at=0)
    assert record(breaker, outcomes, at=5) is State.OPEN
    assert not breaker.allows(9.9)


def test_trials_that_never_come_back_do_not_shut_it_for_ever(breaker):
    record(breaker, "xxxx", at=0)
    assert breaker.allows(5)
    assert breaker.allows(5)
    assert breaker.allows(10)


def test_calls_that_end_after_it_opened_change_nothing(breaker):
    record(breaker, "xxxx", at=0)
    breaker.record(1, failed=False, seconds=0)
    assert breaker.state is State.OPEN
