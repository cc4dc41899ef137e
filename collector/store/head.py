"""The newest samples of a stream (a target, a rule group): a matrix that grows by rows."""

import numpy as np

from collector.postings import SeriesIds
from collector.series import Values
from collector.store.pieces import ABSENT, Matrix

ROWS_PER_HEAD = 240
_ROWS_AT_FIRST = 15  # doubled as they fill: series that go at once would take the room of an hour
_SPARE_COLUMNS = 16


class MatrixHead:
    """One thread appends rows; any thread reads the matrix that it last published.

    Published cells are never written again, so a reader needs no lock.
    """

    def __init__(self) -> None:
        self._columns: dict[int, int] = {}
        self._series = np.empty(0, np.int64)
        self._times = np.empty(_ROWS_AT_FIRST, np.int64)
        self._values = np.full((0, _ROWS_AT_FIRST), ABSENT)
        self._rows = 0
        self._gaps = False
        self._finite = True
        self._layout: SeriesIds | None = None
        self._positions: SeriesIds | slice = slice(0)
        self.published = self._matrix()

    @property
    def full(self) -> bool:
        return self._rows >= ROWS_PER_HEAD

    def append(self, at_ms: int, series: SeriesIds, values: Values) -> None:
        """Adds a row later than the last one, and publishes it."""
        if self._rows == len(self._times):
            self._lengthen()
        if series is not self._layout:
            self._lay_out(series)
        self._finite = self._finite and not self._gaps and bool(np.isfinite(values).all())
        self._values[self._positions, self._rows] = values
        self._times[self._rows] = at_ms
        self._rows += 1
        self.published = self._matrix()

    def _lay_out(self, series: SeriesIds) -> None:
        """Finds each series' column, making columns for new ones."""
        ids = series.tolist()
        new = [i for i in dict.fromkeys(ids) if i not in self._columns]
        for i in new:
            self._columns[i] = len(self._columns)
        if new:
            self._gaps = self._gaps or self._rows > 0
            self._series = np.concatenate([self._series, np.array(new, np.int64)])
            self._reserve(len(self._columns))
        self._gaps = self._gaps or len(ids) < len(self._columns)
        in_order = np.array_equal(series, self._series)
        columns = self._columns
        self._positions = slice(len(ids)) if in_order else np.array([columns[i] for i in ids], np.int64)
        self._layout = series

    def _reserve(self, columns: int) -> None:
        held = len(self._values)
        if columns > held:
            more = max(columns - held, held // 4, _SPARE_COLUMNS)
            self._values = np.concatenate([self._values, np.full((more, len(self._times)), ABSENT)])

    def _lengthen(self) -> None:
        """Makes room for more rows; for more than a head has where it could not be cut, as on a full disk."""
        more = min(len(self._times), ROWS_PER_HEAD)
        self._times = np.concatenate([self._times, np.empty(more, np.int64)])
        room = np.full((len(self._values), more), ABSENT)
        self._values = np.concatenate([self._values, room], axis=1)

    def _matrix(self) -> Matrix:
        rows, columns = self._rows, len(self._series)
        return Matrix(
            self._series, self._times[:rows], self._values[:columns, :rows], self._gaps, self._finite
        )
