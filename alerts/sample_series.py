"""Series that a query answers: what a test of a rule feeds it."""

from alerts.selectors import selectors
from collector.embedded import EmbeddedQuerier
from collector.errors import QueryError
from collector.labels import Labels, Matcher, MatchOp
from collector.memory import MemoryStore
from collector.promql.syntax import Selector


def series_for(query: str, value: float) -> list[Labels]:
    """One series for each selector of a query, so that its answer is one value above 0; else none.

    value: of each series.
    """
    wanted = selectors(query)
    found = [labels for selector in wanted if (labels := labels_for(selector)) is not None]
    series = list(dict.fromkeys(found))
    return series if len(found) == len(wanted) and _is_answered(query, series, value) else []


def labels_for(selector: Selector) -> Labels | None:
    """Labels that meet every condition; None where they are not to be had from its text."""
    wanted = {matcher.name: _value(matcher) for matcher in selector.matchers if not matcher.matches("")}
    labels = Labels(wanted)
    met = all(matcher.matches(labels.get(matcher.name)) for matcher in selector.matchers)
    return labels if met and labels.metric else None


def _value(matcher: Matcher) -> str:
    """For an expression its first alternative, which is often plain text."""
    match matcher.op:
        case MatchOp.EQUAL:
            return matcher.value
        case MatchOp.REGEX:
            return matcher.value.strip("()").partition("|")[0].replace(".*", "x").replace(".+", "x")
        case _:
            return "x"


def _is_answered(query: str, series: list[Labels], value: float) -> bool:
    store = MemoryStore()
    for labels in series:
        store.append(labels, 0, value)
    try:
        answer = EmbeddedQuerier(store).instant(query, 0.0)
    except QueryError:
        return False
    return [sample.value > 0 for sample in answer] == [True]
