"""What a query may cost, and the running account of it."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from collector.errors import QueryError
from collector.promql.guard import QuerySize

CheckTime = Callable[[], None]
"""``Budget.check_time``, for what takes long and knows nothing else of the query."""


@dataclass(frozen=True)
class Limits:
    """Prometheus' defaults."""

    lookback_seconds: float = 300.0
    subquery_step_seconds: float = 60.0
    max_samples: int = 50_000_000
    max_points: int = 11_000
    timeout_seconds: float = 120.0
    size: QuerySize = field(default_factory=QuerySize)


class Budget:
    """Counts the samples a query holds and stops it at its limits. ``monotonic`` gives seconds.

    timeout_seconds: where a query has less than the limits give.
    """

    def __init__(
        self,
        limits: Limits,
        monotonic: Callable[[], float] = time.monotonic,
        timeout_seconds: float | None = None,
    ) -> None:
        self._max_samples = limits.max_samples
        self._monotonic = monotonic
        self._deadline = monotonic() + min(limits.timeout_seconds, timeout_seconds or math.inf)
        self._samples = 0

    @property
    def spent(self) -> int:
        return self._samples

    def spend(self, samples: int) -> None:
        self._samples += samples
        if self._samples > self._max_samples:
            raise QueryError(
                "query processing would load too many samples into memory in query execution",
                kind="execution",
            )

    def check_time(self) -> None:
        """Raises ``QueryError`` (timeout) when the query has no time left."""
        if self._monotonic() > self._deadline:
            raise QueryError("query timed out in expression evaluation", kind="timeout")
