"""The series selectors of a query, and what is known of the series that they name."""

from collections.abc import Iterable, Set
from dataclasses import dataclass

from collector.labels import METRIC_NAME, Matcher, MatchOp
from collector.promql.guard import QuerySize
from collector.promql.parse import parse
from collector.promql.syntax import Selector, walk
from collector.querier import InstantQuerier


@dataclass(frozen=True)
class Unmatched:
    """What of a selector no series has: its metric, or with ``label`` one of its labels."""

    metric: str
    label: str = ""

    def __str__(self) -> str:
        if self.label:
            return f"no series of {self.metric} has the label {self.label}"
        return f"no series is named {self.metric}"


def selectors(query: str) -> tuple[Selector, ...]:
    """In the order of the text. Raises ``QueryError`` for a query that is wrong."""
    return tuple(each for each in walk(parse(query, size=QuerySize())) if isinstance(each, Selector))


def unmatched(
    querier: InstantQuerier, query: str, at: float, known: Set[str] = frozenset()
) -> Unmatched | None:
    """The first mistake that keeps a query from ever matching; None while each selector can match.

    known: names of metrics that are going to be there, such as those that rules record.

    Raises:
        QueryError: if the querier cannot answer.
    """
    for selector in selectors(query):
        name = next((m for m in selector.matchers if m.name == METRIC_NAME and m.op is MatchOp.EQUAL), None)
        if name is None:
            continue
        if not querier.instant(f"count({spelled([name])})", at):
            if name.value in known:
                continue
            return Unmatched(name.value)
        for label in _needed(selector):
            if not querier.instant(f"count({spelled([name, Matcher(label, MatchOp.NOT_EQUAL, '')])})", at):
                return Unmatched(name.value, label)
    return None


def seconds_between_samples(querier: InstantQuerier, query: str, at: float) -> float | None:
    """The shortest scrape interval of the series that a query reads; None where none is there for long.

    Raises:
        QueryError: if the querier cannot answer.
    """
    found = []
    for selector in selectors(query):
        text = spelled(selector.matchers)
        counted = f"count_over_time({text}[10m]) and {text} offset 10m"
        found += [sample.value for sample in querier.instant(f"min(600 / ({counted}))", at)]
    return min(found, default=None)


def _needed(selector: Selector) -> list[str]:
    """Labels that a series must have to match."""
    return [m.name for m in selector.matchers if m.name != METRIC_NAME and not m.matches("")]


def spelled(matchers: Iterable[Matcher]) -> str:
    """A selector as PromQL, whatever its metric is called."""
    return "{" + ",".join(map(str, matchers)) + "}"
