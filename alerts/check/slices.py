"""Findings on SLOs that count slices of time in place of events."""

from alerts.check.findings import Finding
from alerts.check.tiers import TierCheck
from alerts.slo import Slo
from collector.durations import format_duration


def slice_findings(checked: TierCheck) -> list[Finding]:
    """What a tier misses where not events but slices are counted."""
    slo, tier, slice_seconds = checked.slo, checked.tier, checked.slo.sli.slice_seconds
    if slice_seconds is None:
        return []
    place, each = f"{slo.name}: tier {tier.name}", format_duration(slice_seconds)
    found = []
    if tier.short_seconds < slice_seconds:
        short = format_duration(tier.short_seconds)
        message = (
            f"{place} is blind at times: its short window of {short} may hold no slice of {each}; make it "
            f"{each} or more"
        )
        found.append(Finding("warning", "blind-tier", message))
    if holds_too_few_slices(checked):
        long, fewest = format_duration(tier.long_seconds), tier.min_bad_events
        message = (
            f"{place} cannot fire: it wants {fewest} bad slices of {each}, and its {long} hold fewer; want "
            f"fewer (min_bad_events), or look over a longer window"
        )
        found.append(Finding("warning", "too-few-slices", message))
    return found


def holds_too_few_slices(checked: TierCheck) -> bool:
    """Whether a tier wants more bad slices than its long window holds, whatever the traffic."""
    tier, sli = checked.tier, checked.slo.sli
    wanted = tier.min_bad_events * (sli.slice_seconds or 0.0)
    return sli.counts_events and tier.long_seconds < wanted


def empty_slices(slo: Slo, scrape_seconds: float) -> list[Finding]:
    """For slices too short to hold the two samples that an increase needs."""
    slice_seconds = slo.sli.slice_seconds
    if slice_seconds is None or "increase(" not in slo.sli.total or slice_seconds >= 2 * scrape_seconds:
        return []
    each, interval = format_duration(slice_seconds), format_duration(scrape_seconds)
    message = (
        f"{slo.name}: a slice of {each} needs two samples, of which a scrape interval of {interval} gives "
        f"one; slices of {format_duration(2 * scrape_seconds)} hold two"
    )
    return [Finding("warning", "empty-slices", message)]
