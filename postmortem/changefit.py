"""When a change begins and when it is through: level, straight line, level, fitted to samples."""

from dataclasses import dataclass

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
    size = len(times)
    if size < LEAST_SAMPLES:
        return None
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
        pairs = np.stack(np.meshgrid(begins, ends, indexing="ij"), axis=-1).reshape(-1, 2)
        pairs = pairs[pairs[:, 0] <= pairs[:, 1]]
        leaves, arrives = self.times[pairs[:, :1] - 1], self.times[pairs[:, 1:]]
        way = np.clip((self.times - leaves) / (arrives - leaves), 0, 1)
        cost = self._distances(self.before + (self.after - self.before) * way).sum(axis=-1)
        best = int(cost.argmin())
        return Fit(int(pairs[best, 0]), int(pairs[best, 1]), float(cost[best]))

    def _distances(self, line: Floats) -> Floats:
        """Relative to the larger of sample and line; a twentieth of the larger level is as good as none."""
        floor = 0.05 * max(abs(self.before), abs(self.after)) or 1.0
        distances: Floats = np.abs(self.values - line) / (
            np.maximum(np.abs(self.values), np.abs(line)) + floor
        )
        return distances
