"""Whether a tier burns, as PromQL; where its targets are down, whether it did when one was last up.

Once nothing is scraped any more, windows run empty from their oldest end, and the ratio over five minutes
becomes that of their last seconds. So what they answer then is no news.
"""

from alerts.burnrate import firing_burn_rate
from alerts.expressions import Expressions, burn_rate, number, weighed_burn_rate
from alerts.policy import Tier
from alerts.slo import Slo
from alerts.targets import targets_selector
from collector.durations import format_duration

DOWN_SECONDS = 120.0  # as long after a target is up again there may be no two samples to tell by
FROZEN_SECONDS = 900.0
"""For how long what was last known of a service whose targets are down is held."""

_LOOKS, _RAREST_LOOK_SECONDS = 240, 60.0


def burns(slo: Slo, tier: Tier, events: Expressions, interval_seconds: float | None) -> str:
    """The expression of the tier's alert; its value is the burn rate over the long window.

    interval_seconds: between its evaluations; None where what was last known is not asked for.
    """
    asked, targets = _conditions(slo, tier, events), targets_selector(slo.sli)
    now = "\nand\n".join(query + limit for query, limit in asked)
    if targets is None or interval_seconds is None:
        return now
    last = [_last_known(query, targets, tier, interval_seconds) + limit for query, limit in asked]
    down = f"max(min_over_time({targets}[{format_duration(DOWN_SECONDS)}])) == 0"
    return f"{now}\nor\n" + "\nand\n".join([*last, f"on () ({down})"])


def _conditions(slo: Slo, tier: Tier, events: Expressions) -> list[tuple[str, str]]:
    """What is asked, and what its answer must be; all have to be."""
    rates, limit = [weighed_burn_rate(events, tier.long_seconds, slo)], number(firing_burn_rate(tier, slo))
    if tier.short_seconds < tier.long_seconds:
        rates.append(burn_rate(events, tier.short_seconds, slo))
    conditions = [(rate, f" > {limit}") for rate in rates]
    if tier.min_bad_events and slo.sli.counts_events:
        conditions.append((events.bad(tier.long_seconds), f" >= {tier.min_bad_events}"))
    return conditions


def _last_known(query: str, targets: str, tier: Tier, interval_seconds: float) -> str:
    """What a query of one series answered when a target was last up.

    It is looked for as often as the alert is evaluated, or as a 240th of the tier's long window passes, but
    each minute at least: looks at raw counters are dear.
    """
    step = min(max(interval_seconds, tier.long_seconds / _LOOKS), _RAREST_LOOK_SECONDS)
    looks = f"{format_duration(FROZEN_SECONDS)}:{format_duration(step)}"
    return f"last_over_time(({query} and on () (max({targets}) > 0))[{looks}])"
