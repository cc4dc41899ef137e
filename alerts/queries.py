"""PromQL that users write into their files: checked while the file is read, not when it is evaluated."""

import promql_parser

from alerts.errors import SpecError
from alerts.slo import WINDOW

_LONGEST = 4_000  # characters; the parser's stack does not survive thousands of nested terms


def checked_query(place: str, key: str, query: str, *, windowed: bool = True) -> str:
    """The query on one line.

    Args:
        place: the file, for the message.
        key: the key in the file.
        query: PromQL, with ``[$window]`` for the window.
        windowed: whether ``[$window]`` must occur.

    Raises:
        SpecError: if it is not PromQL or has no window.
    """
    query = " ".join(query.split())
    if windowed and f"[{WINDOW}]" not in query and f"[{WINDOW}:" not in query:
        raise SpecError(f"{place}: {key}: expected a query over [{WINDOW}]")
    _parsed(place, key, query)
    _parsed(place, key, f"({query}) {'>' if windowed else '+'} 0")  # what the rules make of it
    return query


def one_series(place: str, key: str, query: str, *, windowed: bool = True) -> str:
    """A checked query, summed unless it is an aggregation to one series without labels already."""
    query = checked_query(place, key, query, windowed=windowed)
    if not windowed and WINDOW in query:
        raise SpecError(f"{place}: {key}: expected a query without {WINDOW}")
    expression = _parsed(place, key, query)
    summed = isinstance(expression, promql_parser.AggregateExpr) and expression.modifier is None
    _parsed(place, key, one := query if summed else f"sum({query})")
    return one


def _parsed(place: str, key: str, query: str) -> promql_parser.Expr:
    if len(query) > _LONGEST:
        raise SpecError(f"{place}: {key}: expected at most {_LONGEST} characters of PromQL")
    try:
        return promql_parser.parse(query.replace(WINDOW, "5m"))
    except ValueError as error:
        raise SpecError(f"{place}: {key}: expected PromQL: {' '.join(str(error).split())}") from error
