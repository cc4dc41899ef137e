"""Sums that lose no digits: running sums carry their rounding errors, so that a window is a difference.

After Ogita, Rump and Oishi, "Accurate sum and dot product" (2005), and Neumaier's compensated sum.
"""

import numpy as np

from collector.promql.value import Indices, Mask
from collector.promql.windows import Windows, take_columns
from collector.series import Values

_HUGE = 1e290
# A power of two, so that scaling is exact; it leaves room for 2**64 addends.
_SCALE = 2.0**-64


def window_sums(windows: Windows) -> Values:
    """(s, t) the sum of each window."""
    scale = _scale(windows.values)
    return (
        _sums(windows.values * scale if scale != 1 else windows.values, windows.first, windows.stop) / scale
    )


def window_means(windows: Windows) -> Values:
    """(s, t) the mean of each window, also where the sum would overflow."""
    scale = _scale(windows.values)
    values = windows.values * scale if scale != 1 else windows.values
    return _sums(values, windows.first, windows.stop) / windows.counts / scale


def sums_of(values: Values, first: Indices, stop: Indices) -> Values:
    """(s, t) sums of columns first[i] … stop[i]−1 of ``values`` (s, n)."""
    return _sums(values, first, stop)


def column_counts(flags: Mask, first: Indices, stop: Indices) -> Values:
    """(s, t) how many of the columns first[i] … stop[i]−1 are set."""
    running = np.zeros((flags.shape[0], flags.shape[1] + 1))
    np.cumsum(flags, axis=1, out=running[:, 1:])
    return take_columns(running, stop) - take_columns(running, first)


def compensated_add(total: Values, lost: Values, addend: Values) -> tuple[Values, Values]:
    """One step of the sum that Prometheus makes; the sum is ``total + lost``."""
    out = total + addend
    error = np.where(np.abs(total) >= np.abs(addend), (total - out) + addend, (addend - out) + total)
    return out, np.where(np.isinf(out), 0.0, lost + error)


def _scale(values: Values) -> float:
    finite = np.abs(values[np.isfinite(values)])
    return _SCALE if finite.size and finite.max() > _HUGE else 1.0


def _sums(values: Values, first: Indices, stop: Indices) -> Values:
    finite = np.isfinite(values)
    if finite.all():
        return _finite_sums(values, first, stop)
    sums = _finite_sums(np.where(finite, values, 0.0), first, stop)
    nans = column_counts(np.isnan(values), first, stop) > 0
    ups = column_counts(np.isposinf(values), first, stop) > 0
    downs = column_counts(np.isneginf(values), first, stop) > 0
    return np.select([nans | (ups & downs), ups, downs], [np.nan, np.inf, -np.inf], sums)


def _finite_sums(values: Values, first: Indices, stop: Indices) -> Values:
    series, samples = values.shape
    total = np.zeros((series, samples + 1))
    np.cumsum(values, axis=1, out=total[:, 1:])
    lost = np.zeros_like(total)
    np.cumsum(_rounding_error(total[:, :-1], values, total[:, 1:]), axis=1, out=lost[:, 1:])
    left, right = take_columns(total, first), take_columns(total, stop)
    difference = right - left
    correction = take_columns(lost, stop) - take_columns(lost, first)
    return difference + (correction + _rounding_error(right, -left, difference))


def _rounding_error(a: Values, b: Values, total: Values) -> Values:
    """What ``a + b`` lost when it was rounded to ``total`` (Knuth's TwoSum)."""
    b_kept = total - a
    return (a - (total - b_kept)) + (b - b_kept)
