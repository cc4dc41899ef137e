"""PromQL that users write into their files: checked while the file is read, not when it is evaluated."""

import promql_parser

from alerts.errors import SpecError
from alerts.slo import WINDOW
from collector.errors import QueryError
from collector.promql.guard import QuerySize, check_size

# Rules stand several levels around a query, and have to be within what engines allow themselves.
_SIZE = QuerySize(max_length=4_000, max_operators=250, max_depth=50)


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
    parsed(place, key, query)
    parsed(place, key, f"({query}) {'>' if windowed else '+'} 0")  # what the rules make of it
    return query


def one_series(place: str, key: str, query: str, *, windowed: bool = True) -> str:
    """A checked query, summed unless it is an aggregation to one series without labels already."""
    query = checked_query(place, key, query, windowed=windowed)
    if not windowed and WINDOW in query:
        raise SpecError(f"{place}: {key}: expected a query without {WINDOW}")
    expression = parsed(place, key, query)
    summed = isinstance(expression, promql_parser.AggregateExpr) and expression.modifier is None
    parsed(place, key, one := query if summed else f"sum({query})")
    return one


def parsed(place: str, key: str, query: str) -> promql_parser.Expr:
    """The tree of a query, within bounds: the parser's native stack does not survive thousands of terms.

    Raises:
        SpecError: if it is not PromQL, or larger than any that can be meant.
    """
    plain = query.replace(WINDOW, "5m")
    if len(query) > _SIZE.max_length:
        raise SpecError(f"{place}: {key}: expected at most {_SIZE.max_length} characters of PromQL")
    try:
        check_size(plain, _SIZE)
        return promql_parser.parse(plain)
    except (QueryError, ValueError) as error:
        raise SpecError(f"{place}: {key}: expected PromQL: {' '.join(str(error).split())}") from error
