"""Histories to run rules over: of a Prometheus API, of a folder of ours, of cases."""

from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np

from alerts.errors import SpecError
from collector.exporter import RawSource
from collector.labels import Labels
from collector.memory import MemoryStore
from collector.series import Milliseconds, Series, Values

_FIRST_WINDOW_SECONDS, _LONGEST_WINDOW_SECONDS = 600.0, 86_400.0
_SHORTEST_WINDOW_SECONDS = 60.0
_MANY, _FEW = 1_000_000, 250_000  # samples in an answer
MOST_SAMPLES = 200_000_000  # 16 bytes each

Progress = Callable[[float], None]
"""Is told how much of the work is done, 0–1."""


class _Gathered:
    def __init__(self, most_samples: int) -> None:
        self._most = most_samples
        self._count = 0
        self._parts: dict[Labels, list[tuple[Milliseconds, Values]]] = defaultdict(list)

    def add(self, series: Series) -> None:
        self._count += len(series.times)
        if self._count > self._most:
            raise SpecError(
                f"expected at most {self._most:,} samples of what the rules read, found more: "
                "choose --from and --to closer, or fewer files"
            )
        times_ms = np.rint(series.times * 1000).astype(np.int64)
        self._parts[series.labels].append((times_ms, series.values))

    def store(self) -> MemoryStore:
        store = MemoryStore()
        for labels in list(self._parts):
            times, values = zip(*self._parts.pop(labels), strict=True)
            store.append_column(labels, np.concatenate(times), np.concatenate(values))
        return store


def fetched(
    source: RawSource,
    selectors: Sequence[str],
    start: float,
    end: float,
    *,
    progress: Progress = lambda _share: None,
    most_samples: int = MOST_SAMPLES,
) -> MemoryStore:
    """All samples in the closed interval of the series that any selector matches, asked for in parts.

    A part is as long as leaves its answer a fair size, so that few series come in few requests.

    Raises:
        QueryError: where the source cannot be asked.
        SpecError: where there are more samples than memory should hold.
    """
    gathered, had = _Gathered(most_samples), set[Labels]()
    for number, selector in enumerate(selectors):
        found: set[Labels] = set()
        first, window = start, _FIRST_WINDOW_SECONDS
        while first <= end:
            last = min(first + window, end)
            answer = source.raw(selector, first, last)
            for series in answer:
                if series.labels not in had:
                    found.add(series.labels)
                    gathered.add(series)
            window = _next_window(window, sum(len(series.times) for series in answer))
            progress((number + (last - start) / max(end - start, 1.0)) / len(selectors))
            first = last + 0.001
        had |= found
    return gathered.store()


def _next_window(seconds: float, samples: int) -> float:
    if samples > _MANY:
        return max(seconds / 2, _SHORTEST_WINDOW_SECONDS)
    return min(seconds * 2, _LONGEST_WINDOW_SECONDS) if samples < _FEW else seconds
