"""Finds hot keys by counting reads in two rotating windows."""

from collections import Counter


class HotKeys:
    """A key is hot when it was read ``threshold`` times in the current and the previous window."""

    def __init__(self, window_seconds: float, threshold: int) -> None:
        self._window_seconds = window_seconds
        self._threshold = threshold
        self._window = 0
        self._current: Counter[str] = Counter()
        self._previous: Counter[str] = Counter()

    def touch(self, key: str, at: float) -> None:
        self._rotate(at)
        self._current[key] += 1

    def hot(self, count: int, at: float) -> list[str]:
        """At most so many hot keys, the hottest first."""
        self._rotate(at)
        return [key for key, reads in self._reads(count) if reads >= self._threshold]

    def hottest(self, count: int) -> list[str]:
        return [key for key, _ in self._reads(count)]

    def _reads(self, count: int) -> list[tuple[str, int]]:
        return (self._current + self._previous).most_common(count)

    def _rotate(self, at: float) -> None:
        window = int(at // self._window_seconds)
        if window != self._window:
            self._previous = self._current if window == self._window + 1 else Counter()
            self._current = Counter()
            self._window = window
