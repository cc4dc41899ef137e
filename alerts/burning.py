"""Whether a tier burns: one definition, for rules as PromQL, for histories as arrays, for a status as values.

Where its targets are down, a tier burns if it did when one was last up. Once nothing is scraped any more,
windows run empty from their oldest end, and the ratio over five minutes becomes that of their last seconds.
So what they answer then is no news.
"""

from dataclasses import dataclass, replace
from enum import Enum, auto

import numpy as np
import numpy.typing as npt

from alerts.burnrate import firing_burn_rate
from alerts.expressions import Expressions, burn_rate, number, weighed_burn_rate
from alerts.policy import Tier
from alerts.slo import Slo
from alerts.targets import targets_selector
from collector.durations import format_duration

DOWN_SECONDS = 120.0  # as long after a target is up again there may be no two samples to tell by
FROZEN_SECONDS = 900.0
"""For how long what was last known of a service whose targets are down is held."""

_LOOKS, _RAREST_LOOK_SECONDS = 240, 60.0


class Asked(Enum):
    """What is asked of a window: a burn rate, as it is or with what is not recorded as good; bad events."""

    WEIGHED_RATE = auto()
    RATE = auto()
    BAD_EVENTS = auto()


@dataclass(frozen=True)
class Condition:
    """A rate has to exceed the limit, bad events have to be as many."""

    asked: Asked
    seconds: float
    limit: float

    def query(self, slo: Slo, events: Expressions) -> str:
        match self.asked:
            case Asked.WEIGHED_RATE:
                return weighed_burn_rate(events, self.seconds, slo)
            case Asked.RATE:
                return burn_rate(events, self.seconds, slo)
            case Asked.BAD_EVENTS:
                return events.bad(self.seconds)

    def text(self, query: str) -> str:
        """PromQL that holds where the query's answer meets the condition."""
        return f"{query} {'>=' if self.asked is Asked.BAD_EVENTS else '>'} {number(self.limit)}"

    def holds(self, answers: npt.ArrayLike) -> npt.NDArray[np.bool_]:
        """The same of what the query answers, of any shape; NaN where it answers nothing."""
        values = np.asarray(answers, dtype=np.float64)
        return values >= self.limit if self.asked is Asked.BAD_EVENTS else values > self.limit


def conditions(slo: Slo, tier: Tier) -> list[Condition]:
    """All of them have to hold at once."""
    limit = float(number(firing_burn_rate(tier, slo)))  # as it is written in rules
    found = [Condition(Asked.WEIGHED_RATE, tier.long_seconds, limit)]
    if tier.short_seconds < tier.long_seconds:
        found.append(Condition(Asked.RATE, tier.short_seconds, limit))
    if tier.min_bad_events and slo.sli.counts_events:
        found.append(Condition(Asked.BAD_EVENTS, tier.long_seconds, tier.min_bad_events))
    return found


@dataclass(frozen=True)
class Branch:
    """One way in which a tier burns: while all conditions hold of what their queries answer.

    only_while: PromQL that answers while the branch counts; None where it always does.
    """

    asked: tuple[tuple[str, Condition], ...]
    only_while: str | None = None

    @property
    def text(self) -> str:
        parts = [condition.text(query) for query, condition in self.asked]
        return "\nand\n".join(parts if self.only_while is None else [*parts, f"on () ({self.only_while})"])


def branches(slo: Slo, tier: Tier, events: Expressions, interval_seconds: float | None) -> list[Branch]:
    """The ways in which a tier burns: now, or, while all targets are down, as it did when one was last up.

    interval_seconds: between evaluations of its alert; None where what was last known is not asked for.
    """
    now = Branch(tuple((one.query(slo, events), one) for one in conditions(slo, tier)))
    targets = targets_selector(slo.sli)
    if targets is None or interval_seconds is None:
        return [now]
    last = tuple((_last_known(query, targets, tier, interval_seconds), one) for query, one in now.asked)
    down = f"max(min_over_time({targets}[{format_duration(DOWN_SECONDS)}])) == 0"
    fresh = f"{down} and max(max_over_time({targets}[{format_duration(FROZEN_SECONDS)}])) > 0"
    return [replace(now, only_while=f"vector(1) unless ({fresh})"), Branch(last, only_while=down)]


def burns(slo: Slo, tier: Tier, events: Expressions, interval_seconds: float | None) -> str:
    """The expression of the tier's alert; its value is the burn rate over the long window.

    interval_seconds: as of ``branches``.
    """
    return "\nor\n".join(branch.text for branch in branches(slo, tier, events, interval_seconds))


def _last_known(query: str, targets: str, tier: Tier, interval_seconds: float) -> str:
    """What a query of one series answered when a target was last up.

    It is looked for as often as the alert is evaluated, or as a 240th of the tier's long window passes, but
    each minute at least: looks at raw counters are dear.
    """
    step = min(max(interval_seconds, tier.long_seconds / _LOOKS), _RAREST_LOOK_SECONDS)
    looks = f"{format_duration(FROZEN_SECONDS)}:{format_duration(step)}"
    return f"last_over_time(({query} and on () (max({targets}) > 0))[{looks}])"
