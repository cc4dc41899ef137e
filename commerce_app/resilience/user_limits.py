"""What one user may do how often: a sliding window, and a block after failures in a row."""

import math
from collections import OrderedDict, deque
from dataclasses import dataclass, field

from commerce_app.errors import RateLimitedError


@dataclass(frozen=True)
class Allowance:
    """``count`` times in any ``window_seconds``; ``failures`` in a row block for ``block_seconds``."""

    what: str
    count: int
    window_seconds: float
    failures: int | None = None
    block_seconds: float = 0.0


@dataclass
class _Record:
    times: deque[float] = field(default_factory=deque)
    failures: int = 0
    blocked_until: float = 0.0


class UserLimits:
    """Remembers whoever came lately; the record that has been idle longest is dropped first."""

    def __init__(self, allowance: Allowance) -> None:
        self._allowance = allowance
        self._records: OrderedDict[int, _Record] = OrderedDict()

    def admit(self, user_id: int, at: float) -> None:
        """Count one more; raises RateLimitedError with the seconds to wait, and then counts nothing."""
        self._forget(at)
        record = self._records.setdefault(user_id, _Record())
        self._records.move_to_end(user_id)
        if at < record.blocked_until:
            self._refuse(f"after {self._allowance.failures} failures in a row", record.blocked_until - at)
        while record.times and record.times[0] <= at - self._allowance.window_seconds:
            record.times.popleft()
        if len(record.times) >= self._allowance.count:
            free_at = record.times[0] + self._allowance.window_seconds
            self._refuse(f"{self._allowance.count} per {self._allowance.window_seconds:g} s", free_at - at)
        record.times.append(at)

    def succeeded(self, user_id: int) -> None:
        record = self._records.get(user_id)
        if record is not None:
            record.failures = 0

    def failed(self, user_id: int, at: float) -> None:
        record = self._records.setdefault(user_id, _Record())
        record.failures += 1
        if record.failures == self._allowance.failures:
            record.failures = 0
            record.blocked_until = at + self._allowance.block_seconds

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
