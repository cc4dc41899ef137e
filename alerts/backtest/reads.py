"""What an expression reads at one evaluation: its selectors, and how far back each looks."""

from collections.abc import Iterator
from dataclasses import dataclass

from collector.labels import METRIC_NAME, Matcher, MatchOp
from collector.promql.syntax import Call, Node, RangeSelector, Selector, Subquery, children, unwrapped

LOOKBACK_SECONDS = 300.0  # how old a sample an instant selector takes
_INFO = Matcher(METRIC_NAME, MatchOp.EQUAL, "target_info")


@dataclass(frozen=True)
class Window:
    """What a selector reads at once: so many seconds of samples, the oldest of them so old at most."""

    seconds: float
    age_seconds: float


def windows_read(node: Node, outer_seconds: float = 0.0) -> Iterator[tuple[Selector, Window]]:
    """Each selector, and what it reads at one evaluation, its age at that time."""
    match node:
        case RangeSelector(selector=selector, range_ms=range_ms):
            seconds = range_ms / 1000
            yield selector, Window(seconds, outer_seconds + seconds + selector.offset_ms / 1000)
        case Selector(offset_ms=offset_ms):
            yield node, Window(LOOKBACK_SECONDS, outer_seconds + offset_ms / 1000 + LOOKBACK_SECONDS)
        case Subquery(expr=expr, range_ms=range_ms, offset_ms=offset_ms):
            yield from windows_read(expr, outer_seconds + (range_ms + offset_ms) / 1000)
        case Call(name="info", args=args):
            yield from windows_read(args[0], outer_seconds)
            yield from windows_read(_info_series(args), outer_seconds)
        case _:
            for child in children(node):
                yield from windows_read(child, outer_seconds)


def _info_series(args: tuple[Node, ...]) -> Selector:
    """``info`` copies labels of the series that its second argument means, which may leave out their name."""
    data = unwrapped(args[1]) if len(args) > 1 else None
    matchers = data.matchers if isinstance(data, Selector) else ()
    if any(matcher.name == METRIC_NAME for matcher in matchers):
        return Selector(matchers)
    return Selector((_INFO, *matchers))
