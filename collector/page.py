"""A page as it was read, and what stays the same of it from scrape to scrape."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import compress

import numpy as np

from collector.created import NO_TIMES, CreatedTimes
from collector.postings import SeriesIds
from collector.sample_line import read_floats
from collector.series import Milliseconds, Values
from collector.steps import Steps

DROPPED = -1
_CHARACTERS_A_STEP = 16 * 1024  # some milliseconds, where all of them are new


@dataclass(frozen=True)
class Page:
    """The samples of one scrape.

    series, values: (n,) samples without a time of their own; the same array object while nothing changed.
    timed_*: (m,) samples with their own milliseconds.
    lines: how many samples the page holds, with those that were dropped.
    created: since when its series count, as far as it says so.
    """

    series: SeriesIds
    values: Values
    timed_series: SeriesIds
    timed_ms: Milliseconds
    timed_values: Values
    lines: int
    created: CreatedTimes = NO_TIMES


def line_slices(text: str) -> Iterator[list[str]]:
    """The lines of a page, some at a time; the last one may lack its end."""
    start, stop = 0, len(text) - text.endswith("\n")
    while start < stop:
        end = text.find("\n", start + _CHARACTERS_A_STEP, stop)
        end = end if end >= 0 else stop
        yield text[start:end].split("\n")
        start = end + 1


class PageLayout:
    """What a page looks like but for its numbers: a page that looks the same is read by them alone.

    keys: of each line, what stands before its last space. is_sample: whether the value stands behind it.
    others: what stands there in the lines that are no samples.
    kept: positions among the samples of those that the page has.
    """

    def __init__(
        self, keys: list[str], is_sample: bytearray, others: list[str], kept: SeriesIds, page: Page
    ) -> None:
        self._keys = keys
        self._is_sample = is_sample
        self._is_other = bytes(not each for each in is_sample)
        self._others = others
        self._kept = kept
        self._page = page

    def reading(self, text: str) -> Steps[Values | None]:
        """The numbers of all samples; None for a page that looks otherwise."""
        numbers: list[Values] = []
        begin = others = 0
        for lines in line_slices(text):
            end = begin + len(lines)
            parts = [line.rpartition(" ") for line in lines]
            if self._keys[begin:end] != [part[0] for part in parts]:
                return None
            said = [part[2] for part in parts]
            more = list(compress(said, self._is_other[begin:end]))
            if more != self._others[others : others + len(more)]:
                return None
            others += len(more)
            read = read_floats(list(compress(said, self._is_sample[begin:end])))
            if read is None:
                return None
            numbers.append(read)
            begin = end
            yield
        return np.concatenate(numbers) if begin == len(self._keys) and numbers else None

    def page(self, numbers: Values) -> Page:
        values = numbers if len(self._kept) == len(numbers) else numbers[self._kept]
        return replace(self._page, values=values, created=self._page.created.as_in(numbers))


def first_of_each(series: SeriesIds) -> SeriesIds:
    """Positions of the samples to keep: dropped series go, and of a repeated series all but the first."""
    _, first = np.unique(series, return_index=True)
    first.sort()
    return first[series[first] != DROPPED] if len(first) else first
