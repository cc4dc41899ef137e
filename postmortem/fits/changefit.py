"""When a change begins and when it is through: level, straight line, level, fitted to samples."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from postmortem.evidence import Floats
from postmortem.medians import median

LEAST_SAMPLES = 4
RAMP_GAIN = 6.0  # of log-likelihood: what a ramp must explain better than a step, for its second parameter
_MOST_PLACES = 16  # of begin and end tried at once; then once more, finer, around the best

_Indices = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Fit:
    """Indices of the first sample of the change and of the first at the new level; equal for a step.

    cost: the sum of distances, each between 0 and 2.
    """

    begins: int
    reached: int
    cost: float


def fit_change(times: Floats, values: Floats) -> Fit | None:
    """The change of a window, or None for fewer than four samples.

    times, values: shape (n,); the levels are the medians of the first and the last quarter. Distances count
    relative to the larger of sample and line, so that no outlier weighs more than two.
    """
    if len(times) < LEAST_SAMPLES:
        return None
    return _fit(np.ascontiguousarray(times).tobytes(), np.ascontiguousarray(values).tobytes())


@lru_cache(maxsize=2048)
def _fit(time_bytes: bytes, value_bytes: bytes) -> Fit:
    """Each window is fitted to find it, for its begin, for its end, and to verify both: once is enough."""
    times, values = np.frombuffer(time_bytes), np.frombuffer(value_bytes)
    size = len(times)
    quarter = max(2, size // 4)
    line = _Line(times, values, median(values[:quarter]), median(values[-quarter:]))
    step = line.best_step()
    every = np.arange(1, size)
    stride = -(-size // _MOST_PLACES)
    ramp = line.best_ramp(every[::stride], every[::stride])
    if stride > 1:
        near = (every[max(0, at - stride) : at + stride - 1] for at in (ramp.begins, ramp.reached))
        ramp = line.best_ramp(*near)
    return ramp if (step.cost - ramp.cost) * size > RAMP_GAIN * ramp.cost else step


class _Line:
    """All steps and ramps between two levels, and how far the samples are from each."""

    def __init__(self, times: Floats, values: Floats, before: float, after: float) -> None:
        self._times, self._values, self._before, self._after = times, values, before, after
        self._sizes = np.abs(values)
        self._nothing = 0.05 * max(abs(before), abs(after)) or 1.0  # as good as none
        none, whole = np.zeros(1), slice(None)
        left = self._distances(np.full_like(values, before), whole)
        right = self._distances(np.full_like(values, after), whole)
        # before each sample and after the last, to the one level; from each of them on, to the other
        self._left = np.concatenate([none, np.cumsum(left)])
        self._right = np.concatenate([np.cumsum(right[::-1])[::-1], none])

    def best_step(self) -> Fit:
        """Of all steps, the first of the nearest."""
        costs = self._left[1:-1] + self._right[1:-1]
        best = int(costs.argmin())
        return Fit(best + 1, best + 1, float(costs[best]))

    def best_ramp(self, begins: _Indices, ends: _Indices) -> Fit:
        """The nearest line that leaves just before one of ``begins`` and arrives at one of ``ends``.

        Both ascend; outside of them every line is at a level.
        """
        rows, columns = np.nonzero(begins[:, None] <= ends)
        first, last = begins[rows], ends[columns]
        inner = slice(int(begins[0]), int(ends[-1]))
        leaves, arrives = self._times[first - 1, None], self._times[last, None]
        line = self._times[inner] - leaves  # in place from here on: (pairs, samples) is large
        line /= arrives - leaves
        np.minimum(np.maximum(line, 0.0, out=line), 1.0, out=line)
        line *= self._after - self._before
        line += self._before
        cost = self._distances(line, inner).sum(axis=-1)
        cost += self._left[inner.start] + self._right[inner.stop]
        best = int(cost.argmin())
        return Fit(int(first[best]), int(last[best]), float(cost[best]))

    def _distances(self, line: Floats, samples: slice) -> Floats:
        """Relative to the larger of sample and line; takes the place of ``line``."""
        larger = np.abs(line)
        np.maximum(larger, self._sizes[samples], out=larger)
        larger += self._nothing
        line -= self._values[samples]
        np.abs(line, out=line)
        line /= larger
        return line
