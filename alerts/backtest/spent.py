"""The share of an error budget that was gone by a time, from the events that were counted."""

import math

from alerts.backtest.reads import windows_read
from alerts.slo import Slo
from collector.durations import format_duration
from collector.embedded import EmbeddedQuerier
from collector.promql.guard import QuerySize
from collector.promql.limits import Limits
from collector.promql.parse import parse
from collector.series import SampleSource

_LIMITS = Limits(max_samples=2**62, max_points=2**62, timeout_seconds=math.inf)


def budget_spent(slo: Slo, samples: SampleSource, onset: float, at: float) -> float | None:
    """Bad events from the onset to a time ÷ (error budget × events of a period); None without events.

    Events of a period: those of the period up to that time; where the history is shorter, as many for each
    second as it has. Of an SLI of ratios: error ratio × time ÷ (error budget × period). Unix seconds.
    """
    if at - onset < 0.001:
        return 0.0
    ago = format_duration(at - onset)
    querier = EmbeddedQuerier(samples, _LIMITS, experimental=True)
    bad = _value(querier, slo.sli.bad_over(ago), at)
    if not slo.sli.counts_events:
        total = _value(querier, slo.sli.total_over(ago), at)
        if bad is None or not total:
            return None
        return bad / total * (at - onset) / (slo.error_budget * slo.period_seconds)
    first = _first_sample(slo, samples, at)
    if bad is None or first is None or at - first < 1:
        return None
    recorded = min(at - first, slo.period_seconds)
    total = _value(querier, slo.sli.total_over(format_duration(recorded)), at)
    if not total:
        return None
    return max(bad, 0.0) / (slo.error_budget * total * slo.period_seconds / recorded)


def _value(querier: EmbeddedQuerier, query: str, at: float) -> float | None:
    found = querier.instant(query, at)
    return found[0].value if found and math.isfinite(found[0].value) else None


def _first_sample(slo: Slo, samples: SampleSource, at: float) -> float | None:
    """The oldest sample of the period of what counts all events, in Unix seconds."""
    node = parse(slo.sli.total_over(format_duration(slo.period_seconds)), size=QuerySize(), experimental=True)
    start_ms, end_ms = round((at - slo.period_seconds) * 1000), round(at * 1000)
    selectors = [selector for selector, _ in windows_read(node)]
    groups = [group for one in selectors for group in samples.select(one.matchers, start_ms, end_ms)]
    return min((int(group.times[0]) / 1000 for group in groups if len(group.times)), default=None)
