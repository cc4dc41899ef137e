"""Functions of range vectors that compare samples: growth, of which rate is made, irate, changes, resets."""

import numpy as np

from collector.promql.extrapolation import Growth
from collector.promql.sums import column_counts, sums_of
from collector.promql.value import Indices, Mask
from collector.promql.windows import Windows, take_columns, within
from collector.series import Milliseconds, Omitted, Values


def growth(windows: Windows, *, counter: bool) -> Growth:
    """The change over each window, as far as its samples reach; of a counter, in spite of resets."""
    count = len(windows.times)
    first_at, last_at = within(windows.first, count), within(windows.stop - 1, count)
    first = take_columns(windows.values, first_at)
    change = take_columns(windows.values, last_at) - first
    least = first[:, 0]
    if counter:
        dropped = windows.values[:, 1:] < windows.values[:, :-1]
        falls = bool(dropped.any())
        if falls or windows.omitted is not None:
            change = _despite_resets(windows, change, dropped)
        if falls or not windows.finite:
            least = first.min(axis=1)
    oldest, newest = windows.times[first_at], windows.times[last_at]
    counts, starts, ends = windows.counts, windows.starts, windows.ends
    return Growth(windows.labels, first, change, least, oldest, newest, counts, starts, ends)


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
    """How many neighbours within each window are flagged, pair by pair."""
    first, stop = _pairs(windows)
    return column_counts(flags, first, stop), windows.held(1)


def _despite_resets(windows: Windows, change: Values, dropped: Mask) -> Values:
    """(s, t) the growth of each window, where a reset counts from 0; from ``change`` where nothing was reset.

    Growths are summed rather than what resets lost, which could swallow them; what was omitted has none.
    """
    if windows.omitted is not None:
        return change + _lost_in_resets(windows, windows.omitted, dropped)
    before, after = windows.values[:, :-1], windows.values[:, 1:]
    reset = dropped.any(axis=1)
    first, stop = _pairs(windows)
    finite = reset & np.isfinite(windows.values).all(axis=1)
    grown = change.copy()
    growths = np.where(dropped[finite], after[finite], after[finite] - before[finite])
    grown[finite] = sums_of(growths, first, stop)
    rest = reset & ~finite
    grown[rest] += sums_of(np.where(dropped[rest], before[rest], 0.0), first, stop)
    return grown


def _lost_in_resets(windows: Windows, omitted: Omitted, dropped: Mask) -> Values:
    """(s, t) what the counters had reached before the resets in each window, seen or omitted."""
    lost: Values = omitted.lost @ windows.holds_omitted()
    dropped[:, omitted.places - 1] = False
    if dropped.any():
        lost += sums_of(np.where(dropped, windows.values[:, :-1], 0.0), *_pairs(windows))
    return lost


def _pairs(windows: Windows) -> tuple[Indices, Indices]:
    """(t,) each, the neighbours within each window; pair i is the samples i and i + 1."""
    pairs = max(0, len(windows.times) - 1)
    first = np.minimum(windows.first, pairs)
    return first, np.clip(windows.stop - 1, first, pairs)


def _time(windows: Windows, indices: Indices) -> Milliseconds:
    if len(windows.times) == 0:
        return np.zeros(len(indices), dtype=np.int64)
    times: Milliseconds = windows.times[within(indices, len(windows.times))]
    return times
