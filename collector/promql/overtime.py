"""The ``*_over_time`` functions and the regressions: they look at every sample of a window."""

from collections.abc import Callable, Iterator

import numpy as np

from collector.promql.limits import CheckTime
from collector.promql.quantiles import quantile_of_rows
from collector.promql.sums import window_means, window_sums
from collector.promql.value import Mask
from collector.promql.windows import Windows, take_columns
from collector.series import Values

_CELLS_AT_ONCE = 256 * 1024


def sum_over_time(windows: Windows) -> tuple[Values, Mask]:
    """The sum of each window."""
    return window_sums(windows), windows.held(1)


def avg_over_time(windows: Windows) -> tuple[Values, Mask]:
    """The mean of each window."""
    return window_means(windows), windows.held(1)


def count_over_time(windows: Windows) -> tuple[Values, Mask]:
    """How many samples each window holds."""
    held = windows.held(1)
    return np.broadcast_to(windows.counts.astype(np.float64), held.shape), held


def present_over_time(windows: Windows) -> tuple[Values, Mask]:
    """1 for each window that holds a sample."""
    held = windows.held(1)
    return np.broadcast_to(1.0, held.shape), held


def last_over_time(windows: Windows) -> tuple[Values, Mask]:
    """The newest sample of each window."""
    return windows.column(windows.stop - 1), windows.held(1)


def min_over_time(windows: Windows) -> tuple[Values, Mask]:
    """The least number of each window; NaN only if there is no number."""
    return _extreme(windows, np.fmin), windows.held(1)


def max_over_time(windows: Windows) -> tuple[Values, Mask]:
    """The greatest number of each window; NaN only if there is no number."""
    return _extreme(windows, np.fmax), windows.held(1)


def stdvar_over_time(windows: Windows, *, check_time: CheckTime) -> tuple[Values, Mask]:
    """The population variance of each window."""
    return _windowed(windows, _variance, check_time), windows.held(1)


def stddev_over_time(windows: Windows, *, check_time: CheckTime) -> tuple[Values, Mask]:
    """The population standard deviation of each window."""
    return np.sqrt(_windowed(windows, _variance, check_time)), windows.held(1)


def mad_over_time(windows: Windows, *, check_time: CheckTime) -> tuple[Values, Mask]:
    """The median distance from the median of each window."""
    return _windowed(windows, _median_absolute_deviation, check_time), windows.held(1)


def quantile_over_time(windows: Windows, quantile: Values, *, check_time: CheckTime) -> tuple[Values, Mask]:
    """quantile: (t,) which quantile of the window is asked for at each step."""
    out = np.empty((len(windows.labels), len(windows.first)))
    for steps, cells, real in windows_in_chunks(windows, check_time):
        out[:, steps] = quantile_of_rows(quantile[steps], cells, real)
    return out, windows.held(1)


def _variance(cells: Values, real: Mask) -> Values:
    """Two passes over deviations from the first sample, so that equal samples vary by exactly 0."""
    count = real.sum(axis=-1)
    deviations = np.where(real, cells - cells[..., :1], 0.0)
    means = deviations.sum(axis=-1, keepdims=True) / count[..., None]
    squares: Values = np.where(real, (deviations - means) ** 2, 0.0).sum(axis=-1)
    variance: Values = squares / count
    return variance


def _median_absolute_deviation(cells: Values, real: Mask) -> Values:
    half = np.full(cells.shape[1], 0.5)
    medians = quantile_of_rows(half, cells, real)
    return quantile_of_rows(half, np.abs(cells - medians[..., None]), real)


def _windowed(windows: Windows, reduce: Callable[[Values, Mask], Values], check_time: CheckTime) -> Values:
    out = np.empty((len(windows.labels), len(windows.first)))
    for steps, cells, real in windows_in_chunks(windows, check_time):
        out[:, steps] = reduce(cells, real)
    return out


def windows_in_chunks(windows: Windows, check_time: CheckTime) -> Iterator[tuple[slice, Values, Mask]]:
    """Some steps at a time: their slice, samples (s, steps, widest window), (steps, widest) what is real.

    Every sample of every window is looked at, which may take far longer than a query has.
    """
    steps, series = len(windows.first), len(windows.labels)
    widest = max(int(windows.counts.max(initial=1)), 1)
    at_once = max(1, _CELLS_AT_ONCE // max(1, series * widest))
    for begin in range(0, steps, at_once):
        check_time()
        chunk = slice(begin, begin + at_once)
        counts = windows.counts[chunk]
        offsets = np.arange(max(int(counts.max(initial=1)), 1))
        real = offsets < counts[:, None]
        flat = (windows.first[chunk, None] + np.where(real, offsets, 0)).ravel()
        cells = windows.column(flat).reshape(series, len(counts), len(offsets))
        yield chunk, cells, real


def _extreme(windows: Windows, ufunc: np.ufunc) -> Values:
    """By looking at each sample of each window, or by a table where that is less work."""
    out = np.full((len(windows.labels), len(windows.first)), np.nan)
    filled = np.flatnonzero(windows.counts > 0)
    counts = windows.counts[filled]
    if counts.sum() <= len(windows.times) * np.log2(max(2, counts.max(initial=1))):
        edges = np.stack([windows.first[filled], windows.stop[filled]], axis=1).ravel()
        padded = np.pad(windows.values, ((0, 0), (0, 1)))
        if len(filled):
            out[:, filled] = ufunc.reduceat(padded, edges, axis=1)[:, ::2]
        return out
    return _extreme_by_table(windows, ufunc, out)


def _extreme_by_table(windows: Windows, ufunc: np.ufunc, out: Values) -> Values:
    """The extreme of 2, 4, 8 … samples from each on; two of them cover any window."""
    level_of_step = np.frexp(np.maximum(windows.counts, 1))[1] - 1
    table = windows.values
    for level in range(int(level_of_step.max(initial=0)) + 1):
        if level:
            half = 1 << (level - 1)
            table = ufunc(table[:, :-half], table[:, half:])
        steps = np.flatnonzero((level_of_step == level) & (windows.counts > 0))
        if len(steps):
            left = take_columns(table, windows.first[steps])
            out[:, steps] = ufunc(left, take_columns(table, windows.stop[steps] - (1 << level)))
    return out
