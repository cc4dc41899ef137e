"""Findings on tiers at a traffic: too few events to fire, or so few that one failure does."""

import math
from collections.abc import Iterator, Sequence

from alerts.burnrate import Needed
from alerts.check.findings import Finding
from alerts.check.parts import failure_labels
from alerts.check.rates import format_rate
from alerts.check.slice_times import counts_slices
from alerts.check.slices import holds_too_few_slices
from alerts.check.spans import span
from alerts.check.tiers import TierCheck
from alerts.percentages import percent
from collector.durations import format_duration

_FEW = 10  # bad events: of so few, those that increase does not see as their series is born are missed
_CREATED = {
    False: "; export it from the start, at 0, or with its created time (OpenMetrics), from which Fireline's "
    "collector counts",
    True: " in a Prometheus without the feature created-timestamp-zero-ingestion; its created time is given, "
    "from which Fireline's collector counts",
}
_BLIND_SPOT = 1.05  # a limit that lack of events lifts by less is as good as it was


def traffic_findings(
    tiers: Sequence[TierCheck], when: str = "", *, are_created_known: bool = False
) -> list[Finding]:
    """Of the tiers of one SLO. when: such as ``your quietest hour``, for a traffic that nobody gave.

    are_created_known: whether the engine has created times of what the SLO counts.
    """
    found = [finding for tier in tiers if tier.can_fire for finding in _tier_findings(tier, tiers, when)]
    return found + list(_born_counter(tiers, when, are_created_known))


def _tier_findings(tier: TierCheck, tiers: Sequence[TierCheck], when: str) -> Iterator[Finding]:
    if tier.at_traffic is None or holds_too_few_slices(tier):  # which is told already
        return
    if counts_slices(tier.slo, tier.at_traffic.per_second):
        return  # slices come by the clock
    place, at = f"{tier.slo.name}: tier {tier.tier.name}", _at(tier.at_traffic.per_second, when)
    lowest, needed = tier.at_traffic.start_ratio, tier.at_traffic.needed
    if lowest is None:
        other = _cover(tier, tiers, 1.0)
        cover = (
            ""
            if other is None
            else f"; tier {other.tier.name} still can, after {_outage(other)} of full outage"
        )
        cure = "" if other else "; fewer min_bad_events or a longer long window let it"
        message = f"{place} cannot fire at {at}{_wanted(tier, needed)}{cover}{cure}"
        yield Finding("error" if other is None else "warning", "cannot-fire-at-traffic", message)
    elif lowest > _BLIND_SPOT * tier.start_ratio and _cover(tier, tiers, tier.start_ratio) is None:
        blind = f"{percent(tier.start_ratio)} to {percent(lowest)}"
        message = (
            f"{place} is blind to error ratios of {blind} at {at}{_wanted(tier, needed)}; "
            f"no other {tier.tier.severity} covers them: fewer min_bad_events or a longer long window do"
        )
        yield Finding("warning", "floor-blind-spot", message)
    if tier.tier.severity == "page" and needed is not None and needed.long == needed.short == 1:
        message = f"{place} pages on one failure at {at}{_held(tier)}; min_bad_events of 2 or more stops that"
        yield Finding("warning", "one-failure-pages", message)


def _at(per_second: float, when: str) -> str:
    return f"{when} ({format_rate(per_second)})" if when else format_rate(per_second)


def _wanted(tier: TierCheck, needed: Needed | None) -> str:
    if needed is None:
        return _held(tier)
    long, short = (format_duration(s) for s in (tier.tier.long_seconds, tier.tier.short_seconds))
    return f": it wants {needed.long} bad events in {long} and {needed.short} in {short}, of {_events(tier)}"


def _held(tier: TierCheck) -> str:
    return f": {format_duration(tier.tier.long_seconds)} holds {_events(tier)} events"


def _events(tier: TierCheck) -> str:
    assert tier.at_traffic is not None
    return f"{math.ceil(tier.at_traffic.per_second * tier.tier.long_seconds):,}"


def _cover(tier: TierCheck, tiers: Sequence[TierCheck], ratio: float) -> TierCheck | None:
    """The first other tier, as urgent or more so, that fires somewhere at or below this error ratio."""
    for other in tiers:
        urgent = other.tier.severity in {"page", tier.tier.severity}
        starts = None if other.at_traffic is None else other.at_traffic.start_ratio
        if other is not tier and urgent and starts is not None and starts <= ratio:
            return other
    return None


def _outage(tier: TierCheck) -> str:
    seconds = tier.detect_seconds[1.0]
    return "a while" if seconds is None else span(seconds)


def _born_counter(tiers: Sequence[TierCheck], when: str, are_created_known: bool) -> Iterator[Finding]:
    """Prometheus does not know a counter's value from before its first sample, so that it is no increase."""
    pages = [
        t
        for t in tiers
        if t.tier.severity == "page"
        and t.at_traffic
        and t.at_traffic.start_ratio is not None
        and t.slo.sli.slice_seconds is None
    ]
    fewest = min(
        (t.at_traffic.needed.long for t in pages if t.at_traffic and t.at_traffic.needed), default=_FEW
    )
    if not pages or fewest >= _FEW or not (labels := failure_labels(pages[0].slo)):
        return
    assert pages[0].at_traffic is not None
    at = _at(pages[0].at_traffic.per_second, when)
    pages_on = "one bad event pages" if fewest == 1 else f"{fewest} bad events page"
    message = (
        f"{pages[0].slo.name}: {pages_on} at {at}, and of a series by {', '.join(labels)} that is born with "
        f"its first failure, what it has counted by its first scrape is lost{_CREATED[are_created_known]}"
    )
    yield Finding("warning", "born-counter", message)
