"""Series that a page brings: they get numbers once the page is known to be good, as numbers are for good."""

from array import array
from collections.abc import Callable

import numpy as np

from collector.labels import Labels
from collector.page import DROPPED
from collector.postings import SeriesIds
from collector.steps import Steps

_STEP = 100  # a millisecond or so
_FIRST = DROPPED - 1

NumberOf = Callable[[Labels], int]


class NewSeries:
    """Until then each goes by a number below DROPPED."""

    def __init__(self) -> None:
        self._texts: dict[str, int] = {}
        self._labels: list[Labels] = []
        self._numbers = np.empty(0, np.int64)

    def get(self, text: str) -> int | None:
        """By what a text that was added goes; None for others."""
        return self._texts.get(text)

    def add(self, text: str, labels: Labels | None) -> int:
        """By what a text goes; None is for labels that are dropped."""
        number = DROPPED
        if labels is not None:
            number = _FIRST - len(self._labels)
            self._labels.append(labels)
        self._texts[text] = number
        return number

    def numbering(self, number_of: NumberOf) -> Steps[dict[str, int]]:
        """Gives all of them numbers; those by text."""
        numbers = array("q")
        for count, labels in enumerate(self._labels, 1):
            numbers.append(number_of(labels))
            if not count % _STEP:
                yield
        self._numbers = np.array(numbers, np.int64)
        return dict(zip(self._texts, self.numbered(array("q", self._texts.values())).tolist(), strict=True))

    def numbered(self, found: "array[int]") -> SeriesIds:
        """The same series by their numbers, once they have them."""
        series = np.array(found, np.int64)
        new = series <= _FIRST
        series[new] = self._numbers[_FIRST - series[new]]
        return series
