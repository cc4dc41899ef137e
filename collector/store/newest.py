"""The newest time of each series that keeps times of its own, be it open or in blocks on file."""

from collections.abc import Callable

import numpy as np

from collector.postings import SeriesIds
from collector.series import Milliseconds
from collector.store.blocks import Block, BlockRef
from collector.store.runs import Runs

BEFORE_ALL = -(2**62)

Read = Callable[[BlockRef], Block | None]


class NewestPoints:
    """Blocks are looked at when a series of theirs is first asked for: at the start that would take long.

    One thread's, as all writing is.
    """

    def __init__(self, read: Read) -> None:
        self._read = read
        self._newest: dict[int, int] = {}
        self._looked_up: set[int] = set()

    def add(self, series: int, time_ms: int) -> None:
        """Notes a point, which may be older than others."""
        if time_ms > self._newest.get(series, BEFORE_ALL):
            self._newest[series] = time_ms

    def of(self, series: SeriesIds, runs: Runs) -> Milliseconds:
        """Of each series; BEFORE_ALL where it has no point. runs: all that is on file.

        Raises:
            StoreError: for a file that cannot be read.
        """
        numbers = series.tolist()
        unknown = set(numbers) - self._looked_up
        if unknown:
            self._look_up(np.array(sorted(unknown), np.int64), runs)
            self._looked_up |= unknown
        newest = self._newest
        return np.array([newest.get(number, BEFORE_ALL) for number in numbers], np.int64)

    def look_up_again(self, series: SeriesIds) -> None:
        """What is on file of these has changed otherwise than by points that were added."""
        self._looked_up.difference_update(series.tolist())

    def forget_before(self, before_ms: int) -> None:
        """Forgets what is older than what is kept."""
        self._newest = {series: at for series, at in self._newest.items() if at >= before_ms}

    def _look_up(self, wanted: SeriesIds, runs: Runs) -> None:
        found = newest_in(runs, wanted, self._read)
        for series, time_ms in zip(wanted.tolist(), found.tolist(), strict=True):
            if time_ms > BEFORE_ALL:
                self.add(series, time_ms)


def newest_in(runs: Runs, wanted: SeriesIds, read: Read) -> Milliseconds:
    """The newest time of each wanted (ascending) series; a block is read only where it may tell."""
    found = np.full(len(wanted), BEFORE_ALL)
    for run, rows in sorted(runs.holding(wanted), key=lambda held: -int(held[0].ends.max())):
        places = wanted.searchsorted(run.series[rows])
        for number in np.argsort(-run.ends).tolist():
            ref = run.refs[number]
            if ref.end_ms <= found[places].min():
                break
            if ref.summarised:  # a matrix without gaps: all its series end together
                found[places] = np.maximum(found[places], ref.end_ms)
                continue
            block = read(ref)
            for piece in block.pieces(rows, BEFORE_ALL, ref.end_ms) if block else ():
                ends = wanted.searchsorted(piece.series)
                found[ends] = np.maximum(found[ends], piece.times[-1])
    return found
