"""How an SLO stands at a time: budget left, burn rates, and whether it burns or cannot be known."""

import math
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from alerts.burnrate import firing_burn_rate
from alerts.expressions import RawExpressions
from alerts.policy import Policy
from alerts.slo import Slo
from collector.durations import format_duration
from collector.querier import Querier


class BudgetState(StrEnum):
    OK = "ok"
    BURNING = "burning"
    SPENT = "spent"
    NO_DATA = "no_data"


class BudgetReason(StrEnum):
    """Why an SLO is in its state."""

    WITHIN = "within budget"
    TIER = "a tier of the policy burns"
    HANG = "requests in flight, none completing"
    OVERSPENT = "the period's budget is spent"
    ABSENT = "the series are absent"


@dataclass(frozen=True)
class WindowCounts:
    """Events of one window; None where the series are absent."""

    seconds: float
    bad: float | None
    total: float | None

    @property
    def error_ratio(self) -> float | None:
        """None without events: neither good nor bad."""
        if self.bad is None or not self.total:
            return None
        return self.bad / self.total


@dataclass(frozen=True)
class BudgetStatus:
    """error_ratio and budget_remaining are over the SLO's period; both None before the first event."""

    slo: Slo
    at: float
    state: BudgetState
    reason: BudgetReason
    error_ratio: float | None
    budget_remaining: float | None
    burn_rate: dict[float, float | None]
    in_flight: float | None
    bad: float | None
    total: float | None

    def to_json(self) -> dict[str, Any]:
        """The ``status`` of ``GET /api/v1/slos``; windows are spelt as durations."""
        return {
            "at": self.at,
            "state": self.state.value,
            "reason": self.reason.value,
            "error_ratio": self.error_ratio,
            "budget_remaining": self.budget_remaining,
            "burn_rate": {format_duration(window): rate for window, rate in self.burn_rate.items()},
            "in_flight": self.in_flight,
            "bad": self.bad,
            "total": self.total,
        }


def count_events(querier: Querier, slo: Slo, seconds: float, at: float) -> WindowCounts:
    """Counts of one window, from raw counters.

    Raises:
        QueryError: if the querier cannot answer.
    """
    events = RawExpressions(slo)
    total = single_value(querier, events.total(seconds), at)
    bad = None if total is None else single_value(querier, events.bad(seconds), at)
    return WindowCounts(seconds, bad, total)


def single_value(querier: Querier, query: str, at: float) -> float | None:
    """The value of a query that answers one series; None if it answers none, or no number."""
    found = querier.instant(query, at)
    return found[0].value if found and math.isfinite(found[0].value) else None


def budget_status(
    querier: Querier,
    slo: Slo,
    policy: Policy,
    at: float,
    *,
    more_windows: Collection[float] = (),
    count: Callable[[Querier, Slo, float, float], WindowCounts] = count_events,
) -> BudgetStatus:
    """Asks for the counts of each window and judges them.

    more_windows: seconds of windows whose burn rate is wanted beside those of the policy and the period.
    count: what counts a window; one that remembers may spare the querier.

    Raises:
        QueryError: if the querier cannot answer.
    """
    tiers = {window for tier in policy.tiers for window in (tier.long_seconds, tier.short_seconds)}
    windows = sorted({*tiers, *more_windows, policy.hang_seconds, slo.period_seconds})
    counts = [count(querier, slo, window, at) for window in windows]
    in_flight = single_value(querier, slo.sli.in_flight, at) if slo.sli.in_flight else None
    return judge(slo, policy, counts, in_flight, at)


def judge(
    slo: Slo, policy: Policy, counts: Iterable[WindowCounts], in_flight: float | None, at: float
) -> BudgetStatus:
    """The status that follows from counts of all the policy's windows, the hang's and of the period."""
    by_window = {count.seconds: count for count in counts}
    period = by_window[slo.period_seconds]
    burn_rate = {window: _burn(slo, count) for window, count in by_window.items()}
    burnt = burn_rate[slo.period_seconds]
    remaining = None if burnt is None else 1 - burnt
    state, reason = _state(slo, policy, by_window, burn_rate, in_flight)
    return BudgetStatus(
        slo, at, state, reason, period.error_ratio, remaining, burn_rate, in_flight, period.bad, period.total
    )


def _state(
    slo: Slo,
    policy: Policy,
    counts: dict[float, WindowCounts],
    burn_rate: dict[float, float | None],
    in_flight: float | None,
) -> tuple[BudgetState, BudgetReason]:
    shortest = counts[min(counts)]
    burnt = burn_rate[slo.period_seconds]
    if all(count.total is None for count in counts.values()):
        return BudgetState.NO_DATA, BudgetReason.ABSENT
    if burnt is not None and burnt >= 1:
        return BudgetState.SPENT, BudgetReason.OVERSPENT
    if in_flight and counts[policy.hang_seconds].total == 0:
        return BudgetState.BURNING, BudgetReason.HANG
    for tier in policy.tiers:
        rates = burn_rate[tier.long_seconds], burn_rate[tier.short_seconds]
        enough = (counts[tier.long_seconds].bad or 0) >= tier.min_bad_events
        if enough and all(rate is not None and rate > firing_burn_rate(tier, slo) for rate in rates):
            return BudgetState.BURNING, BudgetReason.TIER
    if shortest.total is None and all(counts[window].total is None for window in counts if window <= 300):
        return BudgetState.NO_DATA, BudgetReason.ABSENT
    return BudgetState.OK, BudgetReason.WITHIN


def _burn(slo: Slo, count: WindowCounts) -> float | None:
    ratio = count.error_ratio
    return None if ratio is None else ratio / slo.error_budget
