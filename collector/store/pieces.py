"""Pieces of series as blocks hand them out, and how pieces become one group per series."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from collector.postings import SeriesIds
from collector.series import Milliseconds, Omitted, Values

SERIES_PER_BLOCK = 256
Rows = npt.NDArray[np.int64]
_FEW_CELLS = 32_768  # which it costs less to copy than to work on apart
ABSENT_BITS = np.uint64(0x7FF00000000000AB)
ABSENT: float = float(np.array([ABSENT_BITS], np.uint64).view(np.float64)[0])


@dataclass(frozen=True)
class Piece:
    """Some samples of some series: series (s,), times (t,) ascending, values (s, t) without gaps.

    omitted: samples between these that are not there, as ``SampleSource.select`` allows.
    finite: as in ``SeriesGroup``.
    """

    series: SeriesIds
    times: Milliseconds
    values: Values
    omitted: Omitted | None = None
    finite: bool = False


@dataclass(frozen=True)
class Matrix:
    """Samples of series that share a clock; a cell without a sample holds ABSENT.

    series: (s,) distinct ids in any order. times: (t,) ascending. values: (s, t).
    gaps: whether any cell can be ABSENT.
    finite: whether it is known that every cell is a finite number.
    """

    series: SeriesIds
    times: Milliseconds
    values: Values
    gaps: bool
    finite: bool = False

    @property
    def nbytes(self) -> int:
        return self.values.nbytes + self.times.nbytes

    def pieces(self, rows: Rows, start_ms: int, end_ms: int) -> list[Piece]:
        """Samples of some (ascending) rows in the closed interval, a piece for each block to be."""
        low, high = self.times.searchsorted((start_ms, end_ms + 1))
        if low == high or not len(rows):
            return []
        pieces = []
        for begin, some in _by_block(rows):
            block = slice(begin, begin + SERIES_PER_BLOCK)
            whole = len(some) == len(self.series[block])
            values = self.values[block, low:high] if whole else self.values[some, low:high]
            piece = Piece(
                self.series[block if whole else some], self.times[low:high], values, finite=self.finite
            )
            pieces += _without_gaps(piece) if self.gaps else [piece]
        return pieces

    def blocks(self) -> "list[Matrix]":
        """Cut so that a query for a few series need not unpack many."""
        starts = range(0, len(self.series), SERIES_PER_BLOCK)
        parts = [slice(start, start + SERIES_PER_BLOCK) for start in starts]
        return [
            Matrix(self.series[part], self.times, self.values[part], self.gaps, self.finite) for part in parts
        ]


def _by_block(rows: Rows) -> Iterable[tuple[int, Rows]]:
    """Ascending row numbers, by the first row of the block that they belong to."""
    number = rows // SERIES_PER_BLOCK
    if number[0] == number[-1]:
        return [(int(number[0]) * SERIES_PER_BLOCK, rows)]
    groups = np.split(rows, np.flatnonzero(np.diff(number)) + 1)
    return [(int(some[0]) // SERIES_PER_BLOCK * SERIES_PER_BLOCK, some) for some in groups]


def positions_of(wanted: SeriesIds, series: SeriesIds) -> Rows:
    """Positions in ``series`` of the ids that are in ``wanted`` (ascending)."""
    if not len(wanted):
        return np.empty(0, np.int64)
    nearest = wanted.searchsorted(series)
    nearest[nearest == len(wanted)] = 0
    rows: Rows = (wanted[nearest] == series).nonzero()[0]
    return rows


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


class OverlapError(Exception):
    """Pieces of which samples were left out hold samples among those: they must be read whole."""


def stitch(pieces: Sequence[Piece]) -> list[Piece]:
    """Joins pieces along time so that each series is in exactly one.

    Where two pieces hold a sample for the same series and time, the piece that comes first wins.

    Raises:
        OverlapError: only where a piece has something omitted.
    """
    if len(pieces) < 2:
        return list(pieces)
    by_series: dict[bytes, list[Piece]] = {}
    for piece in pieces:
        by_series.setdefault(piece.series.tobytes(), []).append(piece)
    groups = list(by_series.values())
    if len(groups) > 1:
        held = np.concatenate([same[0].series for same in groups])
        if len(np.unique(held)) < len(held):
            groups = _regrouped(pieces)
    return _stacked([_joined(same) for same in groups])


def _stacked(pieces: Sequence[Piece]) -> list[Piece]:
    """Small pieces of the same times as one: what is computed from a piece costs the same for few series."""
    out: list[Piece] = []
    by_clock: dict[bytes, list[Piece]] = {}
    for piece in pieces:
        if piece.omitted is None and piece.values.size <= _FEW_CELLS:
            by_clock.setdefault(piece.times.tobytes(), []).append(piece)
        else:
            out.append(piece)
    for same in by_clock.values():
        if len(same) == 1:
            out += same
        else:
            series = np.concatenate([piece.series for piece in same])
            values = np.concatenate([piece.values for piece in same])
            out.append(Piece(series, same[0].times, values, finite=all(piece.finite for piece in same)))
    return out


def _regrouped(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Cuts pieces whose sets of series overlap without being equal, so that equal sets come together."""
    known = np.unique(np.concatenate([piece.series for piece in pieces]))
    held = np.zeros((len(known), len(pieces)), np.bool_)
    for number, piece in enumerate(pieces):
        held[np.searchsorted(known, piece.series), number] = True
    groups = []
    for rows in _alike(held):
        wanted, numbers = known[rows], np.flatnonzero(held[rows[0]]).tolist()
        groups.append([_only(pieces[number], wanted) for number in numbers])
    return groups


def _only(piece: Piece, wanted: SeriesIds) -> Piece:
    """The wanted series of a piece that holds them all, in ascending order."""
    order = np.argsort(piece.series)
    rows = order[np.searchsorted(piece.series, wanted, sorter=order)]
    omitted = piece.omitted and replace(piece.omitted, lost=piece.omitted.lost[rows])
    return Piece(wanted, piece.times, piece.values[rows], omitted, piece.finite)


def _joined(pieces: Sequence[Piece]) -> Piece:
    """Joins pieces of the same series in the same order."""
    if len(pieces) == 1:
        return pieces[0]
    finite = all(piece.finite for piece in pieces)
    in_time = sorted(pieces, key=lambda piece: int(piece.times[0]))
    times = np.concatenate([piece.times for piece in in_time])
    if (times[1:] > times[:-1]).all():
        values = np.concatenate([piece.values for piece in in_time], axis=1)
        return Piece(pieces[0].series, times, values, _all_omitted(in_time), finite)
    if any(piece.omitted for piece in pieces):
        raise OverlapError
    times = np.concatenate([piece.times for piece in pieces])
    values = np.concatenate([piece.values for piece in pieces], axis=1)
    unique, first = np.unique(times, return_index=True)
    return Piece(pieces[0].series, unique, values[:, first], finite=finite)


def _all_omitted(in_time: Sequence[Piece]) -> Omitted | None:
    """What was left out of pieces that are laid end to end."""
    begins = np.cumsum([0, *(len(piece.times) for piece in in_time)])
    parts = [
        (piece.omitted.places + begin, piece.omitted.counts, piece.omitted.lost)
        for begin, piece in zip(begins[:-1], in_time, strict=True)
        if piece.omitted
    ]
    if not parts:
        return None
    places, counts, lost = zip(*parts, strict=True)
    return Omitted(np.concatenate(places), np.concatenate(counts), np.concatenate(lost, axis=1))
