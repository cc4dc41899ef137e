import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce_app.metrics import Metrics
from commerce_app.resilience.retry_budget import Retries, RetryBudget
from commerce_app.switches import Switch, Switches


@given(st.lists(st.booleans()), st.integers(1, 20), st.integers(1, 20))
def test_retries_are_never_more_than_their_part_of_requests(withdrawals, requests_a_retry, most):
    """True: this request wants to be made again, and again until it may not."""
    budget, retried = RetryBudget(requests_a_retry, most), 0
    for requests, wanted in enumerate(withdrawals, 1):
        budget.deposit()
        while wanted and budget.withdraw():
            retried += 1
        assert retried <= requests / requests_a_retry


@given(st.integers(0, 1000), st.integers(1, 20), st.integers(1, 20))
def test_good_times_save_no_more_than_the_most(requests, requests_a_retry, most):
    budget = RetryBudget(requests_a_retry, most)
    for _ in range(requests):
        budget.deposit()
    assert sum(budget.withdraw() for _ in range(100)) == min(most, requests // requests_a_retry)


class Flaky:
    """Raises the errors in turn, then answers."""

    def __init__(self, *errors):
        self.errors = list(errors)
        self.calls = 0

    async def __call__(self):
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return "read"


@pytest.fixture
def metrics():
    return Metrics()


def retries(metrics, *switches, saved=1):
    budget = RetryBudget(requests_a_retry=10)
    for _ in range(10 * saved):
        budget.deposit()
    return Retries(budget, Switches(switches), metrics, lambda error: isinstance(error, ConnectionError))


async def test_what_may_pass_is_tried_again_once(metrics):
    read = Flaky(ConnectionError("reset"))
    assert await retries(metrics, Switch.RETRY_BUDGET).run(read) == "read"
    assert (read.calls, metrics.retries.labels("ok")._value.get()) == (2, 1)


async def test_the_second_failure_is_the_answer(metrics):
    read = Flaky(ConnectionError("first"), ConnectionError("second"))
    with pytest.raises(ConnectionError, match="second"):
        await retries(metrics, Switch.RETRY_BUDGET, saved=5).run(read)
    assert (read.calls, metrics.retries.labels("failed")._value.get()) == (2, 1)


@pytest.mark.parametrize("error", [TimeoutError("slow"), ValueError("bug")])
async def test_what_does_not_pass_is_not_tried_again(metrics, error):
    read = Flaky(error)
    with pytest.raises(type(error)):
        await retries(metrics, Switch.RETRY_BUDGET).run(read)
    assert read.calls == 1


async def test_without_budget_it_is_not_tried_again_and_that_is_counted(metrics):
    read = Flaky(ConnectionError("reset"))
    with pytest.raises(ConnectionError):
        await retries(metrics, Switch.RETRY_BUDGET, saved=0).run(read)
    assert (read.calls, metrics.retry_budget_exhausted._value.get()) == (1, 1)


async def test_switched_off_nothing_is_tried_again(metrics):
    read = Flaky(ConnectionError("reset"))
    with pytest.raises(ConnectionError):
        await retries(metrics).run(read)
    assert read.calls == 1
