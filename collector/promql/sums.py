"""Sums that lose no digits: running sums carry their rounding errors, so that a window is a difference.

After Ogita, Rump and Oishi, "Accurate sum and dot product" (2005), and Neumaier's compensated sum.
"""

import numpy as np

from collector.promql.groupsums import group_sums, rounding_error
from collector.promql.value import Indices, Mask
from collector.promql.windows import Windows, take_columns, within
from collector.series import Values

_HUGE = 1e290
_CACHED_CELLS = 64 * 1024
# Between the greatest and the least sample of a series, for running sums to keep all digits of any window.
_TAME_RANGE = 1e12
# A power of two, so that scaling is exact; it leaves room for 2**64 addends.
_SCALE = 2.0**-64


def window_sums(windows: Windows) -> Values:
    """(s, t) the sum of each window."""
    scale = _scale(windows.values)
    return sums_of(windows.values * scale, windows.first, windows.stop) / scale


def window_means(windows: Windows) -> Values:
    """(s, t) the mean of each window, also where the sum would overflow."""
    scale = _scale(windows.values)
    return sums_of(windows.values * scale, windows.first, windows.stop) / windows.counts / scale


def sums_of(values: Values, first: Indices, stop: Indices) -> Values:
    """(s, t) sums of columns first[i] … stop[i]−1 of ``values`` (s, n)."""
    finite = np.isfinite(values)
    if finite.all():
        return _finite_sums(values, first, stop)
    sums = _finite_sums(np.where(finite, values, 0.0), first, stop)
    nans = column_counts(np.isnan(values), first, stop) > 0
    ups = column_counts(np.isposinf(values), first, stop) > 0
    downs = column_counts(np.isneginf(values), first, stop) > 0
    return np.select([nans | (ups & downs), ups, downs], [np.nan, np.inf, -np.inf], sums)


def column_counts(flags: Mask, first: Indices, stop: Indices) -> Values:
    """(s, t) how many of the columns first[i] … stop[i]−1 are set."""
    running = np.zeros((flags.shape[0], flags.shape[1] + 1))
    np.cumsum(flags, axis=1, out=running[:, 1:])
    return take_columns(running, stop) - take_columns(running, first)


def _scale(values: Values) -> float:
    finite = np.abs(values[np.isfinite(values)])
    return _SCALE if finite.size and finite.max() > _HUGE else 1.0


def _finite_sums(values: Values, first: Indices, stop: Indices) -> Values:
    sums = _running_sums(values, first, stop)
    size = np.abs(values)
    wild = size.max(axis=1, initial=0.0) > _TAME_RANGE * size.min(axis=1, initial=np.inf, where=size > 0)
    if wild.any():
        sums[wild] = _separate_sums(values[wild], first, stop)
    return sums


def _running_sums(values: Values, first: Indices, stop: Indices) -> Values:
    """Differences of running sums: good to 32 digits of the greatest running sum, whatever the windows."""
    series, samples = values.shape
    total = np.zeros((series, samples + 1))
    np.cumsum(values, axis=1, out=total[:, 1:])
    lost = np.zeros_like(total)
    np.cumsum(rounding_error(total[:, :-1], values, total[:, 1:]), axis=1, out=lost[:, 1:])
    left, right = take_columns(total, first), take_columns(total, stop)
    difference = right - left
    correction = take_columns(lost, stop) - take_columns(lost, first)
    return difference + (correction + rounding_error(right, -left, difference))


def _separate_sums(values: Values, first: Indices, stop: Indices) -> Values:
    """Each window on its own, for series whose great samples would swallow later small ones."""
    sums = np.zeros((len(values), len(first)))
    widest = int((stop - first).max(initial=0))
    if widest == 0:
        return sums
    offsets = np.arange(widest)[:, None]
    at_once = max(1, _CACHED_CELLS // (len(values) * widest))
    for begin in range(0, len(first), at_once):
        chunk = slice(begin, begin + at_once)
        cells = values[:, within(first[chunk] + offsets, values.shape[1])]
        cells = np.where(offsets < (stop - first)[chunk], cells, 0.0)
        total, lost = group_sums(cells.transpose(1, 0, 2).reshape(widest, -1), np.array([widest]))
        sums[:, chunk] = (total + lost).reshape(len(values), -1)
    return sums
