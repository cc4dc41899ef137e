"""What is told of a budget, in words and figures."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from alerts.budget.account import Account
from alerts.budget.status import BudgetReason
from alerts.budget.taken_off import Excluded
from alerts.budget.texts import reason_text, say
from alerts.charts.model import Language
from alerts.charts.quantities import format_clock, format_date, format_percent, format_seconds, zone_name

NOTHING = "—"
_LATELY_SECONDS = 300.0


@dataclass(frozen=True)
class BudgetWords:
    """Of one budget; times are told in a zone."""

    account: Account
    zone: ZoneInfo
    language: Language = Language.EN

    def left(self) -> str:
        """``70% of the budget left``, ``overspent by 49%``."""
        remaining = self.account.status.budget_remaining
        if remaining is None:
            return NOTHING
        if remaining <= 0:
            return share_left(remaining, self.language) if remaining else say(self.language, "nothing_left")
        return say(self.language, "left", share=format_percent(remaining))

    def events(self) -> str:
        """Bad and all events, and how many may be bad; empty where only their ratio means something."""
        status = self.account.status
        if status.bad is None or not status.total or not status.slo.sli.counts_events:
            return ""
        return say(
            self.language,
            "slices" if status.slo.sli.slice_seconds else "events",
            bad=count(status.bad),
            total=count(status.total),
            allowed=count(status.slo.error_budget * status.total),
        )

    def minutes(self) -> str:
        """Bad minutes and those allowed."""
        if self.account.bad_minutes is None:
            return ""
        allowed = count(self.account.allowed_bad_minutes)
        return say(self.language, "minutes", bad=count(self.account.bad_minutes), allowed=allowed)

    def runs_out(self) -> str:
        """``runs out in 3 h 10 min (2026-11-08 09:10 KST)``; empty where it does not within thirty days."""
        at = self.account.exhausted_at
        if at is None:
            return ""
        told = say(self.language, "runs_out", when=f"{self.runs_out_in()} ({self._moment(at)})")
        return f"{told}{self.eased()}"

    def eased(self) -> str:
        """That the errors with which it runs out are over, or nearly; empty otherwise."""
        forecast, now = self.account.forecast, self.account.status.burn_rate.get(_LATELY_SECONDS)
        if forecast is None or forecast.exhausted_at is None or now is None or now > 1:
            return ""
        if forecast.window_seconds <= _LATELY_SECONDS:
            return ""
        window = format_seconds(forecast.window_seconds, self.language)
        return say(self.language, "eased" if now else "stopped", window=window)

    def runs_out_in(self) -> str:
        """``in 3 h 10 min``."""
        at = self.account.exhausted_at
        if at is None:
            return ""
        rough = max(60, round((at - self.account.status.at) / 60) * 60)
        return say(self.language, "in", span=format_seconds(rough, self.language))

    def excluded(self) -> str:
        """``2 h excluded (move by Kim: agreed), with it overspent by 49%``; empty without."""
        excluded = self.account.excluded
        if excluded is None:
            return ""
        windows = (one for one, _, _ in excluded.windows())
        whys = (say(self.language, "why", name=w.name, author=w.author, reason=w.reason) for w in windows)
        left = 1 - (excluded.gross.error_ratio or 0.0) / self.account.status.slo.error_budget
        told = say(
            self.language,
            "excluded",
            span=format_seconds(excluded.seconds, self.language),
            whys="; ".join(whys),
            left=share_left(left, self.language, short=True),
        )
        return f"{told}{self._unscraped(excluded)}"

    def reason(self) -> str:
        """Why the budget is in its state."""
        status = self.account.status
        if status.reason is BudgetReason.ABSENT and status.slo.sli.is_raw:
            return say(self.language, "no_ratio")
        return reason_text(status.reason, self.language)

    def _unscraped(self, excluded: Excluded) -> str:
        if not excluded.uncounted:
            return ""
        return f"; {say(self.language, 'uncounted', count=excluded.uncounted)}"

    def _moment(self, at: float) -> str:
        clock = format_clock(at, self.zone, with_seconds=False)
        return f"{format_date(at, self.zone)} {clock} {zone_name(at, self.zone)}"


def share_left(remaining: float, language: Language, *, short: bool = False) -> str:
    """``overspent by 49%``; what is left is ``51%``, or short ``51% left``."""
    if remaining < 0:
        return say(language, "overspent", share=format_percent(-remaining))
    share = format_percent(remaining)
    return say(language, "left_short", share=share) if short else share


def count(value: float) -> str:
    """Whole from ten up, two figures below; never ``-0``."""
    return f"{value:,.0f}" if value >= 9.95 else f"{max(value, 0.0):.2g}"
