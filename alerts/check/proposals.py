"""Tiers that can fire, for those that cannot or hardly can."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from alerts.check.tiers import Pace, TierCheck, check_tiers
from alerts.percentages import percent
from alerts.policy import Policy, Tier
from alerts.slo import Slo
from collector.durations import format_duration

REACH = 0.5
"""The highest error ratio at which a proposed tier begins: half an outage fires it."""

_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86_400.0
_WINDOWS = (
    *(n * _MINUTE for n in (1, 2, 5, 10, 15, 20, 30)),
    *(n * _HOUR for n in (1, 2, 3, 4, 6, 8, 12)),
    *(n * _DAY for n in (1, 2, 3, 4, 5, 7, 10, 14)),
)
_SHORT_PART = 1 / 12  # of a long window, as in the SRE Workbook
_LEAST_SHARE = 1e-9


@dataclass(frozen=True)
class Proposal:
    """``change`` is the key of the policy file that differs: ``budget_share``, or ``windows``."""

    slo: Slo
    instead_of: Tier
    change: str
    tier: Tier

    def to_json(self, pace: Pace) -> dict[str, Any]:
        (checked,) = check_tiers(self.slo, [self.tier], pace)
        return {**checked.to_json(), "change": self.change, "budget_share": self.tier.budget_share}


def needs_another(checked: TierCheck) -> bool:
    """Whether half an outage does not fire the tier."""
    return checked.start_error_ratio > REACH and checked.tier.min_error_ratio <= REACH


def proposals(checked: TierCheck) -> list[Proposal]:
    """What could stand instead of a tier; none where it is fine."""
    if not needs_another(checked):
        return []
    slo, tier = checked.slo, checked.tier
    found = [Proposal(slo, tier, "budget_share", _with_less_share(slo, tier))]
    longer = _with_longer_windows(slo, tier)
    return [*found, Proposal(slo, tier, "windows", longer)] if longer else found


def _with_less_share(slo: Slo, tier: Tier) -> Tier:
    share = REACH * tier.long_seconds / slo.period_seconds / slo.error_budget
    digits = 10 ** (math.floor(math.log10(share)) - 1)
    return replace(tier, budget_share=max(round(math.floor(share / digits) * digits, 12), _LEAST_SHARE))


def _with_longer_windows(slo: Slo, tier: Tier) -> Tier | None:
    """The share stays; None where no window within half the period is long enough."""
    wanted = tier.budget_share * slo.period_seconds * slo.error_budget / REACH
    long = next((window for window in _WINDOWS if window >= wanted), math.inf)
    if long > slo.period_seconds / 2:
        return None
    if tier.short_seconds == tier.long_seconds:  # a tier of one window stays one
        return replace(tier, long_seconds=long, short_seconds=long)
    short = max(
        (w for w in _WINDOWS if w <= max(long * _SHORT_PART, tier.short_seconds)), default=tier.short_seconds
    )
    return replace(tier, long_seconds=long, short_seconds=short)


def proposed_policy(slo: Slo, policy: Policy, tiers: Sequence[TierCheck]) -> Policy | None:
    """The policy with a smaller share for each tier that needs it; None where none does."""
    if not any(needs_another(tier) for tier in tiers):
        return None
    name = f"{policy.name}-{100 * slo.objective:.6g}".replace(".", "-")
    better = {tier.tier.name: _first(proposals(tier)) for tier in tiers}
    return Policy(name, tuple(better.get(tier.name) or tier for tier in policy.tiers))


def _first(found: Sequence[Proposal]) -> Tier | None:
    return found[0].tier if found else None


def why(slo: Slo, policy: Policy) -> str:
    """What a proposed policy is, in a line for its file."""
    objective = f"{percent(slo.objective, 6)} over {format_duration(slo.period_seconds)}"
    return f"{policy.name} for an objective of {objective}: half an outage fires each tier."
