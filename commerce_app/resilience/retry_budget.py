"""A second try for reads, within a budget: when everything fails, retries must not multiply the load."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from commerce_app.metrics import Metrics
from commerce_app.switches import Switch, Switches

T = TypeVar("T")


class RetryBudget:
    """A token bucket: each request brings in a part of a retry, so that retries stay that part of requests.

    Source: Finagle's RetryBudget; Google, Site Reliability Engineering (2016), chapter 21, "Deciding to
    Retry". Empty at first and counted in whole tokens, so that of n requests never more than
    n / ``requests_a_retry`` are retried; no more than ``most`` retries are saved for bad times.
    """

    def __init__(self, requests_a_retry: int = 10, most: int = 10) -> None:
        self._price = requests_a_retry
        self._capacity = requests_a_retry * most
        self._tokens = 0

    def deposit(self) -> None:
        """A request was made."""
        self._tokens = min(self._capacity, self._tokens + 1)

    def withdraw(self) -> bool:
        """Whether one may be made again; then it is paid for."""
        if self._tokens < self._price:
            return False
        self._tokens -= self._price
        return True


class Retries:
    """Makes a read once more when its error may pass; only for what may be done twice."""

    def __init__(
        self,
        budget: RetryBudget,
        switches: Switches,
        metrics: Metrics,
        retryable: Callable[[Exception], bool],
    ) -> None:
        self._budget = budget
        self._switches = switches
        self._metrics = metrics
        self._retryable = retryable

    async def run(self, read: Callable[[], Awaitable[T]]) -> T:
        """The read's result, of the first or the second try; raises what the last one raised."""
        if not self._switches.on(Switch.RETRY_BUDGET):
            return await read()
        self._budget.deposit()
        try:
            return await read()
        except Exception as error:
            if not self._retryable(error):
                raise
            if not self._budget.withdraw():
                self._metrics.retry_budget_exhausted.inc()
                raise
        return await self._again(read)

    async def _again(self, read: Callable[[], Awaitable[T]]) -> T:
        outcome = "failed"
        try:
            result = await read()
            outcome = "ok"
        finally:
            self._metrics.retries.labels(outcome).inc()
        return result
