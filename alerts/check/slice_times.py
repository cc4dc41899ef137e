"""When tiers fire that count slices of time: slices are bad or not, and come by the clock.

At a steady error ratio beyond what a slice may have, every slice is bad; at or below it none is. The slice
that the onset falls into is bad where what is left of it has errors enough for all of it. So the slice that
fires the tier ends at any moment within a slice's length: times are for the middle.
"""

import math

from alerts.burnrate import CONTINUOUS, Needed, Sampling, firing_ratio
from alerts.policy import Tier
from alerts.slo import Slo

_ROUNDING = 1e-9
_FULL = 0.999  # of the slices; observed traffic is a mean


def counts_slices(slo: Slo, per_second: float | None) -> bool:
    """Whether slices are counted and all have events; with fewer, each event is a slice of its own.

    per_second: events, or slices that have some; None where there are as many as nobody has to count.
    """
    seconds = slo.sli.slice_seconds
    return seconds is not None and (per_second is None or per_second * seconds >= _FULL)


def slices_needed(tier: Tier, slo: Slo) -> Needed:
    """How many slices have to be bad for the tier to fire."""
    ratio = firing_ratio(tier, slo)
    long, short = (_held(seconds, slo) for seconds in (tier.long_seconds, tier.short_seconds))
    fewest = math.floor(ratio * long + _ROUNDING) + 1
    needed = max(fewest, tier.min_bad_events if slo.sli.counts_events else 0)
    return Needed(needed, math.floor(ratio * max(short, 1) + _ROUNDING) + 1, long, short)


def can_fire_on_slices(tier: Tier, slo: Slo) -> bool:
    """Whether the tier fires once every slice is bad."""
    return slices_needed(tier, slo).long <= _held(tier.long_seconds, slo)


def slice_detection_seconds(
    tier: Tier, slo: Slo, error_ratio: float, sampling: Sampling = CONTINUOUS
) -> float | None:
    """Seconds from the onset of a steady share of bad events until the tier fires; None if it never does."""
    limit = _limit(slo)
    if error_ratio <= limit or not can_fire_on_slices(tier, slo) or not sampling.span(tier.short_seconds):
        return None
    slices = slices_needed(tier, slo).long - 0.5 + limit / error_ratio
    return slices * _length(slo) + sampling.lag_seconds + sampling.held(tier.for_seconds)


def slice_reset_seconds(tier: Tier, slo: Slo, error_ratio: float, sampling: Sampling) -> float | None:
    """Seconds from the end of a long steady share of bad events until it resolves; None if it never fired."""
    limit = _limit(slo)
    if error_ratio <= limit or not can_fire_on_slices(tier, slo):
        return None
    last_bad = (0.5 - limit / error_ratio) * _length(slo)
    if held := _held(tier.short_seconds, slo):
        good = math.ceil(held * (1 - firing_ratio(tier, slo)) - _ROUNDING)
        draining = last_bad + good * _length(slo)
    else:
        draining = last_bad + tier.short_seconds  # until the only slice that it may hold has left it
    return draining + sampling.lag_seconds + sampling.held(tier.keep_firing_seconds)


def silent_on_slices_seconds(tier: Tier, slo: Slo) -> float | None:
    """The shortest full outage that may fire the tier, where it begins and ends as badly as can be."""
    if not can_fire_on_slices(tier, slo):
        return None
    needed, limit = slices_needed(tier, slo).long, _limit(slo)
    slices = limit if needed == 1 else needed - 2 + 2 * limit
    return slices * _length(slo) + tier.for_seconds


def _held(seconds: float, slo: Slo) -> int:
    """How many slices end in so long, at least."""
    return math.floor(seconds / _length(slo) + _ROUNDING)


def _length(slo: Slo) -> float:
    assert slo.sli.slice_seconds is not None
    return slo.sli.slice_seconds


def _limit(slo: Slo) -> float:
    """The share of bad events above which a slice is bad."""
    return slo.sli.slice_bad_ratio
