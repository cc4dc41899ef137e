"""Range vectors: samples of series that share a clock, and a pair of indices for the window of each step."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from collector.labels import METRIC_NAME, Labels
from collector.promql.places import places_after
from collector.promql.value import Indices, Mask, Vector, present_at
from collector.series import Milliseconds, Omitted, SeriesGroup, Values, is_stale

_CACHED_CELLS = 128 * 1024


@dataclass(frozen=True)
class Windows:
    """Windows (start, end] over one group of s series, at t steps.

    times, values: (n,) and (s, n), without staleness markers.
    first, stop: (t,) the window of step i holds the samples first[i] … stop[i]−1.
    starts, ends: (t,) milliseconds; at: (t,) the times of evaluation, which ``offset`` and ``@`` leave alone.
    omitted: samples that are not there, but counted; only where a function asked for no more than edges.
    finite: as in ``SeriesGroup``.
    """

    labels: tuple[Labels, ...]
    times: Milliseconds
    values: Values
    first: Indices
    stop: Indices
    starts: Milliseconds
    ends: Milliseconds
    at: Milliseconds
    omitted: Omitted | None = None
    finite: bool = False

    @property
    def counts(self) -> Indices:
        """(t,) how many samples a window holds."""
        counts = self.stop - self.first
        return counts if self.omitted is None else counts + self.omitted.counts @ self.holds_omitted()

    def holds_omitted(self) -> npt.NDArray[np.int64]:
        """(k, t) 1 where a window holds a run that was left out."""
        assert self.omitted is not None
        places = self.omitted.places[:, None]
        return ((places > self.first) & (places < self.stop)).astype(np.int64)

    def held(self, least: int) -> Mask:
        """(s, t) True where a window holds at least so many samples; a broadcast view."""
        return present_at(self.counts >= least, len(self.labels))

    def column(self, indices: Indices) -> Values:
        """(s, t) the sample at an index for each step; indices outside are clipped."""
        if len(self.times) == 0:
            return np.zeros((len(self.labels), len(indices)))
        return take_columns(self.values, within(indices, len(self.times)))


def within(indices: Indices, count: int) -> Indices:
    """Indices moved to the nearest that exists; for few of them ``np.clip`` takes several times as long."""
    nearest: Indices = np.minimum(np.maximum(indices, 0), count - 1)
    return nearest


def take_columns(values: Values, indices: Indices) -> Values:
    """``values[:, indices]``; a view where the indices are evenly spaced, which is much faster."""
    if len(indices) == 1:
        return values[:, indices[0] : indices[0] + 1]
    strides = indices[1:] - indices[:-1]
    stride = int(strides[0])
    if stride > 0 and (strides == stride).all():
        return values[:, indices[0] : indices[-1] + 1 : stride]
    return np.take(values, indices, axis=1)


def windows_of(
    groups: Iterable[SeriesGroup], ends: Milliseconds, range_ms: int, at: Milliseconds
) -> Iterator[Windows]:
    """The windows (end − range, end] over samples that cover them all."""
    starts = ends - range_ms
    opening = _opening(starts, ends)
    for group in groups:
        for fresh in without_stale(group):
            stop = places_after(fresh.times, ends)
            first = np.concatenate([places_after(fresh.times, opening), stop])[: len(stop)]
            for some in _in_cache(fresh, max(len(fresh.times), len(ends))):
                yield Windows(
                    some.labels,
                    some.times,
                    some.values,
                    first,
                    stop,
                    starts,
                    ends,
                    at,
                    some.omitted,
                    some.finite,
                )


def _opening(starts: Milliseconds, ends: Milliseconds) -> Milliseconds:
    """The starts of the first windows, up to those that are the ends of windows, one after another."""
    lag = int(starts.searchsorted(ends[0])) if len(ends) else 0
    if lag == len(ends):
        return starts
    return starts[:lag] if np.array_equal(starts[lag:], ends[: len(ends) - lag]) else starts


def _in_cache(group: SeriesGroup, width: int) -> Iterator[SeriesGroup]:
    """Some series at a time, so that what is computed from them stays within the cache."""
    height = max(1, _CACHED_CELLS // max(1, width))
    if 0 < len(group.labels) <= height:
        yield group
        return
    for begin in range(0, len(group.labels), height):
        rows = slice(begin, begin + height)
        omitted = _of_rows(group.omitted, rows)
        yield replace(group, labels=group.labels[rows], values=group.values[rows], omitted=omitted)


def without_stale(group: SeriesGroup) -> Iterator[SeriesGroup]:
    """The group without its staleness markers: series that are stale at the same times stay together."""
    stale = None if group.finite else is_stale(group.values)
    if stale is None or not stale.any():
        yield group
        return
    yield from compacted(group, ~stale)


def compacted(group: SeriesGroup, present: Mask) -> Iterator[SeriesGroup]:
    """Groups of the series that have values at the same times, holding those times only."""
    labels, times, values = group.labels, group.times, group.values
    if present.all():
        if labels:
            yield group
        return
    rows_by_pattern: dict[bytes, list[int]] = defaultdict(list)
    for row, pattern in enumerate(np.packbits(present, axis=1)):
        rows_by_pattern[pattern.tobytes()].append(row)
    for rows in rows_by_pattern.values():
        columns = np.flatnonzero(present[rows[0]])
        if len(columns):
            omitted = _of_rows(group.omitted, rows)
            if omitted is not None:
                omitted = replace(omitted, places=np.searchsorted(columns, omitted.places))
            cells = values[rows][:, columns]
            yield SeriesGroup(tuple(labels[r] for r in rows), times[columns], cells, omitted)


def _of_rows(omitted: Omitted | None, rows: slice | list[int]) -> Omitted | None:
    return None if omitted is None else replace(omitted, lost=omitted.lost[rows])


def groups_of(value: Vector, times: Milliseconds) -> Iterator[SeriesGroup]:
    """The answer of a subquery's inner expression as if it were stored samples."""
    labels = tuple(
        labels.without(METRIC_NAME) if unnamed else labels
        for labels, unnamed in zip(value.labels, value.unnamed, strict=True)
    )
    yield from compacted(SeriesGroup(labels, times, value.values), value.present)
