"""What windows need of a block that lies within them: how its series begin and end, and what resets took."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from collector.series import Omitted, Values
from collector.store.codec import pack_values, unpack_values
from collector.store.pieces import Matrix


def pack_summary(block: Matrix) -> bytes | None:
    """Per series: the first value, the last, and what the series, as a counter, had reached before resets.

    None for a block that has gaps, staleness markers or anything else that is no number, or a single time.
    """
    values = block.values
    if values.shape[1] < 2 or not np.isfinite(values).all():
        return None
    before, after = values[:, :-1], values[:, 1:]
    with np.errstate(over="ignore"):
        lost = np.where(after < before, before, 0.0).sum(axis=1)
    if not np.isfinite(lost).all():
        return None
    return pack_values(np.stack([values[:, 0], values[:, -1], lost]))


def unpack_summary(data: bytes) -> Values:
    """(3, s) as ``pack_summary`` has it. Raises any of ``BROKEN`` for what is damaged."""
    return unpack_values(data)


@dataclass(frozen=True)
class Summaries:
    """Of b blocks of the same s series, one after another in time.

    first, last: (s, b). within: (s, b) what resets took within a block; between: from the one before to it.
    rows: (b,) how many samples of each series a block has.
    known: (b,) False where a block has no summary; its other figures mean nothing.
    """

    first: Values
    last: Values
    within: Values
    between: Values
    rows: npt.NDArray[np.int64]
    known: npt.NDArray[np.bool_]

    def columns(self) -> Values:
        """(3, s, b) what the summaries on file say."""
        return np.stack([self.first, self.last, self.within])

    def stretch(self, begin: int, stop: int, series: npt.NDArray[np.int64]) -> tuple[Values, Omitted]:
        """Some series in blocks begin … stop−1: first and last samples (s, 2), and what lies between."""
        edges = np.stack([self.first[series, begin], self.last[series, stop - 1]], axis=1)
        # Summed anew: of running sums, a great value before the stretch would leave no digits.
        lost = self.within[series, begin:stop].sum(axis=1) + self.between[series, begin + 1 : stop].sum(
            axis=1
        )
        count = int(self.rows[begin:stop].sum()) - 2
        return edges, Omitted(np.array([1]), np.array([count]), lost[:, None])

    @property
    def nbytes(self) -> int:
        return 4 * self.first.nbytes


def joined(columns: Values, rows: npt.NDArray[np.int64], known: npt.NDArray[np.bool_]) -> Summaries:
    """Summaries (3, s, b) of blocks that follow each other; resets between two blocks count as lost too."""
    first, last, inside = columns
    between = np.zeros_like(first)
    between[:, 1:] = np.where(first[:, 1:] < last[:, :-1], last[:, :-1], 0.0)
    return Summaries(first, last, inside, between, rows, known)
