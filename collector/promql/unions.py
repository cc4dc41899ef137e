"""The series of many selectors at once, each tagged with whose it is."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

import numpy as np

from collector.index import SeriesIndex
from collector.labels import METRIC_NAME, Labels, LabelSets, Matcher, MatchOp, matches_all
from collector.postings import SeriesIds
from collector.promql.shapes import TAG, Matchers, slot_of
from collector.promql.value import Indices
from collector.series import Milliseconds, Omitted, SampleSource, SeriesGroup

_FEW_NAMES = 64
_KEPT_PIECES = 64
_AT_ONCE = 500


@runtime_checkable
class NumberedSource(SampleSource, Protocol):
    """A source whose series have numbers."""

    index: SeriesIndex

    def select_series(
        self, series: SeriesIds, start_ms: int, end_ms: int, cuts: Milliseconds | None = None
    ) -> Sequence[tuple[SeriesIds, SeriesGroup]]:
        """As ``select``, of (ascending) series; gives their numbers in place of their labels."""
        ...


def tag_of(member: int) -> Labels:
    """The label by which a member's series are known."""
    return Labels({TAG: str(member)})


@dataclass(frozen=True)
class _Owned:
    """Rows of a piece, one for each pair of a series and a member that selects it; None: as they are."""

    rows: Indices | None
    labels: LabelSets


class Union:
    """What selectors of one slot select; they differ in what labels equal and in nothing else.

    values: of each selector, in the order of the slot's matchers.
    """

    def __init__(self, slot: Matchers, values: Sequence[tuple[str, ...]], tagged: "TaggedLabels") -> None:
        self._names = [m.name for m in slot if m.op is MatchOp.EQUAL]
        self._common = tuple(m for m in slot if m.op is not MatchOp.EQUAL)
        self._members: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for member, equal in enumerate(values):
            self._members[equal].append(member)
        self._tagged = tagged
        self._seen = 0
        self._ids = self._owners = np.empty(0, np.int64)
        self._pieces: dict[bytes, _Owned] = {}
        self.series = np.empty(0, np.int64)

    def refresh(self, index: SeriesIndex) -> None:
        """Looks for members among the series that are new: series never go, nor change."""
        size = len(index)
        if size == self._seen:
            return
        new = self._candidates(index) if self._seen == 0 else np.arange(self._seen, size)
        new = new[(new >= self._seen) & (new < size)]
        parts = np.array_split(new, len(new) // _AT_ONCE + 1)
        found = [pair for part in parts for pair in self._owned(part, index)]
        self._seen = size
        if found:
            ids, owners = np.array(found, np.int64).T
            self._ids, self._owners = np.append(self._ids, ids), np.append(self._owners, owners)
            self.series = np.unique(self._ids)
            self._pieces.clear()

    def of_piece(self, series: SeriesIds, index: SeriesIndex) -> _Owned:
        """series: in any order."""
        key = series.tobytes()
        known = self._pieces.get(key)
        if known is None:
            if len(self._pieces) >= _KEPT_PIECES:
                self._pieces.clear()
            known = self._pieces[key] = self._of_piece(series, index)
        return known

    def _of_piece(self, series: SeriesIds, index: SeriesIndex) -> _Owned:
        first, last = (self._ids.searchsorted(series, side) for side in ("left", "right"))
        counts = last - first
        rows = np.repeat(np.arange(len(series)), counts)
        places = np.repeat(first - (np.cumsum(counts) - counts), counts) + np.arange(len(rows))
        labels = self._tagged.of(series[rows], self._owners[places], index)
        return _Owned(None if (counts == 1).all() else rows, labels)

    def _candidates(self, index: SeriesIndex) -> SeriesIds:
        if METRIC_NAME in self._names:
            place = self._names.index(METRIC_NAME)
            metrics = {values[place] for values in self._members}
            if len(metrics) <= _FEW_NAMES:
                named = [Matcher(METRIC_NAME, MatchOp.EQUAL, metric) for metric in metrics]
                return np.unique(np.concatenate([index.match((one, *self._common)) for one in named]))
        return index.match(self._common)

    def _owned(self, series: SeriesIds, index: SeriesIndex) -> Iterator[tuple[int, int]]:
        for number, labels in zip(series.tolist(), index.labels_of(series), strict=True):
            members = self._members.get(tuple([labels.get(name) for name in self._names]))
            if members and matches_all(self._common, labels):
                for member in members:
                    yield number, member


class TaggedLabels:
    """Label sets with tags. The same series are the same object: what queries work out is kept by that."""

    def __init__(self) -> None:
        self._kept: dict[tuple[bytes, bytes], LabelSets] = {}

    def of(self, series: SeriesIds, members: SeriesIds, index: SeriesIndex) -> LabelSets:
        key = series.tobytes(), members.tobytes()
        known = self._kept.get(key)
        if known is None:
            if len(self._kept) >= _KEPT_PIECES:
                self._kept.clear()
            pairs = zip(index.labels_of(series), members.tolist(), strict=True)
            known = LabelSets([labels.merged({TAG: str(member)}) for labels, member in pairs])
            self._kept[key] = known
        return known


class UnionSource:
    """A ``SampleSource`` for fused trees: answers for a slot with the series of all members."""

    def __init__(self, source: NumberedSource, unions: Sequence[Union]) -> None:
        self._source = source
        self._unions = unions

    def select(
        self, matchers: Sequence[Matcher], start_ms: int, end_ms: int, cuts: Milliseconds | None = None
    ) -> list[SeriesGroup]:
        union, index = self._unions[slot_of(matchers)], self._source.index
        union.refresh(index)
        if not len(union.series):
            return []
        groups = self._source.select_series(union.series, start_ms, end_ms, cuts)
        return [_owned(group, union.of_piece(series, index)) for series, group in groups]


def _owned(group: SeriesGroup, owned: _Owned) -> SeriesGroup:
    if owned.rows is None:
        return replace(group, labels=owned.labels)
    omitted = group.omitted
    if omitted is not None:
        omitted = Omitted(omitted.places, omitted.counts, omitted.lost[owned.rows])
    return replace(group, labels=owned.labels, values=group.values[owned.rows], omitted=omitted)
