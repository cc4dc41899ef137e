"""What is written to the store: rows that share a time, points that do not."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from collector.postings import SeriesIds
from collector.series import Milliseconds, Values
from collector.store.pieces import ABSENT_BITS


@dataclass(frozen=True)
class Row:
    """Samples of one stream at one time: series (s,) as the store numbered them, values (s,)."""

    stream: str
    at_ms: int
    series: SeriesIds
    values: Values

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", _all_present(self.values))


@dataclass(frozen=True)
class Points:
    """Samples with times of their own: three arrays of one length."""

    series: SeriesIds
    times: Milliseconds
    values: Values

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", _all_present(self.values))


@dataclass(frozen=True)
class Batch:
    """What one scrape, one rule or one import adds."""

    rows: Sequence[Row] = ()
    points: Sequence[Points] = ()


def _all_present(values: Values) -> Values:
    """A NaN may come with the very bits by which the store marks a cell without a sample: it is a value."""
    marked = np.ascontiguousarray(values, np.float64).view(np.uint64) == ABSENT_BITS
    return np.where(marked, np.nan, values) if marked.any() else values


@dataclass
class StoreCounters:
    appended: int = 0
    out_of_order: int = 0
    too_old: int = 0
    duplicate: int = 0
    too_new: int = 0
    commits: int = 0
    cut_blocks: int = 0
    dropped_samples: int = 0
    repairs: int = 0
