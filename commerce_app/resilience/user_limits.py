"""What one user may do how often: a sliding window, and a block after failures in a row."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from commerce_app.errors import RateLimitedError

USERS_LIMIT = 50_000


@dataclass(frozen=True)
class Allowance:
    """``count`` times in any ``window_seconds``; ``failures`` in a row block for ``block_seconds``."""

    what: str
    count: int
    window_seconds: float
    failures: int | None = None
    block_seconds: float = 0.0


@dataclass(slots=True)
class _Record:
    times: list[float] = field(default_factory=list)
    failures: int = 0
    blocked_until: float = 0.0


class UserLimits:
    """Remembers whoever came lately, ``users_limit`` at most; who has stayed away longest is forgotten first.

    now: seconds of a clock that nobody sets, or a user would wait for as long as it was ahead.
    """

    def __init__(
        self,
        allowance: Allowance,
        now: Callable[[], float] = time.monotonic,
        users_limit: int = USERS_LIMIT,
    ) -> None:
        self._allowance = allowance
        self._now = now
        self._users_limit = users_limit
        self._records: OrderedDict[int, _Record] = OrderedDict()

    def admit(self, user_id: int) -> None:
        """Count one more; raises RateLimitedError with the seconds to wait, and then counts nothing."""
        at = self._now()
        self._forget(at)
        record = self._record(user_id)
        if at < record.blocked_until:
            self._refuse(f"after {self._allowance.failures} failures in a row", record.blocked_until - at)
        record.times = [each for each in record.times if each > at - self._allowance.window_seconds]
        if len(record.times) >= self._allowance.count:
            free_at = record.times[0] + self._allowance.window_seconds
            self._refuse(f"{self._allowance.count} per {self._allowance.window_seconds:g} s", free_at - at)
        record.times.append(at)

    def succeeded(self, user_id: int) -> None:
        record = self._records.get(user_id)
        if record is not None:
            record.failures = 0

    def failed(self, user_id: int) -> None:
        record = self._record(user_id)
        record.failures += 1
        if record.failures == self._allowance.failures:
            record.failures = 0
            record.blocked_until = self._now() + self._allowance.block_seconds

    def _record(self, user_id: int) -> _Record:
        record = self._records.setdefault(user_id, _Record())
        self._records.move_to_end(user_id)
        if len(self._records) > self._users_limit:
            self._records.popitem(last=False)
        return record

    def _refuse(self, limit: str, wait_seconds: float) -> None:
        retry_after_seconds = max(1, math.ceil(wait_seconds))
        raise RateLimitedError(f"{self._allowance.what} is limited: {limit}", retry_after_seconds)

    def _forget(self, at: float) -> None:
        kept_seconds = max(self._allowance.window_seconds, self._allowance.block_seconds)
        while self._records:
            user_id, record = next(iter(self._records.items()))
            latest = record.times[-1] if record.times else record.blocked_until
            if latest > at - kept_seconds:
                return
            del self._records[user_id]
