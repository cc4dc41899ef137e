"""Which queries count events, by ``increase`` or as rates; and rates made counts.

Specs ask for rates. Ours have to be counts, which alerts tell and floors hold against: ``rate`` over a
window is ``increase`` divided by its length.
"""

import re
from collections.abc import Sequence

from alerts.slo import WINDOW
from collector.errors import QueryError
from collector.promql.guard import QuerySize
from collector.promql.parse import parse
from collector.promql.syntax import (
    Aggregation,
    Binary,
    Call,
    Negation,
    Node,
    Number,
    RangeSelector,
    Subquery,
    unwrapped,
)

STAND_IN, _STAND_IN_MS = "2h11m59s", 7_919_000  # for $window while a query is parsed; nobody else writes it
_RATE = re.compile(r"""("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`)|\brate(?=\s*\()""")


def tree_of(query: str) -> Node | None:
    """None for what our parser does not know."""
    try:
        return parse(query.replace(WINDOW, STAND_IN), size=QuerySize())
    except QueryError:  # of another Prometheus than ours
        return None


def counts_of(trees: Sequence[Node | None]) -> set[str] | None:
    """Of what queries are sums, ``rate`` or ``increase``; None for anything else, and for a mixture."""
    found = [None if tree is None else _terms(tree) for tree in trees]
    if any(terms is None or len(terms) != 1 for terms in found):
        return None
    kinds = {kind for terms in found if terms is not None for kind in terms}
    return kinds if len(kinds) == 1 else None


def _terms(node: Node) -> set[str] | None:
    match unwrapped(node):
        case Aggregation(op="sum", expr=inner) | Negation(expr=inner):
            return _terms(inner)
        case Binary(op="+" | "-" | "or", left=left, right=right):
            terms, others = _terms(left), _terms(right)
            return None if terms is None or others is None else terms | others
        case Call(name="vector", args=(Number(value=0.0),)):
            return set()
        case Call(name="rate" | "increase" as name, args=(RangeSelector() | Subquery() as counter,)):
            return {name} if counter.range_ms == _STAND_IN_MS else None
    return None


def as_increase(query: str) -> str:
    """The query with its rates made increases."""
    return _RATE.sub(lambda found: found[1] or "increase", query)
