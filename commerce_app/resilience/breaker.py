"""A circuit breaker by failure rate: the latest calls count, and of them those that failed or dawdled."""

from collections import deque
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True)
class Threshold:
    """Opens when ``rate`` of the latest ``window_calls`` were bad; tries again after ``open_seconds``.

    Calls older than ``window_seconds`` are forgotten, and fewer than ``calls`` prove nothing.
    """

    window_calls: int = 100
    window_seconds: float = 10.0
    calls: int = 20
    rate: float = 0.5
    slow_seconds: float = 0.1
    open_seconds: float = 5.0
    trials: int = 3


@dataclass(frozen=True)
class Permit:
    """Leave for one call, by the count of the breaker's changes: its end says nothing of a later state."""

    changes: int


class Breaker:
    """Ask for a permit before a call and ``record`` its end with it; both are given the time."""

    def __init__(self, threshold: Threshold) -> None:
        self._threshold = threshold
        self._calls: deque[tuple[float, bool]] = deque()
        self._failures = 0
        self._changed_at = 0.0
        self._changes = 0
        self._trials_begun = 0
        self._trials_passed = 0
        self.state = State.CLOSED

    def permit(self, at: float) -> Permit | None:
        """None when the call is not to be made; in half-open state only a few trials may pass."""
        if self.state is State.CLOSED:
            return Permit(self._changes)
        if at - self._changed_at >= self._threshold.open_seconds:
            # Also a half-open state whose trials never came back starts anew.
            self._change(State.HALF_OPEN, at)
        if self.state is State.OPEN or self._trials_begun >= self._threshold.trials:
            return None
        self._trials_begun += 1
        return Permit(self._changes)

    def retry_after_seconds(self, at: float) -> float:
        """Until an open breaker tries again; 0 when it is not open."""
        if self.state is not State.OPEN:
            return 0.0
        return max(0.0, self._changed_at + self._threshold.open_seconds - at)

    def reset(self, at: float) -> None:
        """Close it and forget: nobody asks it any more."""
        if self.state is not State.CLOSED:
            self._change(State.CLOSED, at)

    def record(self, permit: Permit, at: float, *, failed: bool, seconds: float) -> None:
        """Judge a call that has ended, unless the state it began in has ended before it."""
        if permit.changes != self._changes:
            return
        bad = failed or seconds >= self._threshold.slow_seconds
        if self.state is State.CLOSED:
            self._count(at, bad)
        elif self.state is State.HALF_OPEN:
            self._judge_trial(at, bad)

    def _count(self, at: float, bad: bool) -> None:
        self._calls.append((at, bad))
        self._failures += bad
        oldest = at - self._threshold.window_seconds
        while len(self._calls) > self._threshold.window_calls or self._calls[0][0] <= oldest:
            self._failures -= self._calls.popleft()[1]
        enough = len(self._calls) >= self._threshold.calls
        if enough and self._failures >= self._threshold.rate * len(self._calls):
            self._change(State.OPEN, at)

    def _judge_trial(self, at: float, bad: bool) -> None:
        self._trials_passed += not bad
        if bad:
            self._change(State.OPEN, at)
        elif self._trials_passed >= self._threshold.trials:
            self._change(State.CLOSED, at)

    def _change(self, state: State, at: float) -> None:
        self.state = state
        self._changed_at = at
        self._changes += 1
        self._calls.clear()
        self._failures = self._trials_begun = self._trials_passed = 0
