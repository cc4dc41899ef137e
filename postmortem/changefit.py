"""When a change begins and when it is through: level, straight line, level, fitted to samples."""

import numpy as np

from postmortem.evidence import Floats

_MOST_PLACES = 28  # of begin and end tried at once; then once more, finer, around the best


def fit_change(times: Floats, values: Floats) -> tuple[int, int] | None:
    """Indices of the first sample of the change and of the first at the new level; equal for a step.

    times, values: shape (n,); the levels are the medians of the first and the last quarter. Distances count
    relative to the larger of sample and line, so that no outlier weighs more than one. None for fewer than 4.
    """
    size = len(times)
    if size < 4:
        return None
    quarter = max(2, size // 4)
    before, after = float(np.median(values[:quarter])), float(np.median(values[-quarter:]))
    stride = max(1, -(-size // _MOST_PLACES))
    places = np.arange(1, size, stride)
    begin, end = _best(times, values, (before, after), places, places)
    if stride > 1:
        near = [np.arange(max(1, at - stride), min(size, at + stride + 1)) for at in (begin, end)]
        begin, end = _best(times, values, (before, after), *near)
    return begin, end


def _best(
    times: Floats,
    values: Floats,
    levels: tuple[float, float],
    begins: np.typing.NDArray[np.intp],
    ends: np.typing.NDArray[np.intp],
) -> tuple[int, int]:
    """The pair whose line lies nearest; it leaves at the sample before ``begin`` and arrives at ``end``."""
    pairs = np.stack(np.meshgrid(begins, ends, indexing="ij"), axis=-1).reshape(-1, 2)
    pairs = pairs[pairs[:, 0] <= pairs[:, 1]]
    leaves, arrives = times[pairs[:, 0] - 1], times[pairs[:, 1]]
    way = np.clip((times - leaves[:, None]) / (arrives - leaves)[:, None], 0, 1)
    line = levels[0] + (levels[1] - levels[0]) * way
    large = np.maximum(np.abs(values), np.abs(line))
    floor = 0.05 * max(abs(levels[0]), abs(levels[1])) or 1.0
    cost = (np.abs(values - line) / (large + floor)).sum(axis=1)
    begin, end = pairs[int(cost.argmin())]
    return int(begin), int(end)
