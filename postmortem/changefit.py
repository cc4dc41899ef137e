"""When a change begins and when it is through: level, straight line, level, fitted to samples."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from postmortem.evidence import Floats

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
    line = _Line(times, values, float(np.median(values[:quarter])), float(np.median(values[-quarter:])))
    step = line.best_step()
    every = np.arange(1, size)
    stride = -(-size // _MOST_PLACES)
    ramp = line.best_ramp(every[::stride], every[::stride])
    if stride > 1:
        near = (every[max(0, at - stride) : at + stride - 1] for at in (ramp.begins, ramp.reached))
        ramp = line.best_ramp(*near)
    return ramp if (step.cost - ramp.cost) * size > RAMP_GAIN * ramp.cost else step


@dataclass(frozen=True)
class _Line:
    times: Floats
    values: Floats
    before: float
    after: float

    def best_step(self) -> Fit:
        """All of the steps: the sum before each sample to the one level, from it on to the other."""
        left = np.cumsum(self._distances(np.full_like(self.values, self.before)))[:-1]
        right = np.cumsum(self._distances(np.full_like(self.values, self.after))[::-1])[-2::-1]
        best = int((left + right).argmin())
        return Fit(best + 1, best + 1, float((left + right)[best]))

    def best_ramp(self, begins: _Indices, ends: _Indices) -> Fit:
        """The nearest line that leaves just before one of ``begins`` and arrives at one of ``ends``."""
        rows, columns = np.nonzero(begins[:, None] <= ends)
        first, last = begins[rows], ends[columns]
        leaves, arrives = self.times[first - 1, None], self.times[last, None]
        line = self.times - leaves  # in place from here on: (pairs, samples) is large
        line /= arrives - leaves
        np.minimum(np.maximum(line, 0.0, out=line), 1.0, out=line)
        line *= self.after - self.before
        line += self.before
        cost = self._distances(line).sum(axis=-1)
        best = int(cost.argmin())
        return Fit(int(first[best]), int(last[best]), float(cost[best]))

    def _distances(self, line: Floats) -> Floats:
        """Relative to the larger of sample and line; a twentieth of the larger level is as good as none.

        Takes the place of ``line``.
        """
        larger = np.abs(line)
        np.maximum(larger, np.abs(self.values), out=larger)
        larger += 0.05 * max(abs(self.before), abs(self.after)) or 1.0
        line -= self.values
        np.abs(line, out=line)
        line /= larger
        return line
