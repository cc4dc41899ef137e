"""The policies that are tried: a grid of page tiers around those that ship."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from itertools import product

from alerts.burnrate import can_fire
from alerts.policy import Policy, Tier
from alerts.policy_text import spelled_share
from alerts.slo import Slo
from collector.durations import format_duration

MINUTE, HOUR = 60.0, 3600.0
_FAST = product(
    (5 * MINUTE, 10 * MINUTE),  # long
    (1 * MINUTE, 2 * MINUTE),  # short
    (1 / 1440, 1 / 720, 1 / 360),  # share of the budget
    (0.05, 0.12, 0.2),  # floor of the error ratio
    (10, 50),  # least bad events
    (0.0, 1 * MINUTE),  # for
)
FAST = tuple(
    Tier("fast", long, short, share, "page", held, 1 * MINUTE, floor, bad)
    for long, short, share, floor, bad, held in _FAST
)
HOURLY = tuple(Tier("1h", HOUR, 5 * MINUTE, share, "page") for share in (0.01, 0.02, 0.03, 0.05))
SLOW = tuple(Tier("6h", 6 * HOUR, 30 * MINUTE, share, "page") for share in (0.025, 0.05, 0.1))
_KNOBS = [field.name for field in fields(Tier) if field.name not in {"name", "severity"}]
_MISSING = 3  # as many changes as a tier that is there or not counts for


@dataclass(frozen=True)
class Candidate:
    """Page tiers to try. name: of a policy that exists; empty for one of the grid. changes: from the base."""

    tiers: tuple[Tier, ...]
    changes: int
    name: str = ""


def candidates(base: Policy, others: Iterable[Policy], slos: Sequence[Slo]) -> list[Candidate]:
    """The base, other policies, then the grid, of tiers that can fire for every SLO."""
    named = {policy.name: policy for policy in (base, *others)}
    found = [
        Candidate(tiers, _changes(tiers, base), policy.name)
        for policy in named.values()
        if (tiers := policy.with_severity("page"))
    ]
    seen = {one.tiers for one in found}
    fast, *others_able = (_able(tiers, slos) for tiers in (FAST, HOURLY, SLOW))
    choices: list[Sequence[Tier | None]] = [[None, *fast], *others_able]
    for some in product(*(able or [None] for able in choices)):
        tiers = tuple(tier for tier in some if tier is not None)
        if tiers and tiers not in seen:
            found.append(Candidate(tiers, _changes(tiers, base)))
    return found


def _able(tiers: Sequence[Tier], slos: Sequence[Slo]) -> list[Tier]:
    return [tier for tier in tiers if all(can_fire(tier, slo) for slo in slos)]


def _changes(tiers: Sequence[Tier], base: Policy) -> int:
    """How many knobs differ from the base's tiers of the same names."""
    ours, theirs = ({t.name: t for t in some} for some in (tiers, base.with_severity("page")))
    both = ours.keys() & theirs.keys()
    turned = [getattr(ours[name], knob) != getattr(theirs[name], knob) for name in both for knob in _KNOBS]
    return turned.count(True) + _MISSING * len(ours.keys() ^ theirs.keys())


def tuned_policy(candidate: Candidate, base: Policy) -> Policy:
    """The candidate's page tiers with the base's tickets."""
    return Policy(candidate.name or "tuned", (*candidate.tiers, *base.with_severity("ticket")))


def tier_text(tier: Tier) -> str:
    """``fast 5m/1m 1/720 ≥12% ≥10 for 1m``: windows, share of the budget, and floors of bad events."""
    parts = [f"{tier.name} {format_duration(tier.long_seconds)}/{format_duration(tier.short_seconds)}"]
    parts.append(str(spelled_share(tier.budget_share)))
    if tier.min_error_ratio:
        parts.append(f"≥{100 * tier.min_error_ratio:g}%")
    if tier.min_bad_events:
        parts.append(f"≥{tier.min_bad_events}")
    if tier.for_seconds:
        parts.append(f"for {format_duration(tier.for_seconds)}")
    return " ".join(parts)
