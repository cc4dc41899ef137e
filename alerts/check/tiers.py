"""What a tier of an SLO can and cannot do, in closed form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from alerts.burnrate import (
    Needed,
    Sampling,
    bad_events_needed,
    budget_spent,
    can_fire,
    detection_seconds,
    factor,
    firing_ratio,
    firing_ratio_at,
    give_or_take_seconds,
    reset_seconds,
    silent_outage_seconds,
)
from alerts.check.slice_times import (
    can_fire_on_slices,
    counts_slices,
    silent_on_slices_seconds,
    slice_detection_seconds,
    slice_reset_seconds,
    slices_needed,
)
from alerts.compile import AS_WRITTEN
from alerts.policy import Severity, Tier
from alerts.slo import Slo
from collector.durations import format_duration

ERROR_RATIOS = (1.0, 0.1, 0.01)
SCRAPE_INTERVAL_SECONDS = 15.0  # what is assumed unless told otherwise


@dataclass(frozen=True)
class Pace:
    """How often targets are scraped, and the rules of pages and of tickets evaluated; in seconds.

    exact_windows: as the rules are compiled.
    """

    scrape_seconds: float = SCRAPE_INTERVAL_SECONDS
    page_seconds: float = 15.0
    ticket_seconds: float = 60.0
    exact_windows: bool = AS_WRITTEN.exact_windows

    def sampling(self, severity: Severity) -> Sampling:
        step = self.page_seconds if severity == "page" else self.ticket_seconds
        return Sampling(self.scrape_seconds, step, self.exact_windows)


@dataclass(frozen=True)
class AtTraffic:
    """A tier at a steady traffic, whose events come one by one; of slices, as many as there are.

    start_ratio: the lowest share of bad events that fires it; None where nothing does.
    needed: how many bad events its windows must hold; None where they hold no events to tell by.
    """

    per_second: float
    start_ratio: float | None
    needed: Needed | None

    def to_json(self) -> dict[str, Any]:
        return {
            "per_second": _round(self.per_second),
            "can_fire": self.start_ratio is not None,
            "start_ratio": _round(self.start_ratio),
            "bad_events_needed": None if self.needed is None else self.needed.long,
        }


@dataclass(frozen=True)
class TierCheck:
    """Times in seconds by error ratio, None where the tier never fires at it.

    start_ratio: the share of what is counted, events or slices, above which it fires; can_fire, too, is as if
        there were no lack of events. detect_seconds: at the traffic, if it is known.
    """

    slo: Slo
    tier: Tier
    sampling: Sampling
    factor: float
    start_ratio: float
    can_fire: bool
    detect_seconds: Mapping[float, float | None]
    spent_by_then: Mapping[float, float | None]
    reset_seconds: float | None
    silent_outage_seconds: float | None
    at_traffic: AtTraffic | None = None

    @property
    def give_or_take_seconds(self) -> float:
        """By how much the times of detection may be off."""
        by_slice = 0.0 if self.slo.sli.slice_seconds is None else self.slo.sli.slice_seconds / 2
        return give_or_take_seconds(self.tier, self.slo, self.sampling) + by_slice

    @property
    def start_error_ratio(self) -> float:
        """The share of bad events above which it fires: beyond a slice's, all slices are bad."""
        is_sliced = self.slo.sli.slice_seconds is not None and self.start_ratio < 1
        return self.slo.sli.slice_bad_ratio if is_sliced else self.start_ratio

    def to_json(self) -> dict[str, Any]:
        return {
            "slo": self.slo.name,
            "tier": self.tier.name,
            "severity": self.tier.severity,
            "long": format_duration(self.tier.long_seconds),
            "short": format_duration(self.tier.short_seconds),
            "factor": round(self.factor, 9),
            "start_ratio": round(self.start_error_ratio, 9),
            "can_fire": self.can_fire,
            "detect_seconds": _rounded(self.detect_seconds),
            "detect_within_seconds": self.give_or_take_seconds,
            "budget_spent": _rounded(self.spent_by_then),
            "reset_seconds": _round(self.reset_seconds),
            "silent_outage_seconds": _round(self.silent_outage_seconds),
            "min_bad_events": self.tier.min_bad_events,
            "traffic": None if self.at_traffic is None else self.at_traffic.to_json(),
        }


def check_tiers(
    slo: Slo, tiers: Sequence[Tier], pace: Pace, per_second: float | None = None
) -> list[TierCheck]:
    """Of one SLO. per_second: its events, where that is known."""
    return [_check_tier(slo, tier, pace.sampling(tier.severity), per_second) for tier in tiers]


def _check_tier(slo: Slo, tier: Tier, sampling: Sampling, per_second: float | None) -> TierCheck:
    if counts_slices(slo, per_second):
        return _check_slices(slo, tier, sampling, is_traffic_known=per_second is not None)
    detect = {ratio: detection_seconds(tier, slo, ratio, sampling, per_second) for ratio in ERROR_RATIOS}
    return TierCheck(
        slo=slo,
        tier=tier,
        sampling=sampling,
        factor=factor(tier, slo.period_seconds),
        start_ratio=firing_ratio(tier, slo),
        can_fire=can_ever_fire(tier, slo),
        detect_seconds=detect,
        spent_by_then={r: None if s is None else budget_spent(slo, r, s) for r, s in detect.items()},
        reset_seconds=reset_seconds(tier, slo, 1.0, sampling),
        silent_outage_seconds=silent_outage_seconds(tier, slo),
        at_traffic=_at_traffic(slo, tier, sampling, per_second),
    )


def _check_slices(slo: Slo, tier: Tier, sampling: Sampling, *, is_traffic_known: bool) -> TierCheck:
    """Where no slice is without events, traffic is as many slices as there are."""
    detect = {ratio: slice_detection_seconds(tier, slo, ratio, sampling) for ratio in ERROR_RATIOS}
    checked = TierCheck(
        slo=slo,
        tier=tier,
        sampling=sampling,
        factor=factor(tier, slo.period_seconds),
        start_ratio=firing_ratio(tier, slo),
        can_fire=can_ever_fire(tier, slo),
        detect_seconds=detect,
        spent_by_then={r: None if s is None else budget_spent(slo, 1.0, s) for r, s in detect.items()},
        reset_seconds=slice_reset_seconds(tier, slo, 1.0, sampling),
        silent_outage_seconds=silent_on_slices_seconds(tier, slo),
    )
    if not is_traffic_known or slo.sli.slice_seconds is None:
        return checked
    starts = checked.start_error_ratio if checked.can_fire else None
    return replace(checked, at_traffic=AtTraffic(1 / slo.sli.slice_seconds, starts, slices_needed(tier, slo)))


def can_ever_fire(tier: Tier, slo: Slo) -> bool:
    """Whether a full outage would fire the tier at last."""
    return can_fire(tier, slo) if slo.sli.slice_seconds is None else can_fire_on_slices(tier, slo)


def _at_traffic(slo: Slo, tier: Tier, sampling: Sampling, per_second: float | None) -> AtTraffic | None:
    if per_second is None or not slo.sli.counts_events:
        return None
    return AtTraffic(
        per_second,
        firing_ratio_at(tier, slo, per_second, sampling),
        bad_events_needed(tier, slo, per_second, sampling),
    )


def _rounded(by_ratio: Mapping[float, float | None]) -> dict[str, float | None]:
    return {f"{ratio:g}": _round(value) for ratio, value in by_ratio.items()}


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
