"""What is told of a budget, in words and figures, in English."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from alerts.budget_account import Account
from alerts.budget_exclusions import Excluded
from alerts.charts.model import Language
from alerts.charts.quantities import format_clock, format_date, format_percent, format_seconds, zone_name

NOTHING = "—"


@dataclass(frozen=True)
class BudgetWords:
    """Of one budget; times are told in a zone."""

    account: Account
    zone: ZoneInfo

    def left(self) -> str:
        """``70% of the budget left``, ``overspent by 49%``."""
        remaining = self.account.status.budget_remaining
        if remaining is None:
            return NOTHING
        if remaining <= 0:
            return f"overspent by {format_percent(-remaining)}" if remaining else "nothing of the budget left"
        return f"{format_percent(remaining)} of the budget left"

    def events(self) -> str:
        """Bad and all events, and how many may be bad; empty where only their ratio means something."""
        status = self.account.status
        if status.bad is None or not status.total or not status.slo.sli.counts_events:
            return ""
        allowed = count(status.slo.error_budget * status.total)
        noun = "time slices" if status.slo.sli.slice_seconds else "events"
        return f"{count(status.bad)} bad of {count(status.total)} {noun} ({allowed} allowed)"

    def minutes(self) -> str:
        """Bad minutes and those allowed."""
        if self.account.bad_minutes is None:
            return ""
        allowed = count(self.account.allowed_bad_minutes)
        return f"{count(self.account.bad_minutes)} bad minutes ({allowed} allowed)"

    def runs_out(self) -> str:
        """``in 3 h 10 min (2026-11-08 09:10 KST)``; empty where it does not within thirty days."""
        at = self.account.exhausted_at
        return "" if at is None else f"{self.runs_out_in()} ({self._moment(at)})"

    def runs_out_in(self) -> str:
        """``in 3 h 10 min``."""
        at = self.account.exhausted_at
        if at is None:
            return ""
        rough = max(60, round((at - self.account.status.at) / 60) * 60)
        return f"in {format_seconds(rough, Language.EN)}"

    def excluded(self) -> str:
        """``2 h excluded (move by Kim: agreed), with it overspent by 49%``; empty without."""
        excluded = self.account.excluded
        if excluded is None:
            return ""
        whys = "; ".join(f"{one.name} by {one.author}: {one.reason}" for one, _, _ in excluded.windows())
        ratio = excluded.gross.error_ratio
        left = 1 - (ratio or 0.0) / self.account.status.slo.error_budget
        with_it = f"{format_percent(left)} left" if left >= 0 else f"overspent by {format_percent(-left)}"
        lasts = format_seconds(excluded.seconds, Language.EN)
        return f"{lasts} excluded ({whys}), with it {with_it}{_unscraped(excluded)}"

    def _moment(self, at: float) -> str:
        clock = format_clock(at, self.zone, with_seconds=False)
        return f"{format_date(at, self.zone)} {clock} {zone_name(at, self.zone)}"


def _unscraped(excluded: Excluded) -> str:
    if not excluded.uncounted:
        return ""
    return f"; {excluded.uncounted} of its times too short to count: no scrape in it, nothing taken off"


def count(value: float) -> str:
    """Whole from ten up, two figures below; never ``-0``."""
    return f"{value:,.0f}" if value >= 9.95 else f"{max(value, 0.0):.2g}"
