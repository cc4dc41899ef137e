"""Which samples of a request a store may take: in the order of their series, and not of another age."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np
import numpy.typing as npt

from collector.postings import SeriesIds
from collector.series import Milliseconds, Values
from collector.store.batches import Points

_Mask = npt.NDArray[np.bool_]


class Refused(StrEnum):
    """Why a sample is not kept."""

    OUT_OF_ORDER = "out_of_order"
    TOO_OLD = "too_old"
    TOO_NEW = "too_new"
    DUPLICATE = "duplicate"
    INVALID_LABELS = "invalid_labels"
    NATIVE_HISTOGRAM = "native_histogram"


@dataclass(frozen=True)
class Ages:
    """What times a sample may have, in milliseconds. window_ms: how far behind its series' newest."""

    oldest_ms: int
    latest_ms: int
    window_ms: int = 0

    def refused(self, times: Milliseconds) -> tuple[_Mask, Counter[Refused]]:
        """Which times are none, whatever is held, and how many for each reason."""
        too_new, too_old = times > self.latest_ms, times < self.oldest_ms
        counts = Counter({Refused.TOO_NEW: int(too_new.sum()), Refused.TOO_OLD: int(too_old.sum())})
        return too_new | too_old, counts


class Newest(Protocol):
    """The latest samples that a store holds of its series."""

    def newest_ms(self, series: SeriesIds) -> Milliseconds:
        """The time of each series' newest sample; long ago where it has none."""
        ...

    def values_at(self, series: SeriesIds, times_ms: Milliseconds) -> Values:
        """The value of each series' newest sample where that is of the time given; else anything."""
        ...


@dataclass(frozen=True)
class Judged:
    """points: those to keep, by series, times ascending. refused: how many samples were not, and why."""

    points: Points
    refused: Counter[Refused]


def judge(points: Points, held: Newest, ages: Ages) -> Judged:
    """Decides as Prometheus does: what is held already, value and all, is neither kept nor refused."""
    beyond, refused = ages.refused(points.times)
    sorted_points = _by_series(_those(points, ~beyond))
    floor = _floor(sorted_points, held)
    late = sorted_points.times < floor - ages.window_ms
    if ages.window_ms:
        late |= sorted_points.times == floor - ages.window_ms
    again = sorted_points.times == floor
    refused[Refused.TOO_OLD if ages.window_ms else Refused.OUT_OF_ORDER] += int(late.sum())
    refused[Refused.DUPLICATE] += _differing(sorted_points, again, held)
    return Judged(_those(sorted_points, ~(late | again)), +refused)


def _by_series(points: Points) -> Points:
    """The samples of each series together, in the order in which they came."""
    if (np.diff(points.series) >= 0).all():
        return points
    order = np.argsort(points.series, kind="stable")
    return Points(points.series[order], points.times[order], points.values[order])


def _floor(points: Points, held: Newest) -> Milliseconds:
    """For each sample the newest time that its series has before it, in the store or in the request."""
    edges = _edges(points.series)
    floor = np.repeat(held.newest_ms(points.series[edges[:-1]]), np.diff(edges))
    behind = np.flatnonzero((np.diff(points.times) <= 0) & (np.diff(points.series) == 0))
    for part in np.unique(np.searchsorted(edges, behind, side="right") - 1).tolist():
        first, last = edges[part], edges[part + 1]
        running = np.maximum.accumulate(points.times[first:last])
        floor[first + 1 : last] = np.maximum(floor[first + 1 : last], running[:-1])
    return floor


def _edges(series: SeriesIds) -> npt.NDArray[np.int64]:
    changes = np.flatnonzero(np.diff(series)) + 1
    return np.concatenate([[0], changes, [len(series)]]) if len(series) else np.zeros(1, np.int64)


def _differing(points: Points, again: _Mask, held: Newest) -> int:
    """How many of the samples that come ``again`` have another value than the first for their time."""
    if not again.any():
        return 0
    repeated = _those(points, again)
    first = held.values_at(repeated.series, repeated.times)
    alike = np.isin(points.series, repeated.series) & ~again
    earlier = _those(points, alike)
    values = dict(zip(_keys(earlier), earlier.values.view(np.uint64).tolist(), strict=True))
    bits = first.view(np.uint64).tolist()
    before = [values.get(key, held_bits) for key, held_bits in zip(_keys(repeated), bits, strict=True)]
    return int((np.array(before, np.uint64) != repeated.values.view(np.uint64)).sum())


def _keys(points: Points) -> Iterator[tuple[int, int]]:
    return zip(points.series.tolist(), points.times.tolist(), strict=True)


def _those(points: Points, kept: _Mask) -> Points:
    if kept.all():
        return points
    return Points(points.series[kept], points.times[kept], points.values[kept])
