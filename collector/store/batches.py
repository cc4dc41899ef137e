"""What is written to the store: rows that share a time, points that do not."""

from collections.abc import Sequence
from dataclasses import dataclass

from collector.postings import SeriesIds
from collector.series import Milliseconds, Values


@dataclass(frozen=True)
class Row:
    """Samples of one stream at one time: series (s,) as the store numbered them, values (s,)."""

    stream: str
    at_ms: int
    series: SeriesIds
    values: Values


@dataclass(frozen=True)
class Points:
    """Samples with times of their own: three arrays of one length."""

    series: SeriesIds
    times: Milliseconds
    values: Values


@dataclass(frozen=True)
class Batch:
    """What one scrape, one rule or one import adds."""

    rows: Sequence[Row] = ()
    points: Sequence[Points] = ()


@dataclass
class StoreCounters:
    appended: int = 0
    out_of_order: int = 0
    too_old: int = 0
    duplicate: int = 0
    commits: int = 0
    cut_blocks: int = 0
    dropped_samples: int = 0
    repairs: int = 0
