"""Where moments fall among the times of samples."""

import numpy as np

from collector.promql.value import Indices
from collector.series import Milliseconds

_FEW = 64


def places_after(times: Milliseconds, moments: Milliseconds) -> Indices:
    """(t,) How many of the sorted times (n,) are at or before each moment (t,).

    Times of one distance, as those of rules and of most scrapes, are counted by division, in less than half
    of a search's time.
    """
    if len(moments) > _FEW and (distance := _distance(times)):
        counts: Indices = (moments - (times[0] - distance)) // distance
        return np.minimum(np.maximum(counts, 0, out=counts), len(times), out=counts)
    return times.searchsorted(moments, "right")


def _distance(times: Milliseconds) -> int:
    """That from each time to the next, where it is always the same, and 0 where it is not."""
    if len(times) < _FEW:
        return 0
    distance = int(times[1] - times[0])
    if int(times[-1] - times[0]) != distance * (len(times) - 1):
        return 0
    return distance if (times[1:] - times[:-1] == distance).all() else 0
