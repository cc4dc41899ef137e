"""The checklist as a whole. A new check is a function like these and its place in the list."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from commerce_app.prelaunch import record_checks, shop_checks
from commerce_app.prelaunch.campaign import Campaign
from commerce_app.prelaunch.observed import Observed
from commerce_app.prelaunch.verdict import Check, Verdict, overall

CHECKS: tuple[Callable[[Campaign, Observed], Check], ...] = (
    record_checks.start,
    shop_checks.prewarmed,
    shop_checks.served_from_cache,
    shop_checks.protections,
    shop_checks.limits,
    shop_checks.stock,
    shop_checks.coupons,
    shop_checks.redis,
    shop_checks.replica,
    shop_checks.stale_age,
    record_checks.budgets,
    record_checks.drilled,
    record_checks.drilled_size,
)


def go_through(campaign: Campaign, seen: Observed) -> list[Check]:
    """Every check, in the order of the list."""
    return [check(campaign, seen) for check in CHECKS]


def report_text(campaign: Campaign, checks: Sequence[Check]) -> str:
    """The verdict, and two lines for each check: what was measured, what was expected."""
    lines = [f"{campaign.name}: {_spoken(overall(checks))}"]
    for check in checks:
        lines.append(f"  {_spoken(check.verdict):<7}  {check.name}: {check.measured}")
        lines.append(f"           expected: {check.expected}")
    return "\n".join(lines)


def report_json(campaign: Campaign, checks: Sequence[Check], at: float) -> str:
    """``verdict`` is ``go``, ``no_go`` or ``unknown``; times in ISO 8601."""
    report = {
        "campaign": campaign.name,
        "starts_at": campaign.starts_at.isoformat(),
        "at": datetime.fromtimestamp(at, UTC).isoformat(),
        "verdict": overall(checks),
        "checks": [asdict(check) for check in checks],
    }
    return json.dumps(report, indent=2, ensure_ascii=False)


def _spoken(verdict: Verdict) -> str:
    return verdict.replace("_", " ")
