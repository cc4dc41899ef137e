"""Walks an expression tree; every node is evaluated once, for all steps."""

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby

import numpy as np

from collector.errors import QueryError
from collector.promql import aggregate, binary, selection
from collector.promql.context import Steps
from collector.promql.functions.call import call_function
from collector.promql.operators import SETS
from collector.promql.selectors import instant_vector, range_windows, subquery_windows
from collector.promql.signatures import TIME_DEPENDENT_FUNCTIONS
from collector.promql.syntax import (
    Aggregation,
    Binary,
    Call,
    Negation,
    Node,
    Number,
    Paren,
    RangeSelector,
    Selector,
    String,
    Subquery,
    children,
    unwrapped,
)
from collector.promql.value import Scalar, Text, Value, Vector, checked_unique
from collector.promql.windows import Windows


def evaluate(node: Node, steps: Steps) -> Value:
    """The value of ``node`` at every step.

    Raises:
        QueryError: execution or timeout.
    """
    steps.query.budget.check_time()
    if len(steps.times) > 1 and not isinstance(node, (Number, String)) and same_at_every_step(node):
        return _repeated(_evaluated(node, steps.at(steps.times[:1])), steps)
    return _evaluated(node, steps)


def windows(node: Node, steps: Steps, edges_only: bool) -> Iterator[Windows]:
    """The windows of a range selector or subquery."""
    node = unwrapped(node)
    if isinstance(node, RangeSelector):
        return range_windows(node, steps, edges_only=edges_only)
    if isinstance(node, Subquery):
        return subquery_windows(node, steps, _vector)
    raise QueryError("expected a range vector", kind="internal")


def same_at_every_step(node: Node) -> bool:
    """Whether all that ``node`` reads is pinned by ``@`` and none of its functions looks at the clock."""
    pending = [node]
    while pending:
        match pending.pop():
            case Selector(at=None) | Subquery(at=None):
                return False
            case Call(name=name) if name in TIME_DEPENDENT_FUNCTIONS:
                return False
            case Subquery():
                pass
            case other:
                pending.extend(children(other))
    return True


def _evaluated(node: Node, steps: Steps) -> Value:  # noqa: PLR0911 - one return for each kind of node
    match node:
        case Number(value=value):
            return Scalar(np.full(len(steps.times), value))
        case String(value=value):
            return Text(value)
        case Paren(expr=expr):
            return evaluate(expr, steps)
        case Selector():
            return instant_vector(node, steps)
        case Negation():
            return _negated(evaluate(node.expr, steps), steps)
        case Aggregation():
            return _aggregated(node, steps)
        case Binary():
            return _binary(node, steps)
        case Call():
            return call_function(node, steps, evaluate, windows)
        case RangeSelector() | Subquery():
            raise QueryError("a range vector is no value at a step", kind="internal")


def _repeated(value: Value, steps: Steps) -> Value:
    """At each step; paid for as if it were held so often, as what is made of it will be."""
    count = len(steps.times)
    match value:
        case Scalar(values=values):
            return Scalar(np.broadcast_to(values, count))
        case Vector():
            shape = (len(value.labels), count)
            steps.query.budget.spend(value.values.size * count)
            return value.with_values(
                np.broadcast_to(value.values, shape), np.broadcast_to(value.present, shape)
            )
        case Text():
            return value


def _vector(node: Node, steps: Steps) -> Vector:
    """A subquery's inner expression."""
    value = evaluate(node, steps)
    assert isinstance(value, Vector)
    return value


def _negated(value: Value, steps: Steps) -> Value:
    if isinstance(value, Scalar):
        return Scalar(-value.values)
    assert isinstance(value, Vector)
    return checked_unique(binary.negated(value, delayed=steps.query.delayed_names))


def _aggregated(node: Aggregation, steps: Steps) -> Vector:
    value = evaluate(node.expr, steps)
    assert isinstance(value, Vector)
    if node.op in aggregate.REDUCTIONS:
        return aggregate.reduced(node.op, value, node.grouping)
    assert node.param is not None
    param = evaluate(node.param, steps)
    if isinstance(param, Text):
        return selection.count_values(value, node.grouping, param.value, steps.query.budget)
    assert isinstance(param, Scalar)
    notes = steps.query.notes
    choices: dict[str, Callable[[], Vector]] = {
        "topk": lambda: selection.top(value, node.grouping, param.values, largest=True),
        "bottomk": lambda: selection.top(value, node.grouping, param.values, largest=False),
        "limitk": lambda: selection.limit(value, node.grouping, param.values),
        "limit_ratio": lambda: selection.limit_ratio(value, float(param.values[0]), notes),
        "quantile": lambda: aggregate.quantile(value, node.grouping, param.values, notes),
    }
    return choices[node.op]()


def _binary(node: Binary, steps: Steps) -> Value:
    """Walks the left spine in a loop, so that long chains of operators do not exhaust the stack."""
    spine = [node]
    while isinstance(left := unwrapped(spine[-1].left), Binary):
        spine.append(left)
    value = evaluate(spine[-1].left, steps)
    for (op, matching), levels in groupby(reversed(spine), lambda level: (level.op, level.matching)):
        if op == "or":
            value = binary.union(_alternatives(value, levels, steps), matching)
            continue
        for level in levels:
            value = _operated(level, value, evaluate(level.right, steps), steps)
    steps.query.budget.check_time()
    return value


def _alternatives(first: Value, levels: Iterable[Binary], steps: Steps) -> Iterator[Vector]:
    """The operands of ``or`` with the same matching: brackets among them change nothing."""
    assert isinstance(first, Vector)
    yield first
    for level in levels:
        pending = [level.right]
        while pending:
            node = unwrapped(pending.pop())
            if isinstance(node, Binary) and (node.op, node.matching) == ("or", level.matching):
                pending += [node.right, node.left]
                continue
            value = evaluate(node, steps)
            assert isinstance(value, Vector)
            yield value


def _operated(node: Binary, left: Value, right: Value, steps: Steps) -> Value:
    delayed = steps.query.delayed_names
    match left, right:
        case Scalar(), Scalar():
            return binary.scalars(node.op, left, right)
        case Vector(), Scalar():
            return binary.with_scalar(
                node.op, left, right, swapped=False, returns_bool=node.returns_bool, delayed=delayed
            )
        case Scalar(), Vector():
            return binary.with_scalar(
                node.op, right, left, swapped=True, returns_bool=node.returns_bool, delayed=delayed
            )
        case Vector(), Vector():
            if node.op in SETS:
                return binary.filtered(node.op, left, right, node.matching)
            return binary.vectors(
                node.op, left, right, node.matching, returns_bool=node.returns_bool, delayed=delayed
            )
        case _:
            raise QueryError("binary expression must contain only scalar and instant vector types")
