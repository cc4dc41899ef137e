"""What every part of an evaluation is given: the samples, the options, and the steps."""

from dataclasses import dataclass, field, replace

from collector.labels import Labels, LabelSets
from collector.promql.limits import Budget, Limits
from collector.promql.notes import Notes
from collector.promql.syntax import At
from collector.series import Milliseconds, SampleSource

BARE = LabelSets([Labels()])


@dataclass(frozen=True)
class QueryContext:
    """One query. start_ms and end_ms are what ``start()`` and ``end()`` mean, also inside subqueries.

    bare: the label sets that a scalar gets where it becomes a vector.
    """

    source: SampleSource
    limits: Limits
    budget: Budget
    start_ms: int
    end_ms: int
    delayed_names: bool = False
    bare: LabelSets = BARE
    notes: Notes = field(default_factory=Notes)

    @property
    def lookback_ms(self) -> int:
        return round(self.limits.lookback_seconds * 1000)


@dataclass(frozen=True)
class Steps:
    """The times (t,) at which an expression is evaluated, rising and evenly spaced.

    instant: only then do sort and topk order their answer.
    """

    query: QueryContext
    times: Milliseconds
    instant: bool

    def at(self, times: Milliseconds) -> "Steps":
        return replace(self, times=times)

    def references(self, offset_ms: int, at: At | None) -> Milliseconds:
        """(t,) the times that a selector with these modifiers looks back from."""
        if at is None:
            return self.times - offset_ms
        edges = {"start": self.query.start_ms, "end": self.query.end_ms, "time": at.time_ms}
        return self.times * 0 + edges[at.edge] - offset_ms
