"""What must hold beside the shop: the hour, the error budgets, the drills. Pure, like the shop's checks."""

from collections.abc import Mapping
from typing import Any

from commerce_app.prelaunch.campaign import Campaign
from commerce_app.prelaunch.observed import Drilled, Observed, Unseen
from commerce_app.prelaunch.verdict import Check, Verdict, judged, unknown

DAY = 86_400.0
# Drills may run on another machine, whose clock is a little ahead.
CLOCK_SECONDS = 60.0
# The same words as `fireline alerts gate`, the worst last.
OK, LOW, NO_DATA, SPENT = "ok", "low", "no data", "spent"


def start(campaign: Campaign, seen: Observed) -> Check:
    """Soon enough that warmed keys last, and not yet over."""
    minutes = (campaign.starts_at.timestamp() - seen.at) / 60
    bound = campaign.bounds.prewarm_minutes
    measured = f"in {minutes:.0f} min" if minutes >= 0 else f"{-minutes:.0f} min ago"
    expected = f"ahead, by at most {bound:g} min"
    return judged("start", good=0 <= minutes <= bound, measured=measured, expected=expected)


def budgets(campaign: Campaign, seen: Observed) -> Check:
    """No error budget is spent or low; the same rule as `fireline alerts gate`."""
    low = campaign.fireline.low_budget
    name, expected = "error budgets", f"{low:.0%} or more left of each"
    if isinstance(seen.slos, Unseen):
        return unknown(name, seen.slos, expected)
    if not seen.slos:
        return unknown(name, Unseen("no data: Fireline has no objective"), expected)
    found = [(each, budget_outcome(each.get("status"), low)) for each in seen.slos]
    bad = [(each, outcome) for each, outcome in found if outcome in {SPENT, LOW}]
    missing = [each for each, outcome in found if outcome == NO_DATA]
    if bad:
        told = ", ".join(f"{_named(each)} {outcome} ({_left(each)})" for each, outcome in bad)
        return Check(name, Verdict.NO_GO, told, expected)
    if missing:
        return unknown(name, Unseen(f"no data: {', '.join(map(_named, missing))}"), expected)
    worst = min(seen.slos, key=_remaining)
    return Check(name, Verdict.GO, f"{len(found)} ok, least left {_left(worst)}: {_named(worst)}", expected)


def budget_outcome(status: Mapping[str, Any] | None, low: float) -> str:
    """Of the ``status`` of one objective: ok, low, spent or no data."""
    if status is None or status.get("state") == "no_data":
        return NO_DATA
    remaining = status.get("budget_remaining")
    if remaining is not None and remaining <= 0:
        return SPENT
    if status.get("is_absent"):  # though requests hang, too
        return NO_DATA
    if remaining is None:
        return OK if status.get("reason") == "the period has just begun" else NO_DATA
    return LOW if remaining < low else OK


def drilled(campaign: Campaign, seen: Observed) -> Check:
    """The drills that stand for this banner passed, and not long ago."""
    record = campaign.drills
    name, expected = "drills", f"{', '.join(record.needed)} passed within {record.max_age_days:g} days"
    if isinstance(seen.drills, Unseen):
        return unknown(name, seen.drills, expected)
    told = {each: seen.drills[each] for each in record.needed if each in seen.drills}
    found = {each: drill for each, drill in told.items() if isinstance(drill, Drilled)}
    dated = {each: days for each, drill in found.items() if (days := _days_ago(seen, drill)) is not None}
    if failed := [each for each, drill in found.items() if not drill.passed]:
        days = min((dated[each] for each in failed if each in dated), default=None)
        when = "at some time" if days is None else f"{days:.1f} days ago"
        return Check(name, Verdict.NO_GO, f"failed {when}: {', '.join(failed)}", expected)
    if unclear := [drill for drill in told.values() if isinstance(drill, Unseen)]:
        return unknown(name, unclear[0], expected)
    if missing := [each for each in record.needed if each not in found]:
        return unknown(name, Unseen(f"no result of {', '.join(missing)}"), expected)
    if undated := [each for each in found if each not in dated]:
        return unknown(name, Unseen(f"no ended_at that is past: {', '.join(undated)}"), expected)
    days = max(dated.values())
    return judged(name, good=days <= record.max_age_days, measured=f"passed {days:.1f} days ago",
                  expected=expected)  # fmt: skip


def _days_ago(seen: Observed, drill: Drilled) -> float | None:
    """None where nobody knows: what is said to have ended later than now has not."""
    if drill.at is None or drill.at > seen.at + CLOCK_SECONDS:
        return None
    return max(0.0, seen.at - drill.at) / DAY


def drilled_size(campaign: Campaign, seen: Observed) -> Check:
    """The largest of those drills had no less traffic than the banner will bring."""
    rps = campaign.expected_rps
    name = "drilled traffic"
    expected = f"{rps.peak:g} requests/s ({rps.normal:g} × {rps.factor:g}) or more"
    if isinstance(seen.drills, Unseen):
        return unknown(name, seen.drills, expected)
    needed = [seen.drills.get(each) for each in campaign.drills.needed]
    peaks = [
        each.offered_rps for each in needed if isinstance(each, Drilled) and each.offered_rps is not None
    ]
    if not peaks:
        wanted = ", ".join(campaign.drills.needed)
        return unknown(name, Unseen(f"no result says what it offered (offered_rps): {wanted}"), expected)
    return judged(name, good=max(peaks) >= rps.peak, measured=f"{max(peaks):g} requests/s", expected=expected)


def _named(slo: Mapping[str, Any]) -> str:
    return f"{slo.get('service')}/{slo.get('name')}"


def _remaining(slo: Mapping[str, Any]) -> float:
    remaining = (slo.get("status") or {}).get("budget_remaining")
    return 1.0 if remaining is None else float(remaining)


def _left(slo: Mapping[str, Any]) -> str:
    return f"{max(0.0, _remaining(slo)):.0%}"
