"""Medians of few samples, in a third of the time that numpy's take: a report needs thousands."""

import numpy as np

from postmortem.evidence import Floats


def median(values: Floats) -> float:
    """Of at least one sample, shape (n,), all finite; of an even number the mean of the two in the middle."""
    half = len(values) // 2
    if len(values) % 2:
        return float(np.partition(values, half)[half])
    parted = np.partition(values, (half - 1, half))
    return float((parted[half - 1] + parted[half]) / 2)


def upper_median(values: Floats) -> float:
    """Of an even number the upper one of the two in the middle."""
    half = len(values) // 2
    return float(np.partition(values, half)[half])


def median_of_three(values: Floats) -> Floats:
    """Each value replaced by the median of itself and its neighbours; the ends stay as they are."""
    if len(values) < 3:
        return values
    medians = values.copy()
    low, high = np.minimum(values[:-2], values[1:-1]), np.maximum(values[:-2], values[1:-1])
    np.maximum(low, np.minimum(high, values[2:]), out=medians[1:-1])
    return medians
