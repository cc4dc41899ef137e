"""How many requests in flight are enough, learnt from how long they take: queues show as latency."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Adaptation:
    """Bounds of the limit, and how it follows latency. ``baseline_windows``: the memory of what is normal."""

    least: int = 20
    most: int = 600
    first: int = 100
    tolerance: float = 1.5
    smoothing: float = 0.2
    window_seconds: float = 0.5
    window_requests: int = 10
    baseline_windows: int = 600


class AdaptiveLimit:
    """A limit that shrinks while requests take longer than usual, and grows again by its square root.

    Source: Gradient2Limit of Netflix' concurrency-limits, whose terms these are. Per window

        gradient = max(0.5, min(1, tolerance × baseline / mean of the window))
        limit    = (1 − smoothing) × limit + smoothing × (limit × gradient + √limit)

    The baseline is a slow exponential mean. It is pulled down by 5 % a window while it is over twice the
    window's mean, so that an overload does not pass for normal. A window in which less than half of the
    limit was used proves nothing and changes nothing.
    """

    def __init__(self, adaptation: Adaptation) -> None:
        self._adaptation = adaptation
        self._limit = float(min(max(adaptation.first, adaptation.least), adaptation.most))
        self._baseline_seconds: float | None = None
        self._began_at: float | None = None
        self._requests = 0
        self._seconds = 0.0
        self._most_in_flight = 0

    @property
    def limit(self) -> int:
        return int(self._limit)

    def observe(self, seconds: float, in_flight: int, at: float) -> None:
        """A request has ended after so long; ``in_flight`` counts it and those beside it."""
        if self._began_at is None:
            self._began_at = at
        self._requests += 1
        self._seconds += seconds
        self._most_in_flight = max(self._most_in_flight, in_flight)
        long_enough = at - self._began_at >= self._adaptation.window_seconds
        if long_enough and self._requests >= self._adaptation.window_requests:
            self._adapt(self._seconds / self._requests)
            self._began_at, self._requests, self._seconds, self._most_in_flight = at, 0, 0.0, 0

    def _adapt(self, mean_seconds: float) -> None:
        baseline_seconds = self._follow(mean_seconds)
        if self._most_in_flight < self._limit / 2 or mean_seconds <= 0:
            return
        wanted = self._adaptation.tolerance * baseline_seconds / mean_seconds
        gradient = max(0.5, min(1.0, wanted))
        target = self._limit * gradient + math.sqrt(self._limit)
        limit = self._limit + self._adaptation.smoothing * (target - self._limit)
        self._limit = min(max(limit, self._adaptation.least), self._adaptation.most)

    def _follow(self, mean_seconds: float) -> float:
        """The baseline with this window in it."""
        baseline_seconds = self._baseline_seconds
        if baseline_seconds is None:
            baseline_seconds = mean_seconds
        else:
            weight = 2 / (self._adaptation.baseline_windows + 1)
            baseline_seconds += weight * (mean_seconds - baseline_seconds)
        if baseline_seconds > 2 * mean_seconds:
            baseline_seconds *= 0.95
        self._baseline_seconds = baseline_seconds
        return baseline_seconds
