"""A history with what rules have recorded over it so far."""

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np

from collector.labels import METRIC_NAME, Matcher, MatchOp
from collector.memory import MemoryStore
from collector.series import Milliseconds, SampleSource, SeriesGroup


class RecordedHistory:
    """A ``SampleSource``: of the names that rules record, what they record now; else what the history has.

    names: of all series that the rules make. The history may hold older ones of these names: they are hidden.
    """

    def __init__(self, history: SampleSource, names: Collection[str]) -> None:
        self._history = history
        self._names = frozenset(names)
        self._recorded: dict[int, tuple[frozenset[str], MemoryStore]] = {}

    def record(self, writer: int, store: MemoryStore) -> None:
        """Shows the series that a rule, known by a number, has made."""
        self._recorded[writer] = (frozenset(labels.metric for labels in store.labels()), store)

    @property
    def writers(self) -> list[int]:
        """The numbers of the rules whose series are shown."""
        return list(self._recorded)

    def forget(self, writer: int) -> None:
        """Lets go of what nobody reads any more."""
        self._recorded.pop(writer, None)

    def select(
        self, matchers: Sequence[Matcher], start_ms: int, end_ms: int, cuts: Milliseconds | None = None
    ) -> list[SeriesGroup]:
        """As ``SampleSource`` has it."""
        named = next((m.value for m in matchers if m.name == METRIC_NAME and m.op is MatchOp.EQUAL), None)
        found = [
            group
            for names, store in self._recorded.values()
            if named is None or named in names
            for group in store.select(matchers, start_ms, end_ms)
        ]
        if named in self._names:
            return found
        return found + self._untouched(self._history.select(matchers, start_ms, end_ms, cuts))

    def _untouched(self, groups: Sequence[SeriesGroup]) -> list[SeriesGroup]:
        """Without the series that the rules make."""
        kept = []
        for group in groups:
            rows = [row for row, labels in enumerate(group.labels) if labels.metric not in self._names]
            if len(rows) == len(group.labels):
                kept.append(group)
            elif rows:
                kept.append(_only(group, rows))
        return kept


def _only(group: SeriesGroup, rows: list[int]) -> SeriesGroup:
    omitted = group.omitted and replace(group.omitted, lost=group.omitted.lost[rows])
    labels = tuple(np.array(group.labels, object)[rows])
    return replace(group, labels=labels, values=group.values[rows], omitted=omitted)
