"""Parts of a query as they were written: a tree printed as text loses escapes, and with them its meaning."""

from collections.abc import Iterator

import promql_parser

from collector.promql.tokens import Token, tokens_of

_OPENS, _CLOSES = frozenset("([{"), frozenset(")]}")


def bare(query: str) -> str:
    """Without the brackets around all of it."""
    query = query.strip()
    while (inner := _within(query, "")) is not None:
        query = inner
    return query


def summed(query: str) -> str | None:
    """What a query is the ``sum`` of; None for anything else, and for sums by labels."""
    return _within(query.strip(), "sum")


def not_below_zero(query: str) -> str | None:
    """What a query keeps from falling below 0 by ``clamp_min``; None for anything else."""
    inner = _within(query.strip(), "clamp_min")
    commas = [token for token in _outermost(inner or "0") if token.word == ","]
    if inner is None or not commas or inner[commas[-1].stop :].strip() not in {"0", "0.0"}:
        return None
    return inner[: commas[-1].start].strip()


def difference(query: str) -> tuple[str, str] | None:
    """What is subtracted from what, where that is all a query does."""
    tree = promql_parser.parse(query)
    if not isinstance(tree, promql_parser.BinaryExpr) or str(tree.op) != "-":
        return None
    tokens = list(_outermost(query))
    for sign in (token for token in reversed(tokens) if token.word == "-"):
        left = query[: sign.start].strip()
        if _is(left, tree.lhs):
            rest = (query[token.start :] for token in tokens if token.start >= sign.stop)
            return next(((left, right) for right in rest if _is(right, tree.rhs)), None)
    return None


def _within(query: str, name: str) -> str | None:
    """What stands between brackets that open right after ``name`` and close at the end."""
    first, *_ = outermost = [*_outermost(query)]
    opening = outermost[1] if name and len(outermost) > 1 else first
    if (name and first.word != name) or opening.word != "(" or outermost[-1].stop != len(query):
        return None
    return query[opening.stop : -1].strip() if outermost.index(opening) == len(outermost) - 2 else None


def _outermost(query: str) -> Iterator[Token]:
    """The tokens that stand within no brackets, and those brackets."""
    depth = 0
    for token in tokens_of(query)[:-1]:
        depth -= token.word in _CLOSES
        if not depth:
            yield token
        depth += token.word in _OPENS


def _is(text: str, expected: promql_parser.Expr) -> bool:
    try:
        return str(promql_parser.parse(text)) == str(expected)
    except ValueError:
        return False
