"""Many queries at one time: those of one shape are evaluated as one, at little more than the cost of one."""

from collections import OrderedDict, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from weakref import WeakValueDictionary

from collector.errors import QueryError
from collector.labels import Labels, LabelSets
from collector.promql.asking import milliseconds, store_told
from collector.promql.engine import Engine
from collector.promql.remembered import Remembered
from collector.promql.results import ScalarResult, VectorResult, samples_of
from collector.promql.shapes import TAG, Matchers, Shape, form_of
from collector.promql.syntax import Node
from collector.promql.unions import NumberedSource, TaggedLabels, Union, UnionSource, tag_of
from collector.series import Sample, SampleSource

_KEPT_BATCHES = 4096
_FEW = 4  # so many are asked one by one, where one of them fails

Outcome = list[Sample] | QueryError
_Values = tuple[str, ...]


@dataclass(eq=False)
class _Family:
    """A shape, compared by identity: to compare trees would cost as much as to evaluate them."""

    shape: Shape


@dataclass(eq=False)
class Asked:
    """A query that is asked again and again.

    node: its tree, once it was evaluated alone; it takes fifty times the memory of the text.
    is_alone: it failed, and so is kept apart from its family until it does not.
    """

    query: str
    family: _Family | None = None
    values: tuple[_Values, ...] = ()
    node: Node | None = None
    is_alone: bool = False


class Together:
    """Answers as the engine does, query by query. For one thread.

    source: what the engine reads. Unless its series have numbers, every query is evaluated alone.
    """

    def __init__(self, engine: Engine, source: SampleSource) -> None:
        self._engine = engine
        self._source = source if isinstance(source, NumberedSource) and not engine.delayed_names else None
        self._families: WeakValueDictionary[Shape, _Family] = WeakValueDictionary()
        self._unions: WeakValueDictionary[tuple[Matchers, tuple[_Values, ...]], Union] = WeakValueDictionary()
        self._batches: OrderedDict[tuple[Asked, ...], _Batch] = OrderedDict()
        self._tagged = TaggedLabels()

    def read(self, query: str) -> Asked:
        """A query that cannot be read is one that fails whenever it is asked."""
        try:
            form = form_of(self._engine.parsed(query)) if self._source is not None else None
        except QueryError:
            form = None
        if form is None:
            return Asked(query)
        family = self._families.get(form.shape)
        if family is None:
            family = self._families[form.shape] = _Family(form.shape)
        return Asked(query, family, form.values)

    def answers(self, asked: Sequence[Asked], at: float) -> list[Outcome]:
        """What each query answers at a time, in their order."""
        alike: dict[_Family | None, list[int]] = defaultdict(list)
        for place, one in enumerate(asked):
            alike[None if one.is_alone else one.family].append(place)
        found: dict[int, Outcome] = {}
        for family, places in alike.items():
            some = [asked[place] for place in places]
            outcomes = self._one_by_one(some, at) if family is None else self._as_one(some, at)
            found.update(zip(places, outcomes, strict=True))
        return [found[place] for place in range(len(asked))]

    def _one_by_one(self, asked: Sequence[Asked], at: float) -> list[Outcome]:
        return [self._alone(one, at) for one in asked]

    def _alone(self, asked: Asked, at: float) -> Outcome:
        try:
            with store_told():
                if asked.node is None:
                    asked.node = self._engine.parsed(asked.query)
                samples = samples_of(self._engine.instant(asked.node, milliseconds(at)).result, at)
        except QueryError as error:
            asked.is_alone = True
            return error
        asked.is_alone = False
        return samples

    def _as_one(self, asked: Sequence[Asked], at: float) -> list[Outcome]:
        """Where that fails, halves are tried, so that only who is guilty fails."""
        if len(asked) == 1:
            return self._one_by_one(asked, at)
        try:
            with store_told():
                outcomes = self._batch(tuple(asked)).answers(at)
        except QueryError:
            if len(asked) <= _FEW:
                return self._one_by_one(asked, at)
            half = len(asked) // 2
            return [*self._as_one(asked[:half], at), *self._as_one(asked[half:], at)]
        pairs = zip(asked, outcomes, strict=True)
        return [self._alone(one, at) if outcome is None else outcome for one, outcome in pairs]

    def _batch(self, asked: tuple[Asked, ...]) -> "_Batch":
        batch = self._batches.get(asked)
        if batch is None:
            batch = self._batches[asked] = self._made_batch(asked)
            if len(self._batches) > _KEPT_BATCHES:
                self._batches.popitem(last=False)
        return batch

    def _made_batch(self, asked: tuple[Asked, ...]) -> "_Batch":
        assert asked[0].family is not None
        assert self._source is not None
        shape = asked[0].family.shape
        values = zip(*(one.values for one in asked), strict=True)
        unions = [self._union(slot, of_slot) for slot, of_slot in zip(shape.slots, values, strict=False)]
        bare = LabelSets([tag_of(member) for member in range(len(asked))])
        return _Batch(shape, self._engine.over(UnionSource(self._source, unions), bare), len(asked))

    def _union(self, slot: Matchers, values: tuple[_Values, ...]) -> Union:
        union = self._unions.get((slot, values))
        if union is None:
            union = self._unions[slot, values] = Union(slot, values, self._tagged)
        return union


@dataclass(frozen=True)
class _Batch:
    """Queries of one shape.

    All together they may hold as many samples as one may: so none passes that would fail alone.
    """

    shape: Shape
    engine: Engine
    members: int

    def answers(self, at: float) -> Sequence[list[Sample] | None]:
        """None for one that must be asked alone after all. Raises ``QueryError`` if any of them fails."""
        result = self.engine.instant(self.shape.fused, milliseconds(at)).result
        if isinstance(result, ScalarResult):
            return [samples_of(result, at) for _ in range(self.members)]
        assert isinstance(result, VectorResult)
        members, labels = _untagged(result.labels)
        own: dict[int, list[Sample]] = {}
        for member, one, value in zip(members, labels, result.values.tolist(), strict=True):
            own.setdefault(member, []).append(Sample(one, at, value))
        nothing: list[Sample] = []
        if self.shape.is_absent:
            return [nothing if member in own else None for member in range(self.members)]
        return [own.get(member, nothing) for member in range(self.members)]


@Remembered
def _untagged(series: tuple[Labels, ...]) -> tuple[list[int], list[Labels]]:
    return [int(labels.get(TAG)) for labels in series], [labels.without(TAG) for labels in series]
