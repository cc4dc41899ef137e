"""The values of one label, and the series that have each of them."""

from bisect import bisect_left
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

SeriesIds = npt.NDArray[np.int64]

# Values that came after the others were sorted are tried one by one: so many, or this share of all.
_FEW_UNSORTED = 1000
_UNSORTED_SHARE = 0.1


class Postings:
    """Ascending series ids that grow at the end; a reader keeps the view it took."""

    __slots__ = ("_ids", "_size")

    def __init__(self) -> None:
        self._ids = np.empty(4, np.int64)
        self._size = 0

    def append(self, series: int) -> None:
        if self._size == len(self._ids):
            self._ids = np.concatenate([self._ids, np.empty_like(self._ids)])
        self._ids[self._size] = series
        self._size += 1

    def taken(self) -> SeriesIds:
        return self._ids[: self._size]

    def below(self, limit: int) -> SeriesIds:
        ids = self.taken()
        return ids[: np.searchsorted(ids, limit)]


class LabelValues:
    """Postings by value. One thread adds; any thread reads without a lock."""

    def __init__(self) -> None:
        self._postings: dict[str, Postings] = {}
        self._in_order: list[str] = []
        self._sorted: list[str] = []

    def __len__(self) -> int:
        return len(self._postings)

    def add(self, value: str, series: int) -> None:
        """series: higher than those before it."""
        held = self._postings.get(value)
        if held is None:
            held = self._postings[value] = Postings()
            self._in_order.append(value)
        held.append(series)

    def all(self) -> list[str]:
        """By first appearance."""
        return self._in_order[:]

    def of(self, values: Iterable[str]) -> list[Postings]:
        """Those of the values that any series has."""
        return [ids for value in values if (ids := self._postings.get(value)) is not None]

    def beginning(self, prefix: str) -> list[str]:
        """The values that begin so, found in sorted ones: a label may have a value for each series."""
        if not prefix:
            return self.all()
        known = self._sorted
        later = self._in_order[len(known) :]
        if len(later) > max(_FEW_UNSORTED, _UNSORTED_SHARE * len(known)):
            known, later = sorted(known + later), []
            self._sorted = known
        first = bisect_left(known, prefix)
        stop = bisect_left(known, True, first, key=lambda value: not value.startswith(prefix))
        return known[first:stop] + [value for value in later if value.startswith(prefix)]
