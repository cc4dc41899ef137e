"""How far back rules look, and which of them alerts need at all."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from alerts.backtest.order import Placed, is_recorded, placed_rules, writers_of, writers_read
from alerts.backtest.reads import Window
from collector.rules.files import AlertingRule, RuleGroup

LEAST_RUN_UP_SECONDS = 600.0


@dataclass(frozen=True)
class Reach:
    """How far before the time from which on alerts count rules have to begin, and samples.

    leads_seconds: of each rule that alerts need, by ``Placed.key``. windows: of samples that no rule records,
    their ages before that time.
    """

    leads_seconds: Mapping[tuple[str, int], float] = field(default_factory=dict)
    windows: tuple[Window, ...] = ()

    @property
    def run_up_seconds(self) -> float:
        """How long the rules run before alerts stand on what rules recorded, and on their ``for``."""
        return max(self.leads_seconds.values(), default=0.0)

    @property
    def samples_seconds(self) -> float:
        """How old the oldest sample is that is read."""
        return max((one.age_seconds for one in self.windows), default=0.0)

    def steps_before(self, placed: Placed) -> int:
        """How many evaluations of the rule come before that time."""
        lead = self.leads_seconds.get(placed.key, 0.0)
        return math.ceil(lead / placed.group.interval_seconds - 1e-9)

    def group_steps_before(self, group: RuleGroup) -> int:
        """The most of any rule of the group."""
        return max((self.steps_before(one) for one in placed_rules([group])), default=0)


AT_ONCE = Reach()
"""Rules begin when they count."""


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
    """How far back alerts look: through windows, offsets, ``for``, and what other rules record.

    What one rule needs of another adds up along the way; a rule that reads its own past counts once.
    """
    placed = placed_rules(groups)
    writers = writers_of(placed)
    read = [_seconds_read(one, placed, writers) for one in placed]
    alerts = [n for n, one in enumerate(placed) if isinstance(one.rule, AlertingRule)]
    leads = {n: max(LEAST_RUN_UP_SECONDS, _own_seconds(placed[n])) for n in alerts}
    order = _readers_first(alerts, read)
    for reader, position in order.items():
        for writer, seconds in read[reader].items():
            if order[writer] > position:
                lead = leads[reader] + seconds + _own_seconds(placed[writer])
                leads[writer] = max(leads.get(writer, 0.0), lead)
    windows = {
        replace(window, age_seconds=window.age_seconds + leads[n] + placed[n].group.query_offset_seconds)
        for n in order
        for selector, window in placed[n].read
        if not is_recorded(selector, writers)
    }
    leads_by_key = {placed[n].key: leads[n] for n in order}
    return Reach(leads_by_key, tuple(sorted(windows, key=lambda one: (one.age_seconds, one.seconds))))


def _own_seconds(placed: Placed) -> float:
    """How long a rule runs until it is as if it always had: evaluations need not meet the time."""
    rule, interval = placed.rule, placed.group.interval_seconds
    if isinstance(rule, AlertingRule):
        return rule.for_seconds + rule.keep_firing_for_seconds + 2 * interval
    return interval


def _seconds_read(
    reader: Placed, placed: Sequence[Placed], writers: Mapping[str, Sequence[int]]
) -> dict[int, float]:
    """How far back a rule looks at what each other rule records."""
    found: dict[int, float] = {}
    for selector, window in reader.read:
        seconds = max(0.0, window.age_seconds + reader.group.query_offset_seconds)
        for number in writers_read(selector, placed, writers):
            found[number] = max(found.get(number, 0.0), seconds)
    return found


def _readers_first(alerts: Sequence[int], read: Sequence[Mapping[int, float]]) -> dict[int, int]:
    """The alerts and what they need, each before what it reads, but in a circle."""
    left: list[int] = []
    seen: set[int] = set()
    for alert in alerts:
        pending = [(alert, False)]
        while pending:
            number, is_done = pending.pop()
            if is_done:
                left.append(number)
            elif number not in seen:
                seen.add(number)
                pending += [(number, True), *((other, False) for other in read[number])]
    return {number: position for position, number in enumerate(reversed(left))}
