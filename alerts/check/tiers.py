"""What a tier of an SLO can and cannot do, in closed form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
    """A tier at a steady traffic, whose events come one by one.

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

    start_ratio, can_fire: as if there were no lack of events. detect_seconds: at the traffic, if it is known.
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
        return give_or_take_seconds(self.tier, self.slo, self.sampling)

    def to_json(self) -> dict[str, Any]:
        return {
            "slo": self.slo.name,
            "tier": self.tier.name,
            "severity": self.tier.severity,
            "long": format_duration(self.tier.long_seconds),
            "short": format_duration(self.tier.short_seconds),
            "factor": round(self.factor, 9),
            "start_ratio": round(self.start_ratio, 9),
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
    detect = {ratio: detection_seconds(tier, slo, ratio, sampling, per_second) for ratio in ERROR_RATIOS}
    return TierCheck(
        slo=slo,
        tier=tier,
        sampling=sampling,
        factor=factor(tier, slo.period_seconds),
        start_ratio=firing_ratio(tier, slo),
        can_fire=can_fire(tier, slo),
        detect_seconds=detect,
        spent_by_then={r: None if s is None else budget_spent(slo, r, s) for r, s in detect.items()},
        reset_seconds=reset_seconds(tier, slo, 1.0, sampling),
        silent_outage_seconds=silent_outage_seconds(tier, slo),
        at_traffic=_at_traffic(slo, tier, sampling, per_second),
    )


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
