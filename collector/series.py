"""The samples that cross seams: what a store selects, and what a query answers."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from collector.labels import Labels, Matcher

Milliseconds = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]

STALE_BITS = np.uint64(0x7FF0000000000002)
STALE_NAN: float = struct.unpack("<d", struct.pack("<Q", int(STALE_BITS)))[0]


def is_stale(values: Values) -> npt.NDArray[np.bool_]:
    """True where a value is the staleness marker; an ordinary NaN is a value and gives False."""
    stale: npt.NDArray[np.bool_] = values.view(np.uint64) == STALE_BITS
    return stale


@dataclass(frozen=True)
class Omitted:
    """Runs of samples that a store left out of a group of s series: a window holds all of a run, or none.

    places: (k,) ascending; run i lies between the samples places[i] − 1 and places[i] of the group.
    counts: (k,) how many samples a series has in each run.
    lost: (s, k) what each series, as a counter, had reached before the resets from sample places[i] − 1,
        through the run, to sample places[i]. (Prometheus' ``rate`` adds the same.)
    """

    places: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]
    lost: Values


@dataclass(frozen=True)
class SeriesGroup:
    """Series that share one clock, as a store hands them to PromQL.

    labels: one per series, s of them.
    times: (t,) milliseconds since the epoch, strictly ascending.
    values: (s, t); dense: every series has a value at every time. A staleness marker is a value here.
    omitted: what ``cuts`` allowed to leave out; no staleness marker and nothing but finite numbers.
    finite: whether it is known that there is nothing but finite numbers here.
    """

    labels: tuple[Labels, ...]
    times: Milliseconds
    values: Values
    omitted: Omitted | None = None
    finite: bool = False


class SampleSource(Protocol):
    """What PromQL reads from: the embedded store, a case on file, a test's arrays."""

    def select(
        self,
        matchers: Sequence[Matcher],
        start_ms: int,
        end_ms: int,
        cuts: Milliseconds | None = None,
    ) -> Sequence[SeriesGroup]:
        """Series whose labels match, with their samples in the closed interval [start_ms, end_ms].

        cuts: (c,) the edges of all windows, ascending, if the caller needs no more of a window than its first
            and last sample, their number, and what counters lost in resets. Samples that no cut parts from
            a neighbour may then be left out; a cut at t parts samples at or before t from later ones.
        """
        ...


@dataclass(frozen=True)
class Sample:
    """One value of an instant query. A scalar answer has empty labels."""

    labels: Labels
    at: float
    value: float


@dataclass(frozen=True)
class Series:
    """One line of a range query: times (t,) in Unix seconds, values (t,)."""

    labels: Labels
    times: npt.NDArray[np.float64]
    values: Values
