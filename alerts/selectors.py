"""The series selectors of a query, and what is known of the series that they name."""

from collections.abc import Iterable, Set
from dataclasses import dataclass

from collector.errors import QueryError
from collector.labels import METRIC_NAME, Matcher, MatchOp
from collector.names import is_bare_metric
from collector.promql.guard import QuerySize
from collector.promql.parse import parse
from collector.promql.syntax import Selector, walk
from collector.querier import InstantQuerier
from collector.redaction import shortened

_NUMBERS = {"nan", "inf"}  # as a metric's name they need braces


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


def shown(matchers: Iterable[Matcher]) -> str:
    """A selector as people write it, its metric before the braces; ``parse`` reads it again."""
    rest = list(matchers)
    name = next((m for m in rest if m.name == METRIC_NAME and m.op is MatchOp.EQUAL), None)
    if name is None or not is_bare_metric(name.value) or name.value.lower() in _NUMBERS:
        return spelled(rest)
    rest.remove(name)
    return f"{name.value}{spelled(rest)}" if rest else name.value


def as_shown(selector: str) -> str:
    """The same of a selector that is spelled otherwise."""
    return shown(matchers_of(selector))


def matchers_of(selector: str) -> tuple[Matcher, ...]:
    """Raises ``QueryError`` for what is no selector."""
    node = parse(selector, size=QuerySize())
    if not isinstance(node, Selector):
        raise QueryError(f"expected a selector, found {shortened(selector)}")
    return node.matchers


def spelled(matchers: Iterable[Matcher]) -> str:
    """A selector as PromQL, whatever its metric is called."""
    return "{" + ",".join(map(str, matchers)) + "}"
