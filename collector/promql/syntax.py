"""The expression tree that the evaluator walks; plain values, free of the parser's hazards."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeAlias

from collector.labels import Matcher


@dataclass(frozen=True)
class At:
    """The ``@`` modifier: a fixed time, or the start or end of the query."""

    edge: Literal["start", "end", "time"]
    time_ms: int = 0


@dataclass(frozen=True)
class Number:
    value: float


@dataclass(frozen=True)
class String:
    value: str


@dataclass(frozen=True)
class Selector:
    matchers: tuple[Matcher, ...]
    offset_ms: int = 0
    at: At | None = None


@dataclass(frozen=True)
class RangeSelector:
    selector: Selector
    range_ms: int


@dataclass(frozen=True)
class Subquery:
    expr: "Node"
    range_ms: int
    step_ms: int | None
    offset_ms: int = 0
    at: At | None = None


@dataclass(frozen=True)
class Negation:
    expr: "Node"


@dataclass(frozen=True)
class Paren:
    expr: "Node"


@dataclass(frozen=True)
class Call:
    name: str
    args: tuple["Node", ...]


@dataclass(frozen=True)
class Grouping:
    """``by`` (``without`` is False) or ``without`` the labels; neither written is ``by ()``."""

    labels: tuple[str, ...]
    without: bool


@dataclass(frozen=True)
class Aggregation:
    op: str
    expr: "Node"
    param: "Node | None"
    grouping: Grouping


class Cardinality(StrEnum):
    ONE_TO_ONE = "one-to-one"
    MANY_TO_ONE = "many-to-one"
    ONE_TO_MANY = "one-to-many"
    MANY_TO_MANY = "many-to-many"


@dataclass(frozen=True)
class Matching:
    """``on`` (or ``ignoring``) the labels; ``include`` are those that group_left or group_right copies."""

    cardinality: Cardinality = Cardinality.ONE_TO_ONE
    on: bool = False
    labels: tuple[str, ...] = ()
    include: tuple[str, ...] = ()


@dataclass(frozen=True)
class Binary:
    op: str
    left: "Node"
    right: "Node"
    matching: Matching
    returns_bool: bool = False


Node: TypeAlias = (
    Number | String | Selector | RangeSelector | Subquery | Negation | Paren | Call | Aggregation | Binary
)


def unwrapped(node: Node) -> Node:
    """The node inside any parentheses."""
    while isinstance(node, Paren):
        node = node.expr
    return node


def children(node: Node) -> tuple[Node, ...]:
    """The expressions right under ``node``."""
    match node:
        case Subquery(expr=expr) | Negation(expr=expr) | Paren(expr=expr):
            return (expr,)
        case RangeSelector(selector=selector):
            return (selector,)
        case Call(args=args):
            return args
        case Aggregation(expr=expr, param=param):
            return (expr,) if param is None else (param, expr)
        case Binary(left=left, right=right):
            return (left, right)
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it, in the order of the text."""
    pending = [node]
    while pending:
        yield (node := pending.pop())
        pending.extend(reversed(children(node)))
