"""Which stream holds each series. Mostly one does, and nothing else can have a sample of the same time."""

import numpy as np
import numpy.typing as npt

from collector.postings import SeriesIds

POINTS = ""  # stands for all that has times of its own, open or on file; streams have names
_NOBODY, _SEVERAL = 0, -1
_Mask = npt.NDArray[np.bool_]


class Holders:
    """Streams are only ever added: whoever held a series counts as its holder until the store is reopened."""

    def __init__(self) -> None:
        self._of = np.full(1024, _NOBODY, np.int32)
        self._numbers: dict[str, int] = {}

    def add(self, stream: str, series: SeriesIds) -> _Mask:
        """Notes that a stream has samples of series; tells which of these others have samples of too."""
        number = self._numbers.setdefault(stream, len(self._numbers) + 1)
        self._reserve(series)
        held = self._of[series]
        others: _Mask = (held != number) & (held != _NOBODY)
        self._of[series] = np.where(others, _SEVERAL, number)
        return others

    def are_held(self, series: SeriesIds) -> _Mask:
        """Which of the series anybody has samples of."""
        self._reserve(series)
        held: _Mask = self._of[series] != _NOBODY
        return held

    def streams_of(self, series: SeriesIds) -> list[str] | None:
        """The streams that may have samples of the series; None where several have some of one."""
        of, names = self._of, list(self._numbers)
        held = np.zeros(len(names) + 2, np.bool_)
        held[of[series[series < len(of)]]] = True
        if held[_SEVERAL]:
            return None
        return [names[number - 1] for number in held[1:-1].nonzero()[0] + 1]

    def _reserve(self, series: SeriesIds) -> None:
        needed = int(series.max(initial=0)) + 1
        if needed > len(self._of):
            more = max(needed, 2 * len(self._of)) - len(self._of)
            self._of = np.concatenate([self._of, np.full(more, _NOBODY, np.int32)])
