"""Queries of one shape: alike but for what labels of their selectors equal. They can be evaluated as one.

In the fused tree every series carries a tag that says whose it is, and whatever joins or groups series keeps
the tag. What is not known to do so has no shape.
"""

import math
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from collector.labels import Matcher, MatchOp
from collector.promql.aggregate import REDUCTIONS
from collector.promql.functions.dates import DATE_FUNCTIONS
from collector.promql.functions.elementwise import ELEMENTWISE
from collector.promql.functions.ranges import RANGE_FUNCTIONS
from collector.promql.syntax import (
    Aggregation,
    Binary,
    Call,
    Grouping,
    Matching,
    Negation,
    Node,
    Number,
    Paren,
    RangeSelector,
    Selector,
    Subquery,
    unwrapped,
)

TAG = "\ud800"
"""No series has a label of this name: UTF-8 cannot spell it."""

_KEEPING_TAGS = (
    RANGE_FUNCTIONS | set(ELEMENTWISE) | set(DATE_FUNCTIONS) | {"histogram_quantile", "timestamp", "vector"}
)
_SCALARS = frozenset({"pi", "time"})
_DEEPEST = 60

Matchers = tuple[Matcher, ...]


@dataclass(frozen=True)
class Shape:
    """``fused``: the tree, with numbered slots for selectors; slots[i]: what those of slot i have in common.

    is_absent: whether the query is ``absent`` of what ``fused`` answers.
    """

    fused: Node
    slots: tuple[Matchers, ...]
    is_absent: bool


@dataclass(frozen=True)
class Form:
    """A query taken apart. values[i]: what labels of slot i equal, in the order of its matchers."""

    shape: Shape
    values: tuple[tuple[str, ...], ...]


class _AloneError(Exception):
    """The query is no more than itself."""


def form_of(node: Node) -> Form | None:
    """None for a query that must be evaluated alone."""
    outer = unwrapped(node)
    if isinstance(outer, (RangeSelector, Subquery)):
        return None
    is_absent = isinstance(outer, Call) and outer.name == "absent"
    fusing = _Fusing([], [])
    try:
        fused = fusing.fused(outer.args[0] if isinstance(outer, Call) and is_absent else outer)
    except _AloneError:
        return None
    return Form(Shape(fused, tuple(fusing.slots), is_absent), tuple(fusing.values))


def slot_of(matchers: Iterable[Matcher]) -> int:
    """Which slot of the fused tree a selector stands in."""
    return int(next(iter(matchers)).value)


@dataclass(frozen=True)
class _Fusing:
    slots: list[Matchers]
    values: list[tuple[str, ...]]

    def fused(self, node: Node, depth: int = 0) -> Node:  # noqa: PLR0911 - one return for each kind of node
        if depth > _DEEPEST:
            raise _AloneError

        def inner(child: Node) -> Node:
            return self.fused(child, depth + 1)

        match node:
            case Number(value=value):
                return _told_apart(node, value)
            case Paren(expr=expr) | Negation(expr=expr):
                return replace(node, expr=inner(expr))
            case Selector():
                return self._slot(node)
            case RangeSelector(selector=selector):
                return replace(node, selector=self._slot(selector))
            case Subquery(expr=expr, at=None):
                return replace(node, expr=inner(expr))
            case Aggregation():
                return _aggregated(node, inner)
            case Binary(left=left, right=right):
                return replace(node, left=inner(left), right=inner(right), matching=_tagged(node.matching))
            case Call(name=name, args=args) if name in _KEEPING_TAGS or name in _SCALARS:
                return replace(node, args=tuple(map(inner, args)))
            case _:
                raise _AloneError

    def _slot(self, selector: Selector) -> Selector:
        """With its number, and without what labels equal, as that may differ within a shape."""
        if selector.at is not None or any(matcher.name == TAG for matcher in selector.matchers):
            raise _AloneError
        number = Matcher(TAG, MatchOp.EQUAL, str(len(self.slots)))
        equal = [matcher.value for matcher in selector.matchers if matcher.op is MatchOp.EQUAL]
        self.slots.append(tuple(map(_blanked, selector.matchers)))
        self.values.append(tuple(map(sys.intern, equal)))
        return replace(selector, matchers=(number,))


def _told_apart(node: Number, value: float) -> Number:
    """0 equals -0 and NaN not even itself, so trees that hold them cannot be compared."""
    if math.isnan(value) or (value == 0 and math.copysign(1.0, value) < 0):
        raise _AloneError
    return node


def _blanked(matcher: Matcher) -> Matcher:
    return replace(matcher, value="") if matcher.op is MatchOp.EQUAL else matcher


def _tagged(matching: Matching) -> Matching:
    _check_untagged(matching.labels)
    _check_untagged(matching.include)
    return replace(matching, labels=(*matching.labels, TAG)) if matching.on else matching


def _aggregated(node: Aggregation, inner: Callable[[Node], Node]) -> Aggregation:
    if node.op not in REDUCTIONS and node.op != "quantile":
        raise _AloneError
    labels = node.grouping.labels
    _check_untagged(labels)
    grouping = node.grouping if node.grouping.without else Grouping((*labels, TAG), without=False)
    param = None if node.param is None else inner(node.param)
    return replace(node, expr=inner(node.expr), param=param, grouping=grouping)


def _check_untagged(names: Iterable[str]) -> None:
    if TAG in names:
        raise _AloneError
