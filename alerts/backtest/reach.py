"""How far back rules look, and which of them alerts need at all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from alerts.backtest.order import Placed, placed_rules, writers_of, writers_read
from collector.promql.syntax import Node, RangeSelector, Selector, Subquery, children
from collector.rules.files import AlertingRule, RuleGroup

LOOKBACK_SECONDS = 300.0  # how old a sample an instant selector takes
LEAST_RUN_UP_SECONDS = 600.0


@dataclass(frozen=True)
class Reach:
    """run_up_seconds: how long rules run before alerts stand on what rules recorded, and on their ``for``.

    samples_seconds: how far before its time a rule may look at samples that no rule records.
    """

    run_up_seconds: float
    samples_seconds: float


def needed_by_alerts(groups: Sequence[RuleGroup]) -> tuple[RuleGroup, ...]:
    """The groups with their alerts, and with those recording rules that alerts read, directly or not."""
    placed = placed_rules(groups)
    writers = writers_of(placed)
    pending = [n for n, one in enumerate(placed) if isinstance(one.rule, AlertingRule)]
    needed = set(pending)
    while pending:
        reader = placed[pending.pop()]
        read = {n for selector in reader.selectors for n in writers_read(selector, placed, writers)}
        pending += read - needed
        needed |= read
    kept: dict[int, list[Placed]] = {}
    for number in sorted(needed):
        kept.setdefault(id(placed[number].group), []).append(placed[number])
    return tuple(replace(some[0].group, rules=tuple(one.rule for one in some)) for some in kept.values())


def reach(groups: Sequence[RuleGroup]) -> Reach:
    """Of rules that read what others recorded, the sum; one that reads its own past counts once."""
    placed = placed_rules(groups)
    writers = writers_of(placed)
    farthest = 0.0

    def run_up(number: int, above: frozenset[int]) -> float:
        nonlocal farthest
        longest = 0.0
        for selector, seconds in windows_read(placed[number].node):
            read = [n for n in writers_read(selector, placed, writers) if n not in above]
            longest = max([longest, *(seconds + run_up(n, above | {n}) for n in read)])
            farthest = max(farthest, seconds)
        rule = placed[number].rule
        return longest + (rule.for_seconds if isinstance(rule, AlertingRule) else 0.0)

    alerts = [n for n, one in enumerate(placed) if isinstance(one.rule, AlertingRule)]
    return Reach(max([LEAST_RUN_UP_SECONDS, *(run_up(n, frozenset({n})) for n in alerts)]), farthest)


def windows_read(node: Node, outer_seconds: float = 0.0) -> Iterator[tuple[Selector, float]]:
    """Each selector, and how far before the evaluation its oldest sample may lie, in seconds."""
    match node:
        case RangeSelector(selector=selector, range_ms=range_ms):
            yield selector, outer_seconds + (range_ms + selector.offset_ms) / 1000
        case Selector(offset_ms=offset_ms):
            yield node, outer_seconds + offset_ms / 1000 + LOOKBACK_SECONDS
        case Subquery(expr=expr, range_ms=range_ms, offset_ms=offset_ms):
            yield from windows_read(expr, outer_seconds + (range_ms + offset_ms) / 1000)
        case _:
            for child in children(node):
                yield from windows_read(child, outer_seconds)
