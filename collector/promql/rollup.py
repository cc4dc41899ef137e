"""Functions of range vectors that compare samples: rate, increase, delta, changes, resets and their kin."""

from collections.abc import Callable

import numpy as np

from collector.promql.sums import column_counts, sums_of
from collector.promql.value import Indices, Mask
from collector.promql.windows import Windows, within
from collector.series import Milliseconds, Values

Rollup = Callable[[Windows], tuple[Values, Mask]]


def rate(windows: Windows) -> tuple[Values, Mask]:
    """Increase per second, extrapolated to the whole window."""
    return _extrapolated(windows, counter=True, per_second=True)


def increase(windows: Windows) -> tuple[Values, Mask]:
    """How much each counter grew, extrapolated to the whole window."""
    return _extrapolated(windows, counter=True)


def delta(windows: Windows) -> tuple[Values, Mask]:
    """How much each gauge changed, extrapolated to the whole window."""
    return _extrapolated(windows, counter=False)


def irate(windows: Windows) -> tuple[Values, Mask]:
    """Increase per second between the last two samples."""
    last, previous = windows.column(windows.stop - 1), windows.column(windows.stop - 2)
    step = np.where(last < previous, last, last - previous)
    seconds = (_time(windows, windows.stop - 1) - _time(windows, windows.stop - 2)) / 1000
    return step / seconds, windows.held(2)


def idelta(windows: Windows) -> tuple[Values, Mask]:
    """Change between the last two samples."""
    return windows.column(windows.stop - 1) - windows.column(windows.stop - 2), windows.held(2)


def changes(windows: Windows) -> tuple[Values, Mask]:
    """How often the value changed; from NaN to NaN is no change."""
    before, after = windows.values[:, :-1], windows.values[:, 1:]
    return _adjacent(windows, (before != after) & ~(np.isnan(before) & np.isnan(after)))


def resets(windows: Windows) -> tuple[Values, Mask]:
    """How often the value fell."""
    return _adjacent(windows, windows.values[:, 1:] < windows.values[:, :-1])


def _adjacent(windows: Windows, flags: Mask) -> tuple[Values, Mask]:
    """How many neighbours within each window are flagged; pair i is the samples i and i + 1."""
    pairs = flags.shape[1]
    first = np.minimum(windows.first, pairs)
    stop = np.clip(windows.stop - 1, first, pairs)
    return column_counts(flags, first, stop), windows.held(1)


def _extrapolated(windows: Windows, *, counter: bool, per_second: bool = False) -> tuple[Values, Mask]:
    """The change over each window, stretched to the window's edges as Prometheus v3.0 does it.

    To the last bit, as a rank of histogram_quantile that falls on the edge of a bucket must fall on its side.
    """
    first = windows.column(windows.first)
    change = windows.column(windows.stop - 1) - first
    if counter:
        lost = _lost_in_resets(windows)
        change = change if lost is None else change + lost
    sampled, to_start, to_end = _gaps(windows)
    if counter:
        to_zero = np.where((change > 0) & (first >= 0), sampled * (first / change), np.inf)
        to_start = np.minimum(to_start, to_zero)
    factor = (sampled + to_start + to_end) / sampled
    if per_second:
        factor = factor / ((windows.ends - windows.starts) / 1000)
    return change * factor, windows.held(2)


def _gaps(windows: Windows) -> tuple[Values, Values, Values]:
    """Seconds, (t,) each: sampled, and to add towards the start and the end of the window.

    A gap counts in full while it is shorter than 1.1 × the mean spacing of samples, else as half of that.
    """
    oldest, newest = _time(windows, windows.first), _time(windows, windows.stop - 1)
    sampled = (newest - oldest) / 1000
    spacing = sampled / (windows.counts - 1)
    to_start, to_end = (oldest - windows.starts) / 1000, (windows.ends - newest) / 1000
    to_start = np.where(to_start >= spacing * 1.1, spacing / 2, to_start)
    to_end = np.where(to_end >= spacing * 1.1, spacing / 2, to_end)
    return sampled, to_start, to_end


def _lost_in_resets(windows: Windows) -> Values | None:
    """(s, t) what the counters had reached before the resets in each window; None where nothing was reset."""
    before, after = windows.values[:, :-1], windows.values[:, 1:]
    dropped = after < before
    omitted = windows.omitted
    if omitted is not None:
        dropped[:, omitted.places - 1] = False
        if omitted.lost.any():
            known = omitted.lost @ windows.holds_omitted()
            shown = _lost_in_pairs(windows, dropped)
            return known if shown is None else known + shown
    return _lost_in_pairs(windows, dropped)


def _lost_in_pairs(windows: Windows, dropped: Mask) -> Values | None:
    """(s, t) the sum of what stood before each drop; None where nothing dropped."""
    if not dropped.any():
        return None
    before = windows.values[:, :-1]
    reset = dropped.any(axis=1)
    pairs = dropped.shape[1]
    first = np.minimum(windows.first, pairs)
    stop = np.clip(windows.stop - 1, first, pairs)
    lost = np.zeros((len(windows.labels), len(first)))
    lost[reset] = sums_of(np.where(dropped[reset], before[reset], 0.0), first, stop)
    return lost


def _time(windows: Windows, indices: Indices) -> Milliseconds:
    if len(windows.times) == 0:
        return np.zeros(len(indices), dtype=np.int64)
    times: Milliseconds = windows.times[within(indices, len(windows.times))]
    return times
