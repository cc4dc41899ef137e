"""Burn rates over a whole history, each window once: any tier is then a comparison of arrays."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from alerts.backtest.answers import answers
from alerts.backtest.lives import Life, Mask, Times, lives
from alerts.backtest.reach import LEAST_RUN_UP_SECONDS
from alerts.backtest.stretch import Stretch
from alerts.burnrate import firing_burn_rate
from alerts.expressions import RawExpressions, burn_rate, number, weighed_burn_rate
from alerts.policy import Tier
from alerts.slo import Slo
from collector.promql.engine import Engine
from collector.promql.guard import QuerySize
from collector.promql.limits import Limits
from collector.promql.parse import parse
from collector.rules.state import Hold
from collector.series import Values

_LIMITS = Limits(max_samples=2**62, max_points=2**62, timeout_seconds=math.inf)


@dataclass(frozen=True)
class Burns:
    """Of one SLO at times (t,), Unix seconds; (t,) by window in seconds, NaN where there is none.

    weighed: burn rates over long windows, as tiers ask for them; rates: over short ones; bad: events.
    """

    slo: Slo
    times: Times
    weighed: Mapping[float, Values]
    rates: Mapping[float, Values]
    bad: Mapping[float, Values]

    @cached_property
    def has_events(self) -> Mask:
        """Steps (t,) at which there is a burn rate over any short window."""
        found: Mask = np.any([np.isfinite(values) for values in self.rates.values()], axis=0)
        return found

    @property
    def is_empty(self) -> bool:
        """Whether the history holds nothing of the SLO."""
        return not self.has_events.any()


def burns(slo: Slo, stretch: Stretch, tiers: Iterable[Tier], interval_seconds: float) -> Burns:
    """Every window of these tiers, from a run-up before the stretch to its end.

    The expressions are those of self-contained alerts, so that a tier fires here when its rule would.
    """
    tiers = list(tiers)
    before = math.ceil(run_up_seconds(tiers, interval_seconds) / interval_seconds - 1e-9)
    steps = int((stretch.end - stretch.start) / interval_seconds + 1e-9)
    times = stretch.start + np.arange(-before, steps + 1, dtype=np.float64) * interval_seconds
    engine, events = Engine(stretch.samples, _LIMITS, experimental=True), RawExpressions(slo)
    times_ms = np.round(times * 1000).astype(np.int64)

    def evaluated(expr: str) -> Values:
        found = answers(engine, parse(expr, size=QuerySize()), times_ms)
        return found.values[0] if len(found.labels) else np.full(len(times), np.nan)

    longs, shorts = {tier.long_seconds for tier in tiers}, {tier.short_seconds for tier in tiers}
    return Burns(
        slo,
        times,
        {window: evaluated(weighed_burn_rate(events, window, slo)) for window in sorted(longs)},
        {window: evaluated(burn_rate(events, window, slo)) for window in sorted(shorts)},
        {window: evaluated(events.bad(window)) for window in sorted(longs)},
    )


def run_up_seconds(tiers: Iterable[Tier], interval_seconds: float) -> float:
    """How long tiers run before a stretch, so that what burned for long fires before it."""
    held = max((tier.for_seconds + tier.keep_firing_seconds for tier in tiers), default=0.0)
    return max(LEAST_RUN_UP_SECONDS, held + 2 * interval_seconds)


def tier_lives(found: Burns, tier: Tier) -> list[Life]:
    """What becomes of the tier's alert."""
    limit = float(number(firing_burn_rate(tier, found.slo)))
    holds: Mask = (found.weighed[tier.long_seconds] > limit) & (found.rates[tier.short_seconds] > limit)
    if _counts(found, tier):
        holds &= found.bad[tier.long_seconds] >= tier.min_bad_events
    return lives(found.times, holds, Hold(tier.for_seconds, tier.keep_firing_seconds))


def closeness(found: Burns, tier: Tier, during: Mask) -> float:
    """How close it came to its limits at the steps ``during``: it holds above 1; 0 of no step."""
    limit = float(number(firing_burn_rate(tier, found.slo)))
    shares = [found.weighed[tier.long_seconds] / limit, found.rates[tier.short_seconds] / limit]
    if _counts(found, tier):
        shares.append(found.bad[tier.long_seconds] / tier.min_bad_events)
    least = np.nan_to_num(np.minimum.reduce(shares), nan=0.0)[during]
    return float(least.max(initial=0.0))


def _counts(found: Burns, tier: Tier) -> bool:
    return bool(tier.min_bad_events) and found.slo.sli.counts_events
