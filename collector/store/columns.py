"""Series that keep times of their own: imports, remote writes, targets that set timestamps."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from collector.postings import SeriesIds
from collector.series import Milliseconds, Values
from collector.store.pieces import Matrix, Piece, Rows

ROWS_PER_BLOCK = 720


@dataclass(frozen=True)
class Column:
    """Samples of one series, times ascending."""

    series: int
    times: Milliseconds
    values: Values


@dataclass(frozen=True)
class Columns:
    """Columns laid end to end: those of ``series[i]`` are at ``offsets[i]:offsets[i + 1]``."""

    series: SeriesIds
    offsets: SeriesIds
    times: Milliseconds
    values: Values

    @property
    def nbytes(self) -> int:
        return self.values.nbytes + self.times.nbytes

    def pieces(self, rows: Rows, start_ms: int, end_ms: int) -> list[Piece]:
        """Samples of some of the series, by their places here, in the closed interval."""
        pieces = []
        for position in rows.tolist():
            span = slice(self.offsets[position], self.offsets[position + 1])
            column = Column(int(self.series[position]), self.times[span], self.values[span])
            pieces += column_pieces(column, start_ms, end_ms)
        return pieces


def column_pieces(column: Column, start_ms: int, end_ms: int) -> list[Piece]:
    """Samples of one column in the closed interval: one piece, or none."""
    low, high = np.searchsorted(column.times, (start_ms, end_ms + 1))
    if low == high:
        return []
    series = np.array([column.series], np.int64)
    return [Piece(series, column.times[low:high], column.values[None, low:high])]


class OpenColumn:
    """One series that still grows. A reader keeps the view it took; a late sample makes new arrays."""

    __slots__ = ("_size", "_times", "_values", "view")

    def __init__(self, series: int) -> None:
        self._times = np.empty(16, np.int64)
        self._values = np.empty(16, np.float64)
        self._size = 0
        self.view = Column(series, self._times[:0], self._values[:0])

    @property
    def newest_ms(self) -> int:
        return int(self._times[self._size - 1])

    def __len__(self) -> int:
        return self._size

    def extend(self, times: Milliseconds, values: Values) -> None:
        """Adds samples; the first value for a time stays."""
        after = not self._size or times[0] > self._times[self._size - 1]
        if after and (len(times) == 1 or (np.diff(times) > 0).all()):
            self._push(times, values)
        else:
            self._merge(times, values)
        self.view = Column(self.view.series, self._times[: self._size], self._values[: self._size])

    def _push(self, times: Milliseconds, values: Values) -> None:
        size = self._size + len(times)
        if size > len(self._times):
            more = max(size, 2 * self._size) - self._size
            self._times = np.concatenate([self._times[: self._size], np.empty(more, np.int64)])
            self._values = np.concatenate([self._values[: self._size], np.empty(more, np.float64)])
        self._times[self._size : size] = times
        self._values[self._size : size] = values
        self._size = size

    def _merge(self, times: Milliseconds, values: Values) -> None:
        times = np.concatenate([self._times[: self._size], times])
        values = np.concatenate([self._values[: self._size], values])
        order = np.argsort(times, kind="stable")
        times = times[order]
        fresh = np.diff(times, prepend=times[0] - 1) > 0
        self._times, self._values = times[fresh], values[order][fresh]
        self._size = len(self._times)


def blocks_of(columns: Iterable[Column]) -> list[Matrix | Columns]:
    """Lays columns out as blocks: a matrix where several share their times, else end to end."""
    by_times: dict[bytes, list[Column]] = {}
    for column in columns:
        by_times.setdefault(column.times.tobytes(), []).append(column)
    blocks: list[Matrix | Columns] = []
    alone: list[Column] = []
    for same in by_times.values():
        if len(same) > 1 or len(same[0].times) >= ROWS_PER_BLOCK:
            blocks += _matrices(same)
        else:
            alone += same
    return blocks + ([_end_to_end(alone)] if alone else [])


def _matrices(columns: Sequence[Column]) -> list[Matrix | Columns]:
    series = np.array([column.series for column in columns], np.int64)
    values = np.stack([column.values for column in columns])
    times = columns[0].times
    starts = range(0, len(times), ROWS_PER_BLOCK)
    spans = [slice(start, start + ROWS_PER_BLOCK) for start in starts]
    made = (Matrix(series, times[span], values[:, span], gaps=False) for span in spans)
    return [block for matrix in made for block in matrix.blocks()]


def _end_to_end(columns: Sequence[Column]) -> Columns:
    return Columns(
        np.array([column.series for column in columns], np.int64),
        np.cumsum([0, *(len(column.times) for column in columns)]),
        np.concatenate([column.times for column in columns]),
        np.concatenate([column.values for column in columns]),
    )
