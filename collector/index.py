"""Which series exist, and which of them matchers select."""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from collector.labels import Labels, LabelSets, Matcher, MatchOp
from collector.plain_regexes import literals_of
from collector.postings import LabelValues, Postings, SeriesIds

_CACHED_SELECTIONS = 512
_CACHED_IDS = 4_000_000
_CACHED_LABEL_SETS = 512
_FEW = 1000
_EXACT = frozenset({MatchOp.EQUAL, MatchOp.NOT_EQUAL})
_REGEXES = frozenset({MatchOp.REGEX, MatchOp.NOT_REGEX})
_NOBODY = Labels()
_NO_VALUES = LabelValues()
_EVERY = Matcher("", MatchOp.EQUAL, "")


class SeriesIndex:
    """Label sets by id, and ids by label. One thread adds; any thread reads without a lock.

    ``known`` is how many series there are.
    """

    def __init__(self) -> None:
        self.known = 0
        self._labels: list[Labels] = []
        self._values: dict[str, LabelValues] = {}
        self._label_sets: dict[bytes, LabelSets] = {}
        self._selections: dict[tuple[Matcher, ...], tuple[int, SeriesIds]] = {}
        self._cached_ids = 0

    def __len__(self) -> int:
        """How many numbers are taken; those that belong to no series have no samples either."""
        return len(self._labels)

    def add(self, labels: Labels) -> int:
        """Adds the next series; its id is the number of series before it."""
        series = len(self._labels)
        for name, value in labels.pairs:
            self._values.setdefault(name, LabelValues()).add(value, series)
        self._labels.append(labels)
        self.known += 1
        return series

    def add_at(self, series: int, labels: Labels) -> int:
        """Adds a series under a number; the numbers that it skips belong to no series."""
        self._labels += [_NOBODY] * (series - len(self._labels))
        return self.add(labels)

    def labels_of(self, ids: SeriesIds) -> LabelSets:
        """Those of some series; of few the same object for the same ids."""
        if len(ids) > _FEW:
            return self._labels_of(ids)
        key = ids.tobytes()
        known = self._label_sets.get(key)
        if known is None:
            if len(self._label_sets) >= _CACHED_LABEL_SETS:
                self._label_sets.clear()
            known = self._label_sets[key] = self._labels_of(ids)
        return known

    def _labels_of(self, ids: SeriesIds) -> LabelSets:
        labels = self._labels
        return LabelSets([labels[i] for i in ids.tolist()])

    def names(self) -> list[str]:
        return sorted(self._values)

    def values(self, name: str) -> list[str]:
        return sorted(self._values.get(name, _NO_VALUES).all())

    def cardinality(self, name: str) -> list[tuple[str, int]]:
        """Number of series for each value of a label."""
        size = len(self._labels)
        held = self._values.get(name, _NO_VALUES)
        values = held.all()
        return [(value, len(ids.below(size))) for value, ids in zip(values, held.of(values), strict=True)]

    def match(self, matchers: Sequence[Matcher]) -> SeriesIds:
        """Ascending ids of the series whose labels satisfy all matchers."""
        key = tuple(matchers)
        size = len(self._labels)
        cached = self._selections.get(key)
        if cached is not None and cached[0] == size:
            return cached[1]
        first, *others = sorted(key, key=_needs_a_search) or [_EVERY]
        ids: SeriesIds = np.flatnonzero(self._matching(first, size))
        for matcher in others:
            ids = self._narrowed(ids, matcher, size)
        self._remember(key, size, ids)
        return ids

    def _remember(self, key: tuple[Matcher, ...], size: int, ids: SeriesIds) -> None:
        if len(self._selections) >= _CACHED_SELECTIONS or self._cached_ids > _CACHED_IDS:
            self._selections.clear()
            self._cached_ids = 0
        self._selections[key] = (size, ids)
        self._cached_ids += len(ids)

    def _narrowed(self, ids: SeriesIds, matcher: Matcher, size: int) -> SeriesIds:
        """Those of the ids that match; looks at whichever is fewer, series or values of the label."""
        is_plain = matcher.op in _REGEXES and literals_of(matcher.value).exact is not None
        if is_plain or len(ids) >= len(self._values.get(matcher.name, _NO_VALUES)):
            return ids[self._matching(matcher, size)[ids]]
        values = [self._labels[number].get(matcher.name) for number in ids.tolist()]
        fits = {value: matcher.matches(value) for value in set(values)}
        return ids[np.fromiter((fits[value] for value in values), np.bool_, len(values))]

    def _matching(self, matcher: Matcher, size: int) -> npt.NDArray[np.bool_]:
        """A series without the label counts as one with an empty value, as Prometheus has it."""
        held = self._values.get(matcher.name, _NO_VALUES)
        absent_matches = matcher.matches("")
        mask = _union(held.of(_differing(matcher, held, absent_matches)), size)
        return ~mask if absent_matches else mask


def _needs_a_search(matcher: Matcher) -> bool:
    """Whether values have to be tried one by one."""
    return matcher.op not in _EXACT or not matcher.value


def _differing(matcher: Matcher, held: LabelValues, absent_matches: bool) -> Iterable[str]:
    """The values that are decided otherwise than an absent label is."""
    if matcher.op in _EXACT:
        return (matcher.value,) if matcher.value else held.all()
    known = literals_of(matcher.value)
    if known.exact is not None and "" not in known.exact:
        return known.exact
    if absent_matches != (matcher.op is MatchOp.NOT_REGEX):  # the regex fits what is empty
        values = held.all() if not known.free else []
    else:
        values = known.narrowed(held.beginning(known.prefix))
        if known.free:
            return values
    return [value for value in values if matcher.matches(value) != absent_matches]


def _union(all_postings: list[Postings], limit: int) -> npt.NDArray[np.bool_]:
    """Which numbers below the limit are in any of them."""
    mask = np.zeros(limit, np.bool_)
    if all_postings:
        ids = np.concatenate([postings.taken() for postings in all_postings])
        mask[ids[ids < limit]] = True
    return mask
