"""Between which bounds the mean of another stretch of a series lies, if it goes on as it was."""

import math

import numpy as np

from postmortem.evidence import Floats
from postmortem.medians import median

LEAST_SAMPLES = 24  # of fewer nobody knows how much a mean varies
_BLOCKS = 6
_SHORTER = 3  # how much shorter the blocks are by which what long ones miss is estimated
# Standard errors on either side: 95 % of Student's t with the 1.5 × (blocks − 1) degrees of freedom of a
# variance from overlapping blocks (Meketon and Schmeiser 1984).
_ERRORS = 2.33


def predict_mean(times: Floats, values: Floats, seconds: float) -> tuple[float, float]:
    """The lower and the upper bound (95 %), in the values' unit; none that is finite of too few samples.

    times, values: shape (n,), in time order, of the stretch that is known. seconds: how long the other is.

    Neighbouring samples tell much the same, so the variance of a mean is taken from those of long blocks. It
    is what a circular block bootstrap tends to, without drawing: draws would differ between machines. What is
    predicted varies itself, so the shorter the other stretch, the wider its bounds.
    """
    size = len(values)
    if size < LEAST_SAMPLES:
        return -math.inf, math.inf
    mean, step = float(values.mean()), median(np.diff(times))
    others = max(seconds / step, 1.0)
    error = math.sqrt(_long_run_variance(values - mean) * (1 / size + 1 / others))
    return mean - _ERRORS * error, mean + _ERRORS * error


def _long_run_variance(values: Floats) -> float:
    """Of n values about 0, n times that of their mean: of blocks, and what they miss (Vats, Flegal 2022)."""
    length = len(values) // _BLOCKS
    long, short = (_block_variance(values, some) for some in (length, max(1, length // _SHORTER)))
    return max(long, 2 * long - short)


def _block_variance(values: Floats, length: int) -> float:
    size = len(values)
    ring = np.concatenate([[0.0], np.cumsum(np.concatenate([values, values[: length - 1]]))])
    sums = ring[length:] - ring[:-length]
    return float((sums**2).mean()) / length * size / (size - length)
