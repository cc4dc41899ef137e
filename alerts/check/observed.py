"""What hours of history say of an SLO's policy: burning always, silent at the worst hour, never met."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from alerts.check.findings import Finding
from alerts.check.tiers import TierCheck
from alerts.check.totals import Exceeded, exceeded_finding
from alerts.percentages import percent
from alerts.slo import Slo
from collector.durations import format_duration

HOUR, DAY = 3600.0, 86_400.0
_QUIET = 0.1  # of the median: the ratio of an hour with less traffic says little
_MOST_OF_THE_TIME = 0.5
_LOOSE = 0.1  # of the budget, on the worst day
_ENOUGH = 10  # bad events that the budget allows over what was observed
_FEWEST_DAYS = 7
_FEWEST_DAYS_TO_MISS = 3  # one bad day says nothing of what is normal

Counts = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Observed:
    """Bad and total events of each hour, (hours,), oldest first; NaN where there is no data.

    end: Unix seconds at which the last hour ends.
    first_seconds: how much of the first hour with data is recorded: a store begins within an hour.
    exceeded: five minutes with more bad events than all, if there were.
    """

    end: float
    bad: Counts
    total: Counts
    first_seconds: float = HOUR
    exceeded: Exceeded | None = None

    @cached_property
    def known(self) -> npt.NDArray[np.bool_]:
        """(hours,) those with events."""
        return np.nan_to_num(self.total) > 0

    @cached_property
    def seconds(self) -> Counts:
        """(hours,) how much of each hour is recorded, from the first with data on."""
        known = ~np.isnan(self.total)
        seconds = np.where(np.logical_or.accumulate(known), HOUR, 0.0)
        if known.any():
            seconds[int(np.argmax(known))] = self.first_seconds
        return seconds

    @property
    def recorded_seconds(self) -> float:
        return float(self.seconds.sum())

    @property
    def per_second(self) -> Counts:
        """(known hours,) events a second of the time that is recorded."""
        rates: Counts = self.total[self.known] / self.seconds[self.known]
        return rates

    @property
    def has_events(self) -> bool:
        return bool(self.known.any())

    @property
    def error_ratio(self) -> float:
        """Of all events."""
        return float(np.nansum(self.bad) / np.nansum(self.total))

    @property
    def median_per_second(self) -> float:
        return float(np.median(self.per_second))

    @property
    def lowest_per_second(self) -> float:
        """Of the quietest hour that has events at all."""
        return float(self.per_second.min())

    @property
    def worst_hour(self) -> tuple[float, float]:
        """Its error ratio, and when it ended; hours that are idle or nearly so do not count."""
        busy = np.nan_to_num(self.total) >= _QUIET * self.median_per_second * self.seconds
        ratios = self.ratios(HOUR)
        worst = int(np.argmax(np.where(self.known & busy, ratios, -1.0)))
        return float(ratios[worst]), self.end - HOUR * (len(ratios) - 1 - worst)

    def worst_hours(self) -> list[float]:
        """When those with bad events ended, the worst first."""
        ratios = np.nan_to_num(self.ratios(HOUR))
        ratios[(np.nan_to_num(self.bad) > 0) & ~self.known] = np.inf  # bad events among none
        order = np.argsort(-ratios, kind="stable")
        return [self.end - HOUR * (len(ratios) - 1 - int(hour)) for hour in order if ratios[hour] > 0]

    def ratios(self, window_seconds: float) -> Counts:
        """(hours,) the error ratio over the window that ends with each hour, an hour at least."""
        hours = max(round(window_seconds / HOUR), 1)
        bad, total = (_sums(np.nan_to_num(counts), hours) for counts in (self.bad, self.total))
        ratios: Counts = np.divide(bad, total, out=np.full(len(bad), np.nan), where=total > 0)
        return ratios

    def days(self) -> Counts:
        """(days,) error ratios of recorded days with events, the last ends with the last hour."""
        ratios = self.ratios(DAY)[::-24][: round(self.recorded_seconds / HOUR) // 24]
        found: Counts = ratios[~np.isnan(ratios)]
        return found

    def share_of_time_above(self, ratio: float, window_seconds: float) -> float:
        """For how much of the time with data a window's ratio was above."""
        ratios = self.ratios(window_seconds)
        ratios = ratios[~np.isnan(ratios)]
        return float((ratios > ratio).mean()) if len(ratios) else 0.0

    def reaches(self, tier: TierCheck, at: float) -> bool:
        """Whether the long window exceeded the tier's limit while the hour that ended at ``at`` was in it."""
        ratios = self.ratios(tier.tier.long_seconds)
        first = len(ratios) - 1 - round((self.end - at) / HOUR)
        during = ratios[first : first + max(round(tier.tier.long_seconds / HOUR), 1)]
        return bool((np.nan_to_num(during) > tier.start_ratio).any())

    def to_json(self, slo: Slo) -> dict[str, Any]:
        who = {
            "slo": slo.name,
            "service": slo.service,
            "hours": int(self.known.sum()),
            "recorded_seconds": self.recorded_seconds,
        }
        if not self.has_events:
            return who
        worst, at = self.worst_hour
        return {
            **who,
            "error_ratio": round(self.error_ratio, 9),
            "worst_hour": {"error_ratio": round(worst, 9), "end": _spelled(at)},
            "median_per_second": round(self.median_per_second, 9),
            "lowest_per_second": round(self.lowest_per_second, 9),
        }


def _sums(counts: Counts, hours: int) -> Counts:
    """Of the hours up to each."""
    sums = np.concatenate([[0.0], np.cumsum(counts)])
    ends = np.arange(1, len(sums))
    differences: Counts = sums[ends] - sums[np.maximum(ends - hours, 0)]
    return differences


def observed_findings(slo: Slo, observed: Observed, tiers: Sequence[TierCheck]) -> list[Finding]:
    """Of one SLO; none where nothing was observed, or too little to say what is normal."""
    if observed.exceeded is not None:
        return [exceeded_finding(slo, observed.exceeded)]  # of such ratios nothing else can be said
    if not observed.has_events:
        return []
    found = [finding for tier in tiers for finding in _always_burning(slo, observed, tier)]
    return [*found, *_silent(slo, observed, tiers), *_objective(slo, observed)]


def _always_burning(slo: Slo, observed: Observed, tier: TierCheck) -> Iterator[Finding]:
    limit, long = tier.start_ratio, tier.tier.long_seconds
    share = observed.share_of_time_above(limit, long)
    if share > _MOST_OF_THE_TIME and observed.recorded_seconds >= max(DAY, long):
        message = (
            f"{slo.name}: tier {tier.tier.name} is always burning: {percent(share)} of the time "
            f"{format_duration(long)} had more errors than its limit of {percent(limit)}; "
            f"{percent(observed.error_ratio)} is normal here: promise no more than is kept, "
            f"or mend what fails"
        )
        yield Finding("error" if tier.tier.severity == "page" else "warning", "always-burning", message)


def _silent(slo: Slo, observed: Observed, tiers: Sequence[TierCheck]) -> Iterator[Finding]:
    """An hour that met the objective is nothing to page for; nor does it matter which tier pages."""
    worst, at = observed.worst_hour
    pages = [tier for tier in tiers if tier.tier.severity == "page" and tier.can_fire]
    if observed.recorded_seconds < HOUR:
        return
    if pages and worst > slo.error_budget and not any(observed.reaches(tier, at) for tier in pages):
        message = (
            f"{slo.name}: no page can fire at your worst hour, to {_spelled(at)}: {percent(worst)} of errors "
            f"where the objective allows {percent(slo.error_budget)}; pages want {_wanted(pages)}: a smaller "
            f"budget_share pages sooner, and `fireline alerts tune` weighs that against false pages"
        )
        yield Finding("warning", "silent-at-worst-hour", message)


def _wanted(tiers: Sequence[TierCheck]) -> str:
    each = (f"{percent(one.start_ratio)} over {format_duration(one.tier.long_seconds)}" for one in tiers)
    return ", ".join(each)


def _objective(slo: Slo, observed: Observed) -> Iterator[Finding]:
    days, budget = observed.days(), slo.error_budget
    if len(days) >= _FEWEST_DAYS_TO_MISS and (days > budget).all():
        message = (
            f"{slo.name}: the objective of {percent(slo.objective, 6)} was met on none of {len(days)} days: "
            f"{percent(1 - observed.error_ratio, 6)} is what there was: promise that at most, "
            f"or mend what fails"
        )
        yield Finding("warning", "objective-never-met", message)
    allowed = budget * float(np.nansum(observed.total))
    if len(days) >= _FEWEST_DAYS and (days < _LOOSE * budget).all() and allowed >= _ENOUGH:
        message = (
            f"{slo.name}: the objective of {percent(slo.objective, 6)} is far below what there is: "
            f"the worst of {len(days)} days had {percent(float(days.max()))} of errors: a stricter one tells "
            f"sooner when that is over"
        )
        yield Finding("warning", "objective-loose", message)


def _spelled(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%MZ")
