"""Which groups are evaluated together, and when: some at a time, so that none keeps others waiting long."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from collector.rules.files import RuleGroup
from collector.targets import spread

PARTS = 4
BIG_RULES = 100


@dataclass(frozen=True)
class Slice:
    """Groups of one interval that are due at one time: offset + n × interval, in Unix seconds."""

    name: str
    interval_seconds: float
    offset_seconds: float
    groups: tuple[RuleGroup, ...]


def slices_of(groups: Iterable[RuleGroup]) -> list[Slice]:
    """Groups of an interval in ``PARTS``; one of more than ``BIG_RULES`` by itself.

    In which part a group is depends on nothing but its key, so that it stays there while others come and go.
    """
    parts: dict[tuple[float, int], list[RuleGroup]] = defaultdict(list)
    slices = []
    for group in groups:
        interval = group.interval_seconds
        if len(group.rules) > BIG_RULES:
            slices.append(Slice(group.key, interval, spread(group.key, interval), (group,)))
        else:
            parts[interval, int(spread(group.key, PARTS))].append(group)
    for (interval, part), some in parts.items():
        offset = part / PARTS * interval + spread(f"{interval:g}", interval / PARTS)
        slices.append(Slice(f"each {interval:g} s, part {part + 1}", interval, offset, tuple(some)))
    return slices
