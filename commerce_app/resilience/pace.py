"""How fast work passes a limit, and so when it is worth coming back."""

import math

LONGEST_SECONDS = 60
WEIGHT = 0.1


def whole_seconds(wait_seconds: float) -> int:
    """For Retry-After: rounded up, at least 1, at most a minute past which nobody knows."""
    return max(1, math.ceil(min(wait_seconds, LONGEST_SECONDS)))


class Pace:
    """The mean time that one piece of work holds its slot, the latest weighing most (EWMA)."""

    def __init__(self) -> None:
        self._mean_seconds: float | None = None

    def ended(self, seconds: float) -> None:
        if self._mean_seconds is None:
            self._mean_seconds = seconds
        else:
            self._mean_seconds += WEIGHT * (seconds - self._mean_seconds)

    def drain_seconds(self, ahead: int, at_once: int) -> float:
        """Until ``ahead`` pieces have passed, ``at_once`` side by side (Little's law); 0 before any has."""
        return (self._mean_seconds or 0.0) * ahead / max(1, at_once)
