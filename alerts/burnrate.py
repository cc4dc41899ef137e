"""The arithmetic of burn rates: factors, the error ratio that fires a tier, and when it does.

Source: Google's SRE Workbook, chapter 5, for the factors; the times follow from what Prometheus' ``increase``
makes of samples, and tests/alerts/check/test_simulation.py holds them against the rule engine.

All times assume steady traffic, long-lived counters, no errors before the onset, and a long window that is
recorded in full. A window of W seconds holds samples that are W − scrape interval apart, first from last;
both counts are extrapolated alike, so that their ratio is one over that span. What is not known is where the
onset lies between two scrapes and a scrape between two evaluations: times are for the middle of both.
"""

import math
from dataclasses import dataclass

from alerts.expressions import FIVE_MINUTES, is_tiled
from alerts.policy import Tier
from alerts.slo import Slo

_ROUNDING = 1e-9
_MANY = 30  # bad events; of so many, one more or less is no way over a limit


@dataclass(frozen=True)
class Sampling:
    """How often counters are scraped and rules evaluated, in seconds; 0 is all the time.

    exact_windows: as rules were compiled: else long windows move on by five minutes, which they are sums of.
    """

    scrape_seconds: float = 0.0
    evaluation_seconds: float = 0.0
    exact_windows: bool = True

    @property
    def lag_seconds(self) -> float:
        """From an event until an evaluation has seen it: this on average, from 0 to twice as much."""
        return (self.scrape_seconds + self.evaluation_seconds) / 2

    def span(self, window_seconds: float) -> float:
        """From the first to the last sample of a window; 0 where it never holds two."""
        return max(window_seconds - self.scrape_seconds, 0.0)

    def held(self, seconds: float) -> float:
        """How long ``for`` or ``keep_firing_for`` hold: until an evaluation finds them over."""
        step = self.evaluation_seconds
        return math.ceil(seconds / step - _ROUNDING) * step if step else seconds


CONTINUOUS = Sampling()


def factor(tier: Tier, period_seconds: float) -> float:
    """How many times too fast the budget burns when the tier fires: budget share × period / long window."""
    return tier.budget_share * period_seconds / tier.long_seconds


def firing_burn_rate(tier: Tier, slo: Slo) -> float:
    """The burn rate that both windows must exceed: the factor, or the tier's floor where that is higher."""
    return max(factor(tier, slo.period_seconds), tier.min_error_ratio / slo.error_budget)


def firing_ratio(tier: Tier, slo: Slo) -> float:
    """The share of bad events that both windows must exceed; 1 or more can never be exceeded."""
    return firing_burn_rate(tier, slo) * slo.error_budget


def can_fire(tier: Tier, slo: Slo) -> bool:
    """Whether a full outage would fire the tier at last."""
    return firing_ratio(tier, slo) < 1


def is_blind(tier: Tier, scrape_interval_seconds: float) -> bool:
    """Whether the short window may hold a single sample: ranges are open at their left end."""
    return tier.short_seconds < 2 * scrape_interval_seconds


def detection_seconds(
    tier: Tier,
    slo: Slo,
    error_ratio: float,
    sampling: Sampling = CONTINUOUS,
    per_second: float | None = None,
) -> float | None:
    """Seconds from the onset of a steady error ratio until the tier fires; None if it never does.

    Whichever window is longer exceeds the ratio last, after ``span × firing ratio / error ratio``.

    per_second: events; given, they come one by one, evenly, and the floor of bad events counts too. Without
    it there are as many as nobody has to count.
    """
    ratio = firing_ratio(tier, slo)
    if error_ratio <= 0 or ratio >= 1 or not sampling.span(tier.short_seconds):
        return None
    if per_second is None or not slo.sli.counts_events:
        if error_ratio <= ratio:
            return None
        burning = sampling.span(tier.long_seconds) * ratio / error_ratio
    else:
        needed = bad_events_needed(tier, slo, per_second, sampling)
        apart = 1 / (error_ratio * per_second)
        if needed is None or not _fit(needed, apart) or (needed.long >= _MANY and error_ratio <= ratio):
            return None
        burning = needed.long * apart
    waited = sampling.lag_seconds + _step_seconds(tier, slo, sampling) / 2
    return burning + waited + sampling.held(tier.for_seconds)


def give_or_take_seconds(tier: Tier, slo: Slo, sampling: Sampling) -> float:
    """By how much the time of detection may be off, as the onset falls among scrapes, evaluations, sums."""
    return sampling.lag_seconds + _step_seconds(tier, slo, sampling) / 2


def _step_seconds(tier: Tier, slo: Slo, sampling: Sampling) -> float:
    """How often what the long window counts changes, where that is not with each scrape."""
    is_summed = is_tiled(slo, tier.long_seconds, exact=sampling.exact_windows)
    return FIVE_MINUTES if is_summed and sampling.evaluation_seconds else 0.0


def reset_seconds(tier: Tier, slo: Slo, error_ratio: float, sampling: Sampling = CONTINUOUS) -> float | None:
    """Seconds from the end of a long steady error ratio until the tier resolves; None if it never fired."""
    ratio = firing_ratio(tier, slo)
    if error_ratio <= ratio:
        return None
    draining = sampling.span(tier.short_seconds) * (1 - ratio / error_ratio)
    return draining + sampling.lag_seconds + sampling.held(tier.keep_firing_seconds)


@dataclass(frozen=True)
class Needed:
    """How many bad events each window must hold for the tier to fire, and what it holds in all."""

    long: int
    short: int
    long_span: float
    short_span: float


def bad_events_needed(
    tier: Tier, slo: Slo, per_second: float, sampling: Sampling = CONTINUOUS
) -> Needed | None:
    """At a steady traffic; None where a window holds no two samples, or no events."""
    ratio, spans = (
        firing_ratio(tier, slo),
        [sampling.span(w) for w in (tier.long_seconds, tier.short_seconds)],
    )
    if not all(span * per_second > 0 for span in spans):
        return None
    long, short = (math.floor(ratio * _events(per_second, span) + _ROUNDING) + 1 for span in spans)
    floor = tier.min_bad_events * spans[0] / tier.long_seconds  # what increase extrapolates to the floor
    return Needed(max(long, math.ceil(floor - _ROUNDING)), short, *spans)


def firing_ratio_at(tier: Tier, slo: Slo, per_second: float, sampling: Sampling = CONTINUOUS) -> float | None:
    """The lowest steady share of bad events that fires the tier at this traffic; None where nothing does.

    Higher than ``firing_ratio`` where the windows cannot hold enough bad events that are further apart; lower
    where these are so few that one more or less is a big step; 0 where a single one fires it.
    """
    needed, ratio = bad_events_needed(tier, slo, per_second, sampling), firing_ratio(tier, slo)
    if needed is None or ratio >= 1:
        return None
    counts = (needed.long - 1) / needed.long_span, (needed.short - 1) / needed.short_span
    lowest = max(ratio if needed.long >= _MANY else 0.0, *(count / per_second for count in counts))
    return lowest if lowest < 1 else None


def _events(per_second: float, span_seconds: float) -> int:
    """The fewest that a span holds of events that come evenly."""
    return math.floor(per_second * span_seconds + _ROUNDING)


def _fit(needed: Needed, apart_seconds: float) -> bool:
    """Whether the windows can hold that many bad events so far apart."""
    long, short = (needed.long - 1) * apart_seconds, (needed.short - 1) * apart_seconds
    return long < needed.long_span and short < needed.short_span


def budget_spent(slo: Slo, error_ratio: float, seconds: float) -> float:
    """The share of the period's budget that a steady error ratio spends in this time."""
    return error_ratio * seconds / (slo.error_budget * slo.period_seconds)


def silent_outage_seconds(tier: Tier, slo: Slo) -> float | None:
    """The longest full outage at steady traffic that does not fire the tier; None where none ever does."""
    return detection_seconds(tier, slo, 1.0)
