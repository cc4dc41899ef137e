"""How an SLO stands at a time: budget left, burn rates, and whether it burns or cannot be known."""

import math
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from alerts.burning import Asked, conditions
from alerts.calendar_periods import period_at, seconds_so_far
from alerts.expressions import RawExpressions
from alerts.history import history_ratio, is_weighed, recorded_seconds
from alerts.policy import Policy, Tier
from alerts.slo import Slo
from alerts.unanswered import is_none_answered
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
    UNANSWERED = "requests arrive, none is answered"
    OVERSPENT = "the period's budget is spent"
    ABSENT = "the series are absent"
    BEGUN = "the period has just begun"


_BEGIN_SECONDS = 600.0  # two scrapes, at the longest interval that a burn rate can be told from


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
    """error_ratio and budget_remaining are over the SLO's period; both None before the first event.

    history: the share of each tier's long window that is recorded, where that is weighed and known.
    burning_seconds: the long window of the first tier that burns, if one does.
    demand: requests that arrive at the edge, where the SLO says how to ask for them.
    is_absent: whether nothing is known of the last five minutes, whatever the state.
    """

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
    history: Mapping[float, float] = field(default_factory=dict)
    burning_seconds: float | None = None
    demand: float | None = None
    is_absent: bool = False

    @property
    def period(self) -> tuple[float, float] | None:
        """Start and end of a period of the calendar, whose counts reach from its start to ``at``."""
        return None if self.slo.calendar is None else period_at(self.slo.calendar, self.at)

    @property
    def recorded_seconds(self) -> dict[float, float]:
        """How much of each of these windows is recorded, at least."""
        return recorded_seconds(self.history)

    def to_json(self) -> dict[str, Any]:
        """The ``status`` of ``GET /api/v1/slos``; windows are spelt as durations."""
        return {
            "at": self.at,
            "state": self.state.value,
            "reason": self.reason.value,
            "error_ratio": self.error_ratio,
            "budget_remaining": self.budget_remaining,
            "burn_rate": {format_duration(window): rate for window, rate in self.burn_rate.items()},
            "recorded_seconds": {
                format_duration(window): seconds for window, seconds in self.recorded_seconds.items()
            },
            "in_flight": self.in_flight,
            "demand": self.demand,
            "is_absent": self.is_absent,
            "bad": self.bad,
            "total": self.total,
            "period": None if self.period is None else {"start": self.period[0], "end": self.period[1]},
        }


Count = Callable[[Querier, Slo, float, float], WindowCounts]
History = Callable[[Querier, Slo, float, float], float | None]


def count_events(querier: Querier, slo: Slo, seconds: float, at: float) -> WindowCounts:
    """Counts of one window, from raw counters.

    Raises:
        QueryError: if the querier cannot answer.
    """
    events = RawExpressions(slo)
    total = single_value(querier, events.total(seconds), at)
    bad = None if total is None else single_value(querier, events.bad(seconds), at)
    return WindowCounts(seconds, bad, total)


def recorded_share(querier: Querier, slo: Slo, seconds: float, at: float) -> float | None:
    """The share of a window that is recorded; None where scrapes are too seldom to tell.

    Raises:
        QueryError: if the querier cannot answer.
    """
    return single_value(querier, history_ratio(slo, seconds), at)


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
    count: Count = count_events,
    history: History = recorded_share,
    so_far: WindowCounts | None = None,
) -> BudgetStatus:
    """Asks for the counts of each window and judges them.

    more_windows: seconds of windows whose burn rate is wanted beside those of the policy and the period.
    count, history: what counts a window, and says how much of it is recorded; those that remember may
        spare the querier.
    so_far: the counts of the period, where they are not those of its whole window: some may be excluded.

    Raises:
        QueryError: if the querier cannot answer.
    """
    tiers = {window for tier in policy.tiers for window in (tier.long_seconds, tier.short_seconds)}
    rolling = {slo.period_seconds} if slo.calendar is None else set()
    windows = sorted({*tiers, *more_windows, policy.hang_seconds, *rolling})
    counts = [count(querier, slo, window, at) for window in windows]
    if so_far is None and slo.calendar is not None:
        so_far = count(querier, slo, counted_seconds(slo, at), at)
    in_flight, demand = (
        single_value(querier, query, at) if query else None for query in (slo.sli.in_flight, slo.sli.demand)
    )
    weighed = {tier.long_seconds for tier in policy.tiers if is_weighed(tier.long_seconds)}
    shares = {window: history(querier, slo, window, at) for window in sorted(weighed)}
    known = {window: share for window, share in shares.items() if share is not None}
    return judge(slo, policy, counts, in_flight, at, demand=demand, history=known, so_far=so_far)


def counted_seconds(slo: Slo, at: float) -> float:
    """How far back the counts of the SLO's period reach: all of it, or to where the calendar's began."""
    return slo.period_seconds if slo.calendar is None else seconds_so_far(slo.calendar, at)


def judge(
    slo: Slo,
    policy: Policy,
    counts: Iterable[WindowCounts],
    in_flight: float | None,
    at: float,
    *,
    demand: float | None = None,
    history: Mapping[float, float] | None = None,
    so_far: WindowCounts | None = None,
) -> BudgetStatus:
    """The status that follows from counts of all the policy's windows, the hang's and of the period.

    so_far: the counts of the period, as of one of the calendar; without it those of the period's window.
    history: the shares of long windows that are recorded; without one a window counts as full.
    """
    by_window, history = {count.seconds: count for count in counts}, history or {}
    period = by_window[slo.period_seconds] if so_far is None else so_far
    burnt = _burn(slo, period)
    burning = [tier.long_seconds for tier in policy.tiers if _burns(tier, slo, by_window, history)]
    unanswered = _unanswered(by_window[policy.hang_seconds], in_flight, demand)
    is_absent = _is_absent(by_window)
    state, reason = _state(burnt, unanswered, is_absent=is_absent, burning=bool(burning))
    if state is BudgetState.OK and slo.calendar and not period.total and period.seconds < _BEGIN_SECONDS:
        reason = BudgetReason.BEGUN
    return BudgetStatus(
        slo=slo,
        at=at,
        state=state,
        reason=reason,
        error_ratio=period.error_ratio,
        budget_remaining=None if burnt is None else 1 - burnt,
        burn_rate={window: _burn(slo, count) for window, count in by_window.items()},
        in_flight=in_flight,
        bad=period.bad,
        total=period.total,
        history=history,
        burning_seconds=burning[0] if burning else None,
        demand=demand,
        is_absent=is_absent,
    )


def _is_absent(counts: Mapping[float, WindowCounts]) -> bool:
    """Of a total that is absent, or a bucket that does not exist."""
    recent = [window for window in counts if window <= 300] or [min(counts)]
    return all(counts[window].bad is None for window in recent)


def _unanswered(answered: WindowCounts, in_flight: float | None, demand: float | None) -> BudgetReason | None:
    """Of which kind requests are that wait in vain; None where there are none."""
    kinds = ((BudgetReason.HANG, in_flight), (BudgetReason.UNANSWERED, demand))
    return next((kind for kind, wanted in kinds if is_none_answered(wanted, answered.total)), None)


def _state(
    burnt: float | None, unanswered: BudgetReason | None, *, is_absent: bool, burning: bool
) -> tuple[BudgetState, BudgetReason]:
    if burnt is not None and burnt >= 1:
        return BudgetState.SPENT, BudgetReason.OVERSPENT
    if unanswered is not None:
        return BudgetState.BURNING, unanswered
    if burning:
        return BudgetState.BURNING, BudgetReason.TIER
    return (BudgetState.NO_DATA, BudgetReason.ABSENT) if is_absent else (BudgetState.OK, BudgetReason.WITHIN)


def _burns(
    tier: Tier, slo: Slo, counts: Mapping[float, WindowCounts], history: Mapping[float, float]
) -> bool:
    """Of the long window, what is not recorded counts as good."""

    def answer(asked: Asked, seconds: float) -> float:
        count = counts[seconds]
        found = count.bad if asked is Asked.BAD_EVENTS else _burn(slo, count)
        weight = history.get(seconds, 1.0) if asked is Asked.WEIGHED_RATE else 1.0
        return math.nan if found is None else found * weight

    return all(one.holds(answer(one.asked, one.seconds)) for one in conditions(slo, tier))


def _burn(slo: Slo, count: WindowCounts) -> float | None:
    ratio = count.error_ratio
    return None if ratio is None else ratio / slo.error_budget
