"""Blocks of the same series, in the order of time: what a stream has on file."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from collector.postings import SeriesIds
from collector.series import Milliseconds
from collector.store.blocks import BlockRef
from collector.store.pieces import Rows, positions_of

_REMEMBERED = 16
_FEW = 4  # which are looked at as they are


class Places:
    """Where wanted series are among those of a run. The last few answers are kept: queries ask again."""

    def __init__(self, series: SeriesIds) -> None:
        self._series = series
        self.lowest, self.highest = int(series.min()), int(series.max())
        self._found: dict[int, tuple[SeriesIds, Rows]] = {}

    def of(self, wanted: SeriesIds) -> Rows:
        known = self._found.get(id(wanted))
        if known is not None and known[0] is wanted:
            return known[1]
        between = wanted[wanted.searchsorted(self.lowest) : wanted.searchsorted(self.highest, "right")]
        rows = positions_of(between, self._series)
        if len(self._found) >= _REMEMBERED:
            self._found.clear()
        self._found[id(wanted)] = (wanted, rows)
        return rows


@dataclass(frozen=True)
class Run:
    """Blocks of one set of series.

    series: (s,) the object that all the blocks' references share.
    """

    series: SeriesIds
    refs: tuple[BlockRef, ...]

    def rows_of(self, wanted: SeriesIds) -> Rows:
        """Places of the wanted (ascending) series among these."""
        return self.places.of(wanted)

    def overlapping(self, start_ms: int, end_ms: int) -> Sequence[int]:
        """Positions of the blocks with samples in the closed interval."""
        if self.is_ordered:
            return range(
                int(self.ends.searchsorted(start_ms)), int(self.starts.searchsorted(end_ms, "right"))
            )
        overlaps: list[int] = ((self.starts <= end_ms) & (self.ends >= start_ms)).nonzero()[0].tolist()
        return overlaps

    def stretches(self, start_ms: int, end_ms: int, cuts: Milliseconds) -> Iterator[tuple[int, int]]:
        """Blocks begin … stop−1, inside the interval and not parted by a cut, each with a summary."""
        if not self.is_ordered:
            return
        first, last = int(self.starts.searchsorted(start_ms)), int(self.ends.searchsorted(end_ms, "right"))
        if first >= last:
            return
        part = cuts.searchsorted(self.starts[first:last])
        usable = (part == cuts.searchsorted(self.ends[first:last])) & self._summarised[first:last]
        if part[0] == part[-1] and usable.all():
            yield first, last
            return
        places = usable.nonzero()[0]
        breaks = np.flatnonzero((np.diff(places) > 1) | (np.diff(part[places]) > 0)) + 1
        for stretch in np.split(places + first, breaks):
            if len(stretch):
                yield int(stretch[0]), int(stretch[-1]) + 1

    @cached_property
    def starts(self) -> Milliseconds:
        return np.array([ref.start_ms for ref in self.refs], np.int64)

    @cached_property
    def ends(self) -> Milliseconds:
        return np.array([ref.end_ms for ref in self.refs], np.int64)

    @cached_property
    def is_ordered(self) -> bool:
        """Whether each block begins after the one before it has ended."""
        return bool((self.starts[1:] > self.ends[:-1]).all())

    @cached_property
    def _summarised(self) -> npt.NDArray[np.bool_]:
        return np.array([ref.summarised for ref in self.refs], np.bool_)

    @cached_property
    def shortest_ms(self) -> int:
        """From the first to the last sample of the shortest block."""
        return int((self.ends - self.starts).min())

    @cached_property
    def places(self) -> Places:
        return Places(self.series)


class Runs:
    """The runs of one stream, found by the series that they hold."""

    def __init__(self, refs: Sequence[BlockRef] = ()) -> None:
        by_series: dict[int, list[BlockRef]] = {}
        for ref in refs:  # references to equal series share one object
            by_series.setdefault(id(ref.series), []).append(ref)
        self.all = tuple(Run(same[0].series, tuple(same)) for same in by_series.values())
        self._lows = np.array([run.places.lowest for run in self.all], np.int64)
        self._highs = np.array([run.places.highest for run in self.all], np.int64)

    def holding(self, wanted: SeriesIds) -> Iterator[tuple[Run, Rows]]:
        """The runs that hold any of the wanted (ascending) series, and their places there."""
        for number in self._near(wanted):
            run = self.all[number]
            rows = run.rows_of(wanted)
            if len(rows):
                yield run, rows

    def _near(self, wanted: SeriesIds) -> Iterable[int]:
        """Numbers of the runs with a wanted series between their lowest and highest."""
        if len(self.all) < _FEW:
            return range(len(self.all))
        near: list[int] = np.flatnonzero(
            wanted.searchsorted(self._lows) < wanted.searchsorted(self._highs, "right")
        ).tolist()
        return near
