"""The arithmetic of burn rates: factors, the error ratio that fires a tier, and when it does.

Source: Google's SRE Workbook, chapter 5. All times assume steady traffic and no errors before the onset.
"""

from alerts.policy import Tier
from alerts.slo import Slo


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


def detection_seconds(tier: Tier, slo: Slo, error_ratio: float) -> float | None:
    """Seconds from the onset of a steady error ratio until the tier fires; None if it never does.

    Whichever window is longer exceeds the ratio last, after ``long × firing ratio / error ratio``.
    """
    ratio = firing_ratio(tier, slo)
    if error_ratio <= ratio or error_ratio <= 0:
        return None
    return tier.long_seconds * ratio / error_ratio + tier.for_seconds


def reset_seconds(tier: Tier, slo: Slo, error_ratio: float) -> float | None:
    """Seconds from the end of a long steady error ratio until the tier resolves; None if it never fired."""
    ratio = firing_ratio(tier, slo)
    if error_ratio <= ratio:
        return None
    return tier.short_seconds * (1 - ratio / error_ratio) + tier.keep_firing_seconds


def budget_spent(slo: Slo, error_ratio: float, seconds: float) -> float:
    """The share of the period's budget that a steady error ratio spends in this time."""
    return error_ratio * seconds / (slo.error_budget * slo.period_seconds)


def silent_outage_seconds(tier: Tier, slo: Slo) -> float | None:
    """The longest full outage at steady traffic that does not fire the tier; None where none ever does."""
    return detection_seconds(tier, slo, 1.0)
