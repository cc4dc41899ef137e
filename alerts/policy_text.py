"""Writes a policy as the file that ``load_policy`` reads."""

from fractions import Fraction
from typing import Any

import yaml

from alerts.policy import Policy, Tier
from collector.durations import format_duration

_WIDTH = 58  # a line of a flow mapping is broken after it: what is shown keeps below 80


def policy_yaml(policy: Policy, description: str) -> str:
    """A policy file. It says nothing of the period that a policy is meant for."""
    content = {"name": policy.name, "description": description, "tiers": [_written(t) for t in policy.tiers]}
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=_WIDTH, default_flow_style=None)


def spelled_share(share: float) -> str | float:
    """``1/720`` for what no short decimal says, 0.02 as it is."""
    if round(share, 4) == share:
        return share
    fraction = Fraction(share).limit_denominator(100_000)
    return str(fraction) if float(fraction) == share else share


def _written(tier: Tier) -> dict[str, Any]:
    """Keys that would say what is meant without them are left out, as ``short`` of a single window."""
    single = tier.short_seconds == tier.long_seconds
    content = {
        "name": tier.name,
        "long": format_duration(tier.long_seconds),
        "short": "" if single else format_duration(tier.short_seconds),
        "budget_share": spelled_share(tier.budget_share),
        "severity": tier.severity,
        "for": format_duration(tier.for_seconds) if tier.for_seconds else "",
        "keep_firing_for": format_duration(tier.keep_firing_seconds) if tier.keep_firing_seconds else "",
        "min_error_ratio": tier.min_error_ratio,
        "min_bad_events": tier.min_bad_events,
        "labels": dict(tier.labels),
    }
    return {key: value for key, value in content.items() if value}
