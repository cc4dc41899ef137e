"""The points of a line that a chart shows, as arrays: picture, words and table are made of the same."""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np

from alerts.charts.model import Line
from collector.series import Values

_GAP_STEPS = 3.5


@dataclass(frozen=True, eq=False)
class Points:
    """times: Unix seconds, in order. values: NaN is a gap. Both of shape (n,)."""

    times: Values
    values: Values

    @classmethod
    def within(cls, line: Line, start: float, end: float) -> Self:
        """Those of the closed window."""
        times, values = np.asarray(line.times, np.float64), np.asarray(line.values, np.float64)
        inside = (times >= start) & (times <= end)
        return cls(times[inside], values[inside])

    def __len__(self) -> int:
        return len(self.times)

    def known(self) -> "Points":
        """Without gaps and infinities."""
        finite = np.isfinite(self.values)
        return Points(self.times[finite], self.values[finite])

    def value_at(self, time: float) -> float | None:
        """Of several at one time the last."""
        place = int(np.searchsorted(self.times, time, side="right")) - 1
        return float(self.values[place]) if place >= 0 and self.times[place] == time else None


def unbroken_runs(line: Line, start: float, end: float) -> list[Points]:
    """The points in the window, cut where a value is missing or the next one is far later than usual."""
    points = Points.within(line, start, end)
    longest = _GAP_STEPS * float(np.median(np.diff(points.times))) if len(points) > 1 else math.inf
    finite = np.flatnonzero(np.isfinite(points.values))
    times, values = points.times[finite], points.values[finite]
    cuts = np.flatnonzero((np.diff(finite) > 1) | (np.diff(times) > longest)) + 1
    runs = zip(np.split(times, cuts), np.split(values, cuts), strict=True)
    return [Points(*run) for run in runs if len(run[0])]
