"""Functions of range vectors that compare samples: rate, increase, delta, changes, resets and their kin."""

from dataclasses import dataclass

import numpy as np

from collector.promql.sums import column_counts, sums_of
from collector.promql.value import Indices, Mask
from collector.promql.windows import Windows, within
from collector.series import Milliseconds, Omitted, Values

# More than what a bound of a few operations can be off by.
_ROUNDING = 1e-12


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
    """How many neighbours within each window are flagged, pair by pair."""
    first, stop = _pairs(windows)
    return column_counts(flags, first, stop), windows.held(1)


def _extrapolated(windows: Windows, *, counter: bool, per_second: bool = False) -> tuple[Values, Mask]:
    """The change over each window, stretched to the window's edges as Prometheus v3.0 does it.

    To the last bit, as a rank of histogram_quantile that falls on the edge of a bucket must fall on its side.
    """
    first = windows.column(windows.first)
    change = windows.column(windows.stop - 1) - first
    if counter:
        change = _despite_resets(windows, change)
    gaps = _gaps(windows)
    seconds = (windows.ends - windows.starts) / 1000 if per_second else None
    young = _near_zero(windows, first, change, gaps) if counter else np.zeros(0, np.intp)
    to_start = _from_zero(first[young], change[young], gaps) if len(young) else None
    stretched = change[young] * gaps.factor(to_start, seconds) if to_start is not None else None
    change *= gaps.factor(gaps.to_start, seconds)
    change[young] = stretched
    return change, windows.held(2)


def _near_zero(windows: Windows, first: Values, change: Values, gaps: "_Gaps") -> Indices:
    """Series that, grown at their pace, may have begun at 0 within a window; the rest need no look."""
    held = windows.counts > 1
    if not held.any():
        return np.zeros(0, np.intp)
    least, most = first.min(axis=1), change.max(axis=1)
    reach, gap = gaps.sampled[held].min(), gaps.to_start[held].max() * (1 + _ROUNDING)
    return np.flatnonzero(~((least >= 0) & (reach * least >= gap * most)))


def _from_zero(first: Values, change: Values, gaps: "_Gaps") -> Values:
    """(s, t) seconds to add towards the start: no further than to where the counter would have been 0."""
    to_zero = np.where((change > 0) & (first >= 0), gaps.sampled * (first / change), np.inf)
    return np.minimum(gaps.to_start, to_zero)


@dataclass(frozen=True)
class _Gaps:
    """Seconds, (t,) each: sampled, and to add towards the start and the end of the window."""

    sampled: Values
    to_start: Values
    to_end: Values

    def factor(self, to_start: Values, seconds: Values | None) -> Values:
        """What a change is multiplied by, to stretch it and, given the ``seconds`` of windows, per second."""
        factor = (self.sampled + to_start + self.to_end) / self.sampled
        return factor if seconds is None else factor / seconds


def _gaps(windows: Windows) -> _Gaps:
    """A gap counts in full while it is shorter than 1.1 × the mean spacing of samples, else half of that."""
    oldest, newest = _time(windows, windows.first), _time(windows, windows.stop - 1)
    sampled = (newest - oldest) / 1000
    spacing = sampled / (windows.counts - 1)
    to_start, to_end = (oldest - windows.starts) / 1000, (windows.ends - newest) / 1000
    to_start = np.where(to_start >= spacing * 1.1, spacing / 2, to_start)
    to_end = np.where(to_end >= spacing * 1.1, spacing / 2, to_end)
    return _Gaps(sampled, to_start, to_end)


def _despite_resets(windows: Windows, change: Values) -> Values:
    """(s, t) the growth of each window, where a reset counts from 0; from ``change`` where nothing was reset.

    Growths are summed rather than what resets lost, which could swallow them; what was omitted has none.
    """
    before, after = windows.values[:, :-1], windows.values[:, 1:]
    dropped = after < before
    if windows.omitted is not None:
        return change + _lost_in_resets(windows, windows.omitted, dropped)
    if not dropped.any():
        return change
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
