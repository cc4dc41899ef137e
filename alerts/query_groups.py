"""Queries of an SLI that are grouped by labels: several results, where an SLO has one budget."""

from collections.abc import Mapping

import promql_parser

from alerts.errors import SpecError
from alerts.queries import parsed

_OF_ONE_SIDE = {"and", "unless"}
_UNGROUPING = {"histogram_quantile", "histogram_fraction", "scalar", "absent", "absent_over_time"}


def refuse_groups(place: str, queries: Mapping[str, str]) -> None:
    """Queries of one SLI by their keys in the document ``place``.

    Summed over all groups, an outage of one of them may be too small to see; so whoever wrote the groups
    has to say what is meant.

    Raises:
        SpecError: where one is no PromQL, or grouped by labels, naming what each is grouped by.
    """
    trees = {key: parsed(place, key, query) for key, query in queries.items()}
    found = {
        key: ", ".join(dict.fromkeys(groups)) for key, tree in trees.items() if (groups := _groups(tree))
    }
    if not found:
        return
    first, *others = sorted(queries, key=lambda key: key not in found)
    told = [f"found {found[first]}", *(f"{found.get(key, 'no groups')} in {key}" for key in others)]
    advice = "write an SLO for each group, or leave the groups out"
    expected = f"expected a query of one result, since an SLO has one budget ({advice})"
    raise SpecError(f"{place}: {first}: {expected}, {' and '.join(told)}")


def _groups(node: promql_parser.Expr) -> list[str]:
    """As ``by (route)``; none for one result, and for series that are not aggregated at all."""
    match node:
        case promql_parser.AggregateExpr(modifier=modifier):
            return [] if modifier is None else _written(modifier)
        case promql_parser.BinaryExpr(lhs=left, rhs=right):
            return _groups(left) + ([] if str(node.op) in _OF_ONE_SIDE else _groups(right))
        case promql_parser.Call(func=function, args=arguments):
            return [] if function.name in _UNGROUPING else [g for one in arguments for g in _groups(one)]
        case (
            promql_parser.ParenExpr(expr=inner)
            | promql_parser.UnaryExpr(expr=inner)
            | promql_parser.SubqueryExpr(expr=inner)
        ):
            return _groups(inner)
    return []


def _written(modifier: promql_parser.AggModifier) -> list[str]:
    is_by = modifier.type == promql_parser.AggModifierType.By
    if is_by and not modifier.labels:
        return []
    return [f"{'by' if is_by else 'without'} ({', '.join(sorted(modifier.labels))})"]
