"""Parts of a text found by where they stand, without looking at each."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Generic, Protocol, TypeVar


class _Spanned(Protocol):
    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...


_Part = TypeVar("_Part", bound=_Spanned)


class Parts(Generic[_Part]):
    """Parts of one text in reading order, of which no two overlap. Offsets count characters."""

    def __init__(self, parts: Sequence[_Part]) -> None:
        self._parts = parts
        self._starts = [part.start for part in parts]
        self._ends = [part.end for part in parts]

    def last_until(self, offset: int) -> _Part | None:
        """The last that ends at the offset or before it."""
        place = bisect_right(self._ends, offset)
        return self._parts[place - 1] if place else None

    def first_from(self, offset: int) -> _Part | None:
        """The first that begins at the offset or behind it."""
        place = bisect_left(self._starts, offset)
        return self._parts[place] if place < len(self._parts) else None

    def around(self, offset: int) -> _Part | None:
        """The one that the character at the offset is of."""
        place = bisect_right(self._starts, offset)
        return self._parts[place - 1] if place and offset < self._ends[place - 1] else None
