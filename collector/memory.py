"""Samples held in memory, for replays, cases on file and tests."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from collector.labels import METRIC_NAME, Labels, Matcher, MatchOp, matches_all
from collector.series import Milliseconds, SeriesGroup, Values

_FIRST_CAPACITY = 64
_REMEMBERED_SELECTORS = 1000


class _Column:
    """One series in arrays that grow by doubling; views handed out stay as they were."""

    def __init__(self) -> None:
        self._times: Milliseconds = np.empty(_FIRST_CAPACITY, dtype=np.int64)
        self._values: Values = np.empty(_FIRST_CAPACITY)
        self._count = 0

    @property
    def times(self) -> Milliseconds:
        return self._times[: self._count]

    @property
    def values(self) -> Values:
        return self._values[: self._count]

    def append(self, time_ms: int, value: float) -> None:
        if self._count and time_ms <= self._times[self._count - 1]:
            self._merge(np.array([time_ms], dtype=np.int64), np.array([value]))
            return
        if self._count == len(self._times):
            self._times = np.resize(self._times, 2 * self._count)
            self._values = np.resize(self._values, 2 * self._count)
        self._times[self._count] = time_ms
        self._values[self._count] = value
        self._count += 1

    def extend(self, times: Milliseconds, values: Values) -> None:
        if self._count == 0 and (np.diff(times) > 0).all():
            self._times, self._values, self._count = times, values, len(times)
        else:
            self._merge(times, values)

    def _merge(self, times: Milliseconds, values: Values) -> None:
        """Sorts by time; of two samples at one time the one given last wins."""
        times, values = np.concatenate([self.times, times]), np.concatenate([self.values, values])
        order = np.argsort(times, kind="stable")
        times, values = times[order], values[order]
        newest = np.append(np.diff(times) > 0, np.ones(min(1, len(times)), dtype=bool))
        self._times, self._values = times[newest], values[newest]
        self._count = len(self._times)


class MemoryStore:
    """A ``SampleSource`` that can be appended to. For one thread, or for many that only read."""

    def __init__(self) -> None:
        self._columns: dict[Labels, _Column] = {}
        self._by_metric: dict[str, list[Labels]] = defaultdict(list)
        self._matched: dict[tuple[Matcher, ...], list[Labels]] = {}

    def append(self, labels: Labels, time_ms: int, value: float) -> None:
        """Adds a sample; one at the same time is replaced."""
        self._column(labels).append(time_ms, value)

    def append_column(self, labels: Labels, times: Milliseconds, values: Values) -> None:
        """Adds many samples of one series at once. The store may keep the arrays: do not write to them."""
        times, values = np.asarray(times, dtype=np.int64), np.asarray(values, dtype=np.float64)
        if times.shape != values.shape or times.ndim != 1:
            raise ValueError(
                f"times and values must be two equally long rows, not {times.shape} and {values.shape}"
            )
        self._column(labels).extend(times, values)

    def labels(self) -> tuple[Labels, ...]:
        """Every series, in the order in which they came."""
        return tuple(self._columns)

    def span_ms(self) -> tuple[int, int] | None:
        """The times of the first and the last sample of any series; None without one."""
        columns = [column.times for column in self._columns.values() if len(column.times)]
        if not columns:
            return None
        return min(int(times[0]) for times in columns), max(int(times[-1]) for times in columns)

    def has_samples(self, start_ms: int, end_ms: int) -> bool:
        """Whether any series has one in the closed interval."""
        return any(True for _ in self._windows((), start_ms, end_ms))

    def select(
        self, matchers: Sequence[Matcher], start_ms: int, end_ms: int, cuts: Milliseconds | None = None
    ) -> list[SeriesGroup]:
        """As ``SampleSource`` has it; nothing is left out."""
        clocks: dict[tuple[int, int, int], list[_Rows]] = defaultdict(list)
        for labels, times, values in self._windows(matchers, start_ms, end_ms):
            alike = clocks[len(times), int(times[0]), int(times[-1])]
            for rows in alike:
                if rows.takes(labels, times, values):
                    break
            else:
                alike.append(_Rows(labels, times, values))
        return [rows.group() for alike in clocks.values() for rows in alike]

    def _column(self, labels: Labels) -> _Column:
        column = self._columns.get(labels)
        if column is None:
            column = self._columns[labels] = _Column()
            self._by_metric[labels.metric].append(labels)
            self._matched.clear()
        return column

    def _windows(
        self, matchers: Sequence[Matcher], start_ms: int, end_ms: int
    ) -> Iterator[tuple[Labels, Milliseconds, Values]]:
        for labels in self._matching(tuple(matchers)):
            column = self._columns[labels]
            first, stop = np.searchsorted(column.times, (start_ms, end_ms + 1))
            if stop > first:
                yield labels, column.times[first:stop], column.values[first:stop]

    def _matching(self, matchers: tuple[Matcher, ...]) -> list[Labels]:
        """Rules ask the same again and again, so what was found is kept until a series comes to it."""
        found = self._matched.get(matchers)
        if found is None:
            names = [m.value for m in matchers if m.name == METRIC_NAME and m.op is MatchOp.EQUAL]
            candidates = self._by_metric.get(names[0], []) if names else list(self._columns)
            found = [labels for labels in candidates if matches_all(matchers, labels)]
            if len(self._matched) < _REMEMBERED_SELECTORS:
                self._matched[matchers] = found
        return found


class _Rows:
    """Series found to share one clock."""

    def __init__(self, labels: Labels, times: Milliseconds, values: Values) -> None:
        self._labels = [labels]
        self._times = times
        self._values = [values]

    def takes(self, labels: Labels, times: Milliseconds, values: Values) -> bool:
        if not np.array_equal(times, self._times):
            return False
        self._labels.append(labels)
        self._values.append(values)
        return True

    def group(self) -> SeriesGroup:
        return SeriesGroup(tuple(self._labels), self._times, np.stack(self._values))
