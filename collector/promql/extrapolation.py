"""What windows saw of a change, stretched to their edges as Prometheus v3.0 does it.

To the last bit, as a rank of histogram_quantile that falls on the edge of a bucket must fall on its side.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from collector.labels import Labels, LabelSets
from collector.promql.value import Indices, Mask, present_at
from collector.series import Milliseconds, Values

# So few that the calls of numpy cost more than what they compute.
_FEW_CELLS = 1024
# More than what a bound of a few operations can be off by.
_ROUNDING = 1e-12
_NONE: Indices = np.zeros(0, np.intp)


@dataclass(frozen=True)
class Growth:
    """What t windows saw of s series.

    first: (s, t) the first sample; change: (s, t) from it to the last, a counter's resets undone.
    least: (s,) of the first samples of all windows.
    oldest, newest: milliseconds of these samples; counts: how many there are. Each (t,), or (s, t) of series
        that do not share a clock.
    starts, ends: (t,) milliseconds, of the windows.
    """

    labels: Sequence[Labels]
    first: Values
    change: Values
    least: Values
    oldest: Milliseconds
    newest: Milliseconds
    counts: Indices
    starts: Milliseconds
    ends: Milliseconds


def together(growths: Iterable[Growth]) -> Iterator[Growth]:
    """All of them; small ones as one."""
    small: list[Growth] = []
    for growth in growths:
        if growth.change.size <= _FEW_CELLS:
            small.append(growth)
        else:
            yield growth
    if small:
        yield small[0] if len(small) == 1 else _one_of(small)


def _one_of(growths: Sequence[Growth]) -> Growth:
    """Of growths in the same windows."""
    sizes = [len(growth.labels) for growth in growths]
    return Growth(
        LabelSets(chain.from_iterable(growth.labels for growth in growths)),
        np.concatenate([growth.first for growth in growths]),
        np.concatenate([growth.change for growth in growths]),
        np.concatenate([growth.least for growth in growths]),
        np.array([growth.oldest for growth in growths]).repeat(sizes, axis=0),
        np.array([growth.newest for growth in growths]).repeat(sizes, axis=0),
        np.array([growth.counts for growth in growths]).repeat(sizes, axis=0),
        growths[0].starts,
        growths[0].ends,
    )


def extrapolated(growth: Growth, *, counter: bool, per_second: bool) -> tuple[Values, Mask]:
    """(s, t) the change in the whole of each window, or a second of it; made of ``growth.change`` itself."""
    change, gaps = growth.change, _gaps(growth)
    seconds = (growth.ends - growth.starts) / 1000 if per_second else None
    young = _near_zero(growth, gaps) if counter else _NONE
    stretched = _stretched_from_zero(growth, gaps.rows(young), young, seconds) if len(young) else None
    change *= gaps.factor(gaps.to_start, seconds)
    if stretched is not None:
        change[young] = stretched
    held = growth.counts >= 2
    return change, present_at(held, len(change)) if held.ndim == 1 else held


def _near_zero(growth: Growth, gaps: "_Gaps") -> Indices:
    """Series that, grown at their pace, may have begun at 0 within a window; the rest need no look."""
    sampled, to_start = gaps.sampled, gaps.to_start
    if growth.counts.min(initial=2) < 2:
        held = growth.counts > 1
        sampled, to_start = sampled[held], to_start[held]
    reach = sampled.min(initial=np.inf)
    gap = to_start.max(initial=0.0) * (1 + _ROUNDING)
    least = growth.least
    lowest = least.min(initial=np.inf)
    if lowest >= 0 and reach * lowest >= gap * growth.change.max(initial=0.0):
        return _NONE
    young: Indices = (~((least >= 0) & (reach * least >= gap * growth.change.max(axis=1)))).nonzero()[0]
    return young


def _stretched_from_zero(growth: Growth, gaps: "_Gaps", rows: Indices, seconds: Values | None) -> Values:
    """Changes of some series, stretched towards the start no further than to where they would have been 0."""
    first, change = growth.first[rows], growth.change[rows]
    to_zero = np.where((change > 0) & (first >= 0), gaps.sampled * (first / change), np.inf)
    stretched: Values = change * gaps.factor(np.minimum(gaps.to_start, to_zero), seconds)
    return stretched


@dataclass(frozen=True)
class _Gaps:
    """Seconds, (t,) or (s, t): sampled, and to add towards the start and the end of the window."""

    sampled: Values
    to_start: Values
    to_end: Values

    def rows(self, rows: Indices) -> "_Gaps":
        if self.sampled.ndim == 1:
            return self
        return _Gaps(self.sampled[rows], self.to_start[rows], self.to_end[rows])

    def factor(self, to_start: Values, seconds: Values | None) -> Values:
        """What a change is multiplied by, to stretch it and, given the ``seconds`` of windows, per second."""
        factor = (self.sampled + to_start + self.to_end) / self.sampled
        return factor if seconds is None else factor / seconds


def _gaps(growth: Growth) -> _Gaps:
    """A gap counts in full while it is shorter than 1.1 × the mean spacing of samples, else half of that."""
    sampled = (growth.newest - growth.oldest) / 1000
    spacing = sampled / (growth.counts - 1)
    to_start, to_end = (growth.oldest - growth.starts) / 1000, (growth.ends - growth.newest) / 1000
    most, half = spacing * 1.1, spacing / 2
    return _Gaps(sampled, np.where(to_start >= most, half, to_start), np.where(to_end >= most, half, to_end))
