"""The zeros from which new counters grow, where a page says since when they count (docs/collector.md)."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from collector.created import CreatedTimes
from collector.postings import SeriesIds
from collector.series import Milliseconds
from collector.store.newest import BEFORE_ALL

# Prometheus' bound: half of the two hours of its newest block.
MOST_AGE_MS = 60 * 60 * 1000
# Of a target that is new: it may be one that other labels named before, whose counts are kept under those.
MOST_AGE_AT_FIRST_MS = 5 * 60 * 1000
_LATEST_SECONDS = 1e12
_Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Span:
    """From a target's newest row, not included, to a scrape of it, whose page had come by ``read_ms``."""

    after_ms: int
    at_ms: int
    read_ms: int
    interval_ms: int

    @property
    def oldest_ms(self) -> int:
        """Of created times that are taken."""
        is_new = self.after_ms <= BEFORE_ALL
        return self.at_ms - (MOST_AGE_AT_FIRST_MS if is_new else MOST_AGE_MS)

    @property
    def is_empty(self) -> bool:
        return self.at_ms - self.after_ms < 2


@dataclass(frozen=True)
class Zeros:
    """rows: each a time and its series, ascending, in the span. ahead: series created after the scrape."""

    rows: tuple[tuple[int, SeriesIds], ...] = ()
    ahead: int = 0


def zeros(now: CreatedTimes, before: CreatedTimes | None, span: Span) -> Zeros:
    """Where the series of a page begin that are new, or whose process is.

    before: of the target's last good page; None where that is not known, as after a start of the collector.
    """
    if before is not None and _are_equal(now, before):
        return Zeros()
    is_new, is_absent = _compared(now, before)
    is_new &= np.abs(now.seconds) < _LATEST_SECONDS  # and no NaN
    if span.is_empty or not is_new.any():
        return Zeros()
    created_ms = np.rint(now.seconds[is_new] * 1000).astype(np.int64)
    ahead = created_ms > span.read_ms
    # What the last page lacked may be a little older: clocks differ, and some serve a page for a while.
    lowest_ms = np.where(is_absent[is_new], span.after_ms - span.interval_ms, span.after_ms)
    taken = ~ahead & (created_ms > lowest_ms) & (created_ms >= span.oldest_ms)
    times_ms = np.clip(created_ms[taken], span.after_ms + 1, span.at_ms - 1)
    return Zeros(_rows(now.series[is_new][taken], times_ms, span), int(ahead.sum()))


def _are_equal(now: CreatedTimes, before: CreatedTimes) -> bool:
    is_same = now.series is before.series or np.array_equal(now.series, before.series)
    return is_same and np.array_equal(now.seconds, before.seconds)


def _compared(now: CreatedTimes, before: CreatedTimes | None) -> tuple[_Mask, _Mask]:
    """Which series have another created time than before, or none before; which had none."""
    if before is None:
        return np.ones(len(now.series), np.bool_), np.zeros(len(now.series), np.bool_)
    known = dict(zip(before.series.tolist(), before.seconds.tolist(), strict=True))
    seconds = np.array([known.get(series, np.nan) for series in now.series.tolist()], np.float64)
    is_absent = ~np.isin(now.series, before.series)
    return seconds != now.seconds, is_absent


def _rows(series: SeriesIds, times_ms: Milliseconds, span: Span) -> tuple[tuple[int, SeriesIds], ...]:
    """One for each doubling of the age, in intervals, at the earliest of its times: few, and near enough.

    A counter had counted nothing at an earlier time either, and where scrapes come in time there is one row.
    """
    _, doublings = np.frexp((span.at_ms - times_ms) / span.interval_ms)
    doublings = np.maximum(doublings, 0)
    return tuple(
        (int(times_ms[doublings == one].min()), series[doublings == one])
        for one in np.unique(doublings)[::-1]
    )
