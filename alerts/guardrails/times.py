"""How long a guardrail takes to tell what has become of its signal."""

import math

from alerts.guardrails.spec import Guardrail
from collector.promql.guard import QuerySize
from collector.promql.parse import parse
from collector.promql.syntax import Node, RangeSelector, Selector, Subquery, children, walk


def settle_seconds(query: str) -> float | None:
    """How long after a change the query reads nothing from before it; None if it looks at a shifted time."""
    tree = parse(query, size=QuerySize())
    if any(isinstance(node, Selector | Subquery) and (node.offset_ms or node.at) for node in walk(tree)):
        return None
    return _reach_seconds(tree)


def _reach_seconds(node: Node) -> float:
    match node:
        case RangeSelector(range_ms=range_ms):
            return range_ms / 1000
        case Subquery(expr=expr, range_ms=range_ms):
            return range_ms / 1000 + _reach_seconds(expr)
        case _:
            return max(map(_reach_seconds, children(node)), default=0.0)


def fires_within_seconds(guardrail: Guardrail, scrape_seconds: float, step_seconds: float) -> float | None:
    """How soon at the latest the alert fires, once its signal is and stays where it is bad.

    By then the window holds nothing from before, wherever scrapes and evaluations fall. None where that
    cannot be told: the query looks at a shifted time, or its baseline has moved along by then.
    """
    settled = settle_seconds(guardrail.now())
    if settled is None:
        return None
    waits = math.ceil(guardrail.for_seconds / step_seconds) * step_seconds
    within = settled + scrape_seconds + step_seconds + waits
    baseline = guardrail.baseline
    is_moved = baseline is not None and guardrail.limit is None and within > baseline.before_seconds
    return None if is_moved else within
