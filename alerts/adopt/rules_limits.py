"""What keeps a condition from ever holding: limits that no value of its expression reaches."""

from collections.abc import Iterator
from dataclasses import replace

from alerts.adopt.bounds import finite_bounds
from alerts.selectors import spelled
from collector.labels import METRIC_NAME
from collector.promql.syntax import (
    Aggregation,
    Binary,
    Call,
    Negation,
    Node,
    Number,
    RangeSelector,
    Selector,
    unwrapped,
    walk,
)
from collector.querier import InstantQuerier

COUNTING = {"rate", "increase", "irate"}
_KEEPING = {"sum", "avg", "min", "max", "last"}  # whose result is within the values, or their sum
_NEVER_NEGATIVE = ("_total", "_count", "_bucket", "_bytes")


def unreachable(source: InstantQuerier, node: Node, at: float) -> Iterator[str]:
    """Comparisons that no value meets, of those that have to hold: not of what stands beside an ``or``."""
    node = unwrapped(node)
    if not isinstance(node, Binary):
        return
    if node.op in {"and", "unless"}:
        yield from unreachable(source, node.left, at)
        if node.op == "and":
            yield from unreachable(source, node.right, at)
    if node.op not in {">", ">="} or node.returns_bool:
        return
    limit = constant(node.right)
    if limit is None:
        return
    highest, why = _highest(source, unwrapped(node.left), at)
    if highest is not None and (limit > highest or (limit == highest and node.op == ">")):
        yield f"{why} is never above {highest:g}, and it wants {node.op} {limit:g}; lower that"


def _highest(source: InstantQuerier, node: Node, at: float) -> tuple[float | None, str]:
    """The highest value that an expression can have, where that is plain to see, and what it is."""
    node = unwrapped(node)
    if isinstance(node, Binary) and node.op == "-" and constant(node.left) == 1 and _is_share(node.right):
        return 1.0, "the rest of a share"
    if _is_share(node):
        return 1.0, "a share of the same counter"
    if isinstance(node, Call) and node.name == "histogram_quantile":
        return _last_bound(source, node.args[1], at), "a quantile of these buckets"
    if isinstance(node, Aggregation) and node.op in {"avg", "min", "max"}:
        return _highest(source, node.expr, at)
    if isinstance(node, Binary):
        return _highest_of(source, node, at)
    return None, ""


def _highest_of(source: InstantQuerier, node: Binary, at: float) -> tuple[float | None, str]:
    """Of a constant less what is never negative, and of a multiple of what has a highest value."""
    node = _multiplied_last(node)
    left, right = constant(node.left), constant(node.right)
    if node.op == "-" and left is not None and is_never_negative(node.right):
        return left, f"{left:g} less what is never negative"
    by, scaled = (left, node.right) if left is not None else (right, node.left)
    is_scaled = node.op == "*" or (node.op == "/" and right is not None)
    if by is None or by <= 0 or not is_scaled:
        return None, ""
    most, why = _highest(source, scaled, at)
    if most is None:
        return None, ""
    return (most * by, f"{by:g} times {why}") if node.op == "*" else (most / by, f"{why} by {by:g}")


def _multiplied_last(node: Binary) -> Binary:
    """``100 * a / b`` as ``100 * (a / b)``."""
    inner = unwrapped(node.left)
    if node.op != "/" or not isinstance(inner, Binary) or inner.op != "*" or constant(inner.left) is None:
        return node
    return replace(inner, right=replace(node, left=inner.right))


def is_never_negative(node: Node) -> bool:
    """Whether that is plain to see: of counters and their rates, of bytes, and what is made of such."""
    match unwrapped(node):
        case Number(value=value):
            return value >= 0
        case (Selector() as read) | RangeSelector(selector=read):
            return any(m.name == METRIC_NAME and m.value.endswith(_NEVER_NEGATIVE) for m in read.matchers)
        case Binary(op=op, left=left, right=right) if op in {"+", "*", "/"}:
            return is_never_negative(left) and is_never_negative(right)
        case Aggregation(op=op, expr=expr):
            return op == "count" or (op in _KEEPING and is_never_negative(expr))
        case Call(name=name, args=args):
            kept = name.removesuffix("_over_time") in _KEEPING and is_never_negative(args[0])
            return kept or name in {*COUNTING, "abs", "sqrt", "count_over_time"}
    return False


def _is_share(node: Node) -> bool:
    """Whether it divides some of a counter by more of it."""
    node = unwrapped(node)
    if not isinstance(node, Binary) or node.op != "/":
        return False
    some, whole = _counting_parts(node.left), _counting_parts(node.right)
    return some is not None and whole is not None and set(map(str, whole)) <= set(map(str, some))


def _counting_parts(node: Node) -> list[object] | None:
    """The matchers of ``sum(rate(counter[5m]))``, and its grouping and window; None for anything else."""
    node = unwrapped(node)
    if not isinstance(node, Aggregation) or node.op != "sum":
        return None
    call = unwrapped(node.expr)
    if not isinstance(call, Call) or call.name not in COUNTING:
        return None
    window = unwrapped(call.args[0])
    if not isinstance(window, RangeSelector) or window.selector.offset_ms or window.selector.at:
        return None
    return [node.grouping, call.name, window.range_ms, *window.selector.matchers]


def _last_bound(source: InstantQuerier, node: Node, at: float) -> float | None:
    selectors = [each for each in walk(node) if isinstance(each, Selector)]
    if len(selectors) != 1 or not any(m.name == METRIC_NAME for m in selectors[0].matchers):
        return None
    text = spelled(selectors[0].matchers)
    samples = source.instant(f"count by (le) ({text})", at)
    finite = finite_bounds(sample.labels.get("le") for sample in samples)
    return float(finite[-1]) if finite else None


def constant(node: Node) -> float | None:
    """The value of an expression of numbers, such as ``(14.4 * 0.001)``."""
    match unwrapped(node):
        case Number(value=value):
            return value
        case Negation(expr=expr):
            inner = constant(expr)
            return None if inner is None else -inner
        case Binary(op=op, left=left, right=right) if op in {"+", "-", "*", "/"}:
            a, b = constant(left), constant(right)
            if a is None or b is None or (op == "/" and b == 0):
                return None
            return {"+": a + b, "-": a - b, "*": a * b, "/": a / b if b else 0.0}[op]
    return None
