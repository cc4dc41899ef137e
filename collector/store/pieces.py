"""Pieces of series as blocks hand them out, and how pieces become one group per series."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from collector.index import SeriesIds
from collector.series import Milliseconds, Values

ABSENT_BITS = np.uint64(0x7FF00000000000AB)
ABSENT: float = float(np.array([ABSENT_BITS], np.uint64).view(np.float64)[0])


@dataclass(frozen=True)
class Piece:
    """Some samples of some series: series (s,), times (t,) ascending, values (s, t) without gaps."""

    series: SeriesIds
    times: Milliseconds
    values: Values


@dataclass(frozen=True)
class Matrix:
    """Samples of series that share a clock; a cell without a sample holds ABSENT.

    series: (s,) distinct ids in any order. times: (t,) ascending. values: (s, t).
    gaps: whether any cell can be ABSENT.
    """

    series: SeriesIds
    times: Milliseconds
    values: Values
    gaps: bool

    def pieces(self, wanted: SeriesIds, start_ms: int, end_ms: int) -> list[Piece]:
        """Samples of the wanted (ascending) series in the closed interval."""
        low, high = np.searchsorted(self.times, (start_ms, end_ms + 1))
        rows = positions_of(wanted, self.series)
        if low == high or not len(rows):
            return []
        whole = len(rows) == len(self.series)
        values = self.values[:, low:high] if whole else self.values[rows, low:high]
        series = self.series if whole else self.series[rows]
        piece = Piece(series, self.times[low:high], values)
        return _without_gaps(piece) if self.gaps else [piece]


def positions_of(wanted: SeriesIds, series: SeriesIds) -> npt.NDArray[np.int64]:
    """Positions in ``series`` of the ids that are in ``wanted`` (ascending)."""
    if not len(wanted):
        return np.empty(0, np.int64)
    nearest = np.minimum(np.searchsorted(wanted, series), len(wanted) - 1)
    return np.flatnonzero(wanted[nearest] == series)


def _without_gaps(piece: Piece) -> list[Piece]:
    """Splits by pattern of presence, so that each piece is dense."""
    present = np.ascontiguousarray(piece.values).view(np.uint64) != ABSENT_BITS
    if present.all():
        return [piece]
    pieces = []
    for rows in _alike(present):
        columns = present[rows[0]]
        if columns.any():
            values = piece.values[rows][:, columns]
            pieces.append(Piece(piece.series[rows], piece.times[columns], values))
    return pieces


def _alike(present: npt.NDArray[np.bool_]) -> Iterable[list[int]]:
    """Row numbers, grouped by equal rows."""
    groups: dict[bytes, list[int]] = {}
    for row, bits in enumerate(np.packbits(present, axis=1)):
        groups.setdefault(bits.tobytes(), []).append(row)
    return groups.values()


def stitch(pieces: Sequence[Piece]) -> list[Piece]:
    """Joins pieces along time so that each series is in exactly one.

    Where two pieces hold a sample for the same series and time, the piece that comes first wins.
    """
    by_series: dict[bytes, list[Piece]] = {}
    for piece in pieces:
        by_series.setdefault(piece.series.tobytes(), []).append(piece)
    joined = [_joined(same) for same in by_series.values()]
    if len(joined) == 1:
        return joined
    held = np.concatenate([piece.series for piece in joined]) if joined else np.empty(0, np.int64)
    return joined if len(np.unique(held)) == len(held) else _regrouped(joined)


def _regrouped(pieces: Sequence[Piece]) -> list[Piece]:
    """Joins pieces whose sets of series overlap without being equal."""
    holders: dict[int, list[int]] = {}
    for number, piece in enumerate(pieces):
        for series in piece.series.tolist():
            holders.setdefault(series, []).append(number)
    groups: dict[tuple[int, ...], list[int]] = {}
    for series, numbers in holders.items():
        groups.setdefault(tuple(numbers), []).append(series)
    joined = []
    for signature, ids in groups.items():
        wanted = np.array(sorted(ids), np.int64)
        joined.append(_joined([_only(pieces[number], wanted) for number in signature]))
    return joined


def _only(piece: Piece, wanted: SeriesIds) -> Piece:
    """The wanted series of a piece that holds them all, in ascending order."""
    order = np.argsort(piece.series)
    rows = order[np.searchsorted(piece.series, wanted, sorter=order)]
    return Piece(wanted, piece.times, piece.values[rows])


def _joined(pieces: Sequence[Piece]) -> Piece:
    """Joins pieces of the same series in the same order."""
    if len(pieces) == 1:
        return pieces[0]
    in_time = sorted(pieces, key=lambda piece: int(piece.times[0]))
    times = np.concatenate([piece.times for piece in in_time])
    if (np.diff(times) > 0).all():
        return Piece(pieces[0].series, times, np.concatenate([piece.values for piece in in_time], axis=1))
    times = np.concatenate([piece.times for piece in pieces])
    values = np.concatenate([piece.values for piece in pieces], axis=1)
    unique, first = np.unique(times, return_index=True)
    return Piece(pieces[0].series, unique, values[:, first])
