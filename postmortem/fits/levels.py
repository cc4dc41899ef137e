"""The level that samples keep, and how far they usually are from it."""

from dataclasses import dataclass

import numpy as np

from postmortem.evidence import Floats
from postmortem.medians import median

MAD_TO_SIGMA = 1.4826  # of normally distributed samples
LEAST_BASELINE = 3  # samples
MOST_BASELINE = 60  # samples: the level just before, not that of an hour ago


@dataclass(frozen=True)
class Level:
    """Both in the unit of the samples. noise: their scatter, which single outliers do not widen."""

    middle: float
    noise: float


def level_of(values: Floats) -> Level:
    """Of at least one sample, shape (n,)."""
    middle = median(values)
    return Level(middle, MAD_TO_SIGMA * median(np.abs(values - middle)))
