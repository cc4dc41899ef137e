"""Holds a figure against many others without looking at each of them."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate

from postmortem.lint.figures import Figure


class Told:
    """Figures of one unit, in the order in which they are told."""

    def __init__(self, figures: Sequence[Figure]) -> None:
        self._figures = figures
        self._lows, self._highs = sorted(f.low for f in figures), sorted(f.high for f in figures)
        self._least_high = [-high for high in accumulate((f.high for f in figures), min)]  # ascending
        self._most_low = list(accumulate((f.low for f in figures), max))

    def count_agreeing(self, figure: Figure) -> int:
        """How many may tell the value of this one: all but those that lie above it or below."""
        return bisect_right(self._lows, figure.high) - bisect_left(self._highs, figure.low)

    def first_below(self, low: float) -> Figure | None:
        """The first that is surely less."""
        return self._at(bisect_right(self._least_high, -low))

    def first_above(self, high: float) -> Figure | None:
        """The first that is surely more."""
        return self._at(bisect_right(self._most_low, high))

    def _at(self, place: int) -> Figure | None:
        return self._figures[place] if place < len(self._figures) else None
