"""The series selectors of an SLO's two counts, and where their labels do not go together."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from alerts.check.findings import Finding
from alerts.selectors import selectors
from alerts.slo import Slo
from collector.errors import QueryError
from collector.labels import METRIC_NAME, Matcher, MatchOp
from collector.names import is_bare_metric
from collector.promql.syntax import Selector

_ANY_WINDOW = "5m"
_SAMPLE_SUFFIX = re.compile(r"_(bucket|count|sum|total)$")
BUCKET_LABEL = "le"


@dataclass(frozen=True)
class Parts:
    """part: what only the bad events are counted from, be it good or bad; total: what all are."""

    part: tuple[Selector, ...]
    total: tuple[Selector, ...]


def parts_of(slo: Slo) -> Parts:
    """Empty for a query that our parser does not take, which is found elsewhere."""
    try:
        total = selectors(slo.sli.total_over(_ANY_WINDOW))
        bad = selectors(slo.sli.bad_over(_ANY_WINDOW))
    except QueryError:
        return Parts((), ())
    return Parts(tuple(dict.fromkeys(one for one in bad if one not in total)), tuple(dict.fromkeys(total)))


def spelled(selector: Selector) -> str:
    """A selector as PromQL."""
    name = metric(selector)
    if not is_bare_metric(name):
        return f"{{{','.join(map(str, selector.matchers))}}}"
    shown = [str(m) for m in selector.matchers if m.name != METRIC_NAME]
    return f"{name}{{{','.join(shown)}}}" if shown else name


def metric(selector: Selector) -> str:
    """Its metric's name; empty where it is not given by equality."""
    names = (m.value for m in selector.matchers if m.name == METRIC_NAME and m.op is MatchOp.EQUAL)
    return next(names, "")


def failure_labels(slo: Slo) -> list[str]:
    """Labels by which bad events are told from the rest of the same counter."""
    parts = parts_of(slo)
    same = {metric(one) for one in parts.total}
    known = {matcher for one in parts.total for matcher in one.matchers}
    found = (m.name for one in parts.part if metric(one) in same for m in one.matchers if m not in known)
    return list(dict.fromkeys(found))


def label_findings(slo: Slo) -> Iterator[Finding]:
    """Selectors of which one can only match series that the other cannot."""
    parts = parts_of(slo)
    for part in parts.part:
        for total in parts.total:
            if differs := next(_differences(part, total), None):
                why = f"{differs}, so that bad is no share of total; select both alike"
                message = f"{slo.name}: labels differ: {why}"
                yield Finding("warning", "labels-differ", message)
                return


def _differences(part: Selector, total: Selector) -> Iterator[str]:
    same_metric = family(part) == family(total)
    for one in (m for m in total.matchers if _is_fixed(m)):
        own = [m for m in part.matchers if m.name == one.name]
        if any(not m.matches(one.value) for m in own):
            yield f"{spelled(part)} excludes the {one} of {spelled(total)}"
        elif not own and same_metric:
            yield f"{spelled(part)} counts more than the {one} of {spelled(total)}"
    for one in (m for m in part.matchers if _is_fixed(m)):
        if any(not m.matches(one.value) for m in total.matchers if m.name == one.name):
            yield f"{spelled(total)} excludes the {one} of {spelled(part)}"


def _is_fixed(matcher: Matcher) -> bool:
    return (
        matcher.op is MatchOp.EQUAL
        and bool(matcher.value)
        and matcher.name not in {METRIC_NAME, BUCKET_LABEL}
    )


def family(selector: Selector) -> str:
    """The metric's name without what a sample's adds to it."""
    return _SAMPLE_SUFFIX.sub("", metric(selector))
