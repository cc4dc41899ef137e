"""What of a batch is kept: rows in order, points inside the window, and of two samples at one time the first.

So the store never holds two samples of a series at one time, and queries need not choose.
"""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from collector.postings import SeriesIds
from collector.series import Milliseconds
from collector.store.batches import Points, Row, StoreCounters
from collector.store.holders import POINTS
from collector.store.pieces import Piece
from collector.store.state import StoreState

_FORGET_FACTOR = 2
_Mask = npt.NDArray[np.bool_]


class Intake:
    """Decides before a commit; in one commit rows come before points. One thread's, as all writing is.

    out_of_order_ms: how much older than its series' newest point a point may be.
    """

    def __init__(self, state: StoreState, counters: StoreCounters, out_of_order_ms: int) -> None:
        self._state = state
        self._counters = counters
        self._out_of_order_ms = out_of_order_ms
        self._without_repeats: dict[str, SeriesIds] = {}

    def rows(self, given: Iterable[Row]) -> list[Row]:
        """Rows later than what their stream holds; a clock that jumped back loses its rows, counted.

        Raises:
            StoreError: where what is held cannot be read.
        """
        newest: dict[str, int] = {}
        kept: list[Row] = []
        for row in given:
            last = newest.get(row.stream, self._state.newest_row_ms(row.stream))
            if row.at_ms <= last:
                self._counters.out_of_order += len(row.series)
                continue
            newest[row.stream] = row.at_ms
            first = self._first_of_row(self._without_repeat(row), kept)
            if len(first.series):
                kept.append(first)
        return kept

    def points(self, given: Iterable[Points], rows: Sequence[Row]) -> list[Points]:
        """Points inside the out-of-order window of their series. rows: those of the same commit.

        Raises:
            StoreError: where what is held cannot be read.
        """
        kept = (self._first_points(points, rows) for points in given)
        return [points for points in kept if len(points.series)]

    def _without_repeat(self, row: Row) -> Row:
        """Of a series that comes twice the first. An array is looked at once: pages come with the same."""
        if self._without_repeats.get(row.stream) is row.series:
            return row
        _, first = np.unique(row.series, return_index=True)
        if len(first) < len(row.series):
            self._counters.duplicate += len(row.series) - len(first)
            first.sort()
            row = Row(row.stream, row.at_ms, row.series[first], row.values[first])
        if len(self._without_repeats) > _FORGET_FACTOR * (len(self._state.streams) + 1):
            self._without_repeats.clear()
        self._without_repeats[row.stream] = row.series
        return row

    def _first_of_row(self, row: Row, before: Sequence[Row]) -> Row:
        """The samples that no other stream holds. A row is the same object where that is all."""
        shared = self._state.holders.add(row.stream, row.series)
        if not shared.any():
            return row
        pieces = self._state.pieces(np.unique(row.series[shared]), row.at_ms, row.at_ms)
        held = [piece.series for piece in pieces] + [one.series for one in before if one.at_ms == row.at_ms]
        again = np.isin(row.series, np.concatenate(held)) if held else np.zeros(len(row.series), np.bool_)
        if not again.any():
            return row
        self._counters.duplicate += int(again.sum())
        return Row(row.stream, row.at_ms, row.series[~again], row.values[~again])

    def _first_points(self, points: Points, rows: Sequence[Row]) -> Points:
        newest = self._state.newest_points(points.series)
        kept = points.times > newest - self._out_of_order_ms
        self._counters.too_old += int((~kept).sum())
        shared = self._state.holders.add(POINTS, points.series)
        doubtful = np.flatnonzero(kept & (shared | (points.times <= newest)))
        if len(doubtful):
            again = doubtful[self._are_held(points.series[doubtful], points.times[doubtful], rows)]
            self._counters.duplicate += len(again)
            kept[again] = False
        return Points(points.series[kept], points.times[kept], points.values[kept])

    def _are_held(self, series: SeriesIds, times: Milliseconds, rows: Sequence[Row]) -> _Mask:
        start_ms, end_ms = int(times.min()), int(times.max())
        pieces = self._state.pieces(np.unique(series), start_ms, end_ms)
        at_once = [
            Piece(row.series, np.array([row.at_ms]), row.values[:, None])
            for row in rows
            if start_ms <= row.at_ms <= end_ms
        ]
        held = times_by_series([*pieces, *at_once])
        again = np.zeros(len(series), np.bool_)
        order = np.argsort(series, kind="stable")
        for places in np.split(order, np.flatnonzero(np.diff(series[order])) + 1):
            if (number := int(series[places[0]])) in held:
                again[places] = np.isin(times[places], held[number])
        return again


def times_by_series(pieces: Iterable[Piece]) -> dict[int, Milliseconds]:
    """The times of each series' samples, in no order."""
    found: dict[int, list[Milliseconds]] = {}
    for piece in pieces:
        for number in piece.series.tolist():
            found.setdefault(number, []).append(piece.times)
    return {number: np.concatenate(times) for number, times in found.items()}
