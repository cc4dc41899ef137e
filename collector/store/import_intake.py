"""What of an import is kept: samples at times at which the store, or the import itself, has none yet."""

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from collector.postings import SeriesIds
from collector.series import Milliseconds
from collector.store.blocks import Block, BlockRef
from collector.store.columns import Column
from collector.store.intake import times_by_series
from collector.store.pieces import Piece
from collector.store.runs import Runs
from collector.store.state import StoreState


class ImportIntake:
    """For one import. ``refs`` are the blocks that it made.

    read: a block of the import, which is not committed yet.
    """

    def __init__(self, state: StoreState, read: Callable[[BlockRef], Block | None]) -> None:
        self._state = state
        self._read = read
        self._spans: dict[int, tuple[int, int]] = {}
        self.refs: list[BlockRef] = []

    def first(self, columns: Iterable[Column]) -> list[Column]:
        """What is new of columns, each of another series.

        Raises:
            StoreError: where what is held cannot be read.
        """
        given = [column for column in columns if len(column.times)]
        numbers = np.array([column.series for column in given], np.int64)
        are_held = self._state.holders.are_held(numbers).tolist()
        known = [column for column, is_held in zip(given, are_held, strict=True) if is_held]
        begun = [column for column in given if self._may_repeat(column)]
        held = times_by_series([*self._in_store(known), *self._in_import(begun)])
        kept = [_without(column, held.get(column.series)) for column in given]
        return [column for column in kept if len(column.times)]

    def note(self, columns: Iterable[Column], refs: Sequence[BlockRef]) -> None:
        """Columns are now in blocks."""
        self.refs += refs
        for column in columns:
            start, end = _span([column])
            low, high = self._spans.get(column.series, (start, end))
            self._spans[column.series] = (min(low, start), max(high, end))

    def _may_repeat(self, column: Column) -> bool:
        """Files mostly give each series in the order of time."""
        if column.series not in self._spans:
            return False
        start, end = self._spans[column.series]
        return bool(column.times[0] <= end and column.times[-1] >= start)

    def _in_store(self, columns: Sequence[Column]) -> list[Piece]:
        return self._state.pieces(_numbers(columns), *_span(columns)) if columns else []

    def _in_import(self, columns: Sequence[Column]) -> Iterator[Piece]:
        if not columns:
            return
        wanted, (start_ms, end_ms) = _numbers(columns), _span(columns)
        for run, rows in Runs(self.refs).holding(wanted):
            for number in run.overlapping(start_ms, end_ms):
                block = self._read(run.refs[number])
                yield from block.pieces(rows, start_ms, end_ms) if block else ()


def _numbers(columns: Sequence[Column]) -> SeriesIds:
    return np.unique(np.array([column.series for column in columns], np.int64))


def _span(columns: Sequence[Column]) -> tuple[int, int]:
    return min(int(c.times[0]) for c in columns), max(int(c.times[-1]) for c in columns)


def _without(column: Column, held: Milliseconds | None) -> Column:
    """The column itself where nothing of it is held: columns that share their times stay alike."""
    if held is None:
        return column
    fresh = ~np.isin(column.times, held)
    return column if fresh.all() else Column(column.series, column.times[fresh], column.values[fresh])
