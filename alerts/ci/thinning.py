"""Old samples of a case, but fewer: as many as leave no window empty that rules read so far back."""

import math
from collections.abc import Sequence

import numpy as np

from alerts.backtest.reach import Reach
from alerts.backtest.reads import LOOKBACK_SECONDS
from alerts.case_bounds import MOST_SAMPLES
from alerts.errors import SpecError
from collector.exporter import RawSource
from collector.labels import Labels
from collector.series import Series

FINE_SECONDS = 7 * 3600.0
LONGEST_STEP_SECONDS = LOOKBACK_SECONDS / 3
"""For rules that are not known yet: an instant selector, or a window of five minutes, finds three of them."""


def step_seconds(before: Reach, beyond_seconds: float = FINE_SECONDS) -> float:
    """How far apart samples older than ``beyond_seconds`` may be: a third of the shortest window on them."""
    thirds = [one.seconds / 3 for one in before.windows if one.age_seconds > beyond_seconds and one.seconds]
    return min([LONGEST_STEP_SECONDS, *thirds])


class Thinned:
    """A source of samples of which those before ``fine_from`` come once a step: the latest of each.

    Counters lose nothing by it but the moment of a change. ``raw`` raises SpecError beyond ``most_samples``.
    first: when the oldest sample is of that was handed out, Unix seconds.
    """

    def __init__(
        self,
        source: RawSource,
        fine_from: float,
        step_seconds: float = LONGEST_STEP_SECONDS,
        most_samples: int = MOST_SAMPLES,
    ) -> None:
        self._source = source
        self._fine_from = fine_from
        self._step_seconds = step_seconds
        self._most_samples = most_samples
        self._counted: set[tuple[Labels, float]] = set()
        self._count = 0
        self.first = math.inf

    @property
    def labels(self) -> set[Labels]:
        """Of the series that were handed out."""
        return {labels for labels, _ in self._counted}

    def series(self, matchers: Sequence[str], start: float, end: float) -> list[Labels]:
        return self._source.series(matchers, start, end)

    def raw(self, selector: str, start: float, end: float) -> list[Series]:
        found = self._source.raw(selector, start, end)
        if start < self._fine_from:
            found = [self._thinned(series) for series in found]
        for series in found:
            self._count_once(series, start)
        return found

    def _thinned(self, series: Series) -> Series:
        steps = np.floor(series.times / self._step_seconds)
        last = np.append(steps[1:] != steps[:-1], True)
        kept = last | (series.times >= self._fine_from)
        return Series(series.labels, series.times[kept], series.values[kept])

    def _count_once(self, series: Series, start: float) -> None:
        """Several selectors may find a series."""
        if (series.labels, start) not in self._counted:
            self._counted.add((series.labels, start))
            self.first = min(self.first, float(series.times[0])) if len(series.times) else self.first
            self._count += len(series.times)
        if self._count > self._most_samples:
            raise SpecError(
                f"expected at most {self._most_samples:,} samples of what the rules read, found more: "
                "a shorter --history, --from and --to closer, or fewer rules"
            )
