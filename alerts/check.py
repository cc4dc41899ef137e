"""What each tier of an SLO can and cannot do, in closed form; findings name what is wrong with it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from alerts.burnrate import (
    budget_spent,
    can_fire,
    detection_seconds,
    factor,
    firing_ratio,
    is_blind,
    reset_seconds,
    silent_outage_seconds,
)
from alerts.policy import Policy, Tier
from alerts.slo import Slo
from collector.durations import format_duration

ERROR_RATIOS = (1.0, 0.1, 0.01)
SCRAPE_INTERVAL_SECONDS = 15.0  # what is assumed unless told otherwise
DEPLOY_SECONDS = 30.0  # an outage that a restart may cost; nobody should be woken for it
_INTEGER_BOUND = re.compile(r"""\ble\s*=\s*["'`](\d+)["'`]""")

Level = Literal["error", "warning"]


@dataclass(frozen=True)
class Finding:
    """``rule`` names the check; ``message`` names the SLO and the tier."""

    level: Level
    rule: str
    message: str

    def to_json(self) -> dict[str, str]:
        return {"level": self.level, "rule": self.rule, "message": self.message}


@dataclass(frozen=True)
class TierCheck:
    """Times in seconds by error ratio, None where the tier never fires at it."""

    slo: Slo
    tier: Tier
    factor: float
    start_ratio: float
    can_fire: bool
    detect_seconds: Mapping[float, float | None]
    spent_by_then: Mapping[float, float | None]
    reset_seconds: float | None
    silent_outage_seconds: float | None

    def to_json(self) -> dict[str, Any]:
        return {
            "slo": self.slo.name,
            "tier": self.tier.name,
            "severity": self.tier.severity,
            "long": format_duration(self.tier.long_seconds),
            "short": format_duration(self.tier.short_seconds),
            "factor": round(self.factor, 9),
            "start_ratio": round(self.start_ratio, 9),
            "can_fire": self.can_fire,
            "detect_seconds": _rounded(self.detect_seconds),
            "budget_spent": _rounded(self.spent_by_then),
            "reset_seconds": _round(self.reset_seconds),
            "silent_outage_seconds": _round(self.silent_outage_seconds),
            "min_bad_events": self.tier.min_bad_events,
        }


@dataclass(frozen=True)
class Checked:
    tiers: tuple[TierCheck, ...]
    findings: tuple[Finding, ...]

    @property
    def has_errors(self) -> bool:
        return any(finding.level == "error" for finding in self.findings)

    def to_json(self) -> dict[str, Any]:
        return {
            "tiers": [tier.to_json() for tier in self.tiers],
            "findings": [finding.to_json() for finding in self.findings],
        }


def check(
    slos: Sequence[Slo],
    policies: Mapping[str, Policy],
    scrape_interval_seconds: float = SCRAPE_INTERVAL_SECONDS,
) -> Checked:
    """All tiers of all SLOs; ``policies`` by the names that the SLOs use."""
    tiers = tuple(_tier_check(slo, tier) for slo in slos for tier in policies[slo.policy].tiers)
    findings = [finding for tier in tiers for finding in _tier_findings(tier)]
    findings += [
        _blind(tier, scrape_interval_seconds)
        for tier in tiers
        if is_blind(tier.tier, scrape_interval_seconds)
    ]
    findings += [finding for tier in tiers for finding in _slice_findings(tier)]
    findings += [finding for slo in slos for finding in _slo_findings(slo, policies[slo.policy])]
    findings += [finding for slo in slos for finding in _empty_slices(slo, scrape_interval_seconds)]
    return Checked(tiers, tuple(findings))


def _tier_check(slo: Slo, tier: Tier) -> TierCheck:
    detect = {ratio: detection_seconds(tier, slo, ratio) for ratio in ERROR_RATIOS}
    return TierCheck(
        slo=slo,
        tier=tier,
        factor=factor(tier, slo.period_seconds),
        start_ratio=firing_ratio(tier, slo),
        can_fire=can_fire(tier, slo),
        detect_seconds=detect,
        spent_by_then={r: None if s is None else budget_spent(slo, r, s) for r, s in detect.items()},
        reset_seconds=reset_seconds(tier, slo, 1.0),
        silent_outage_seconds=silent_outage_seconds(tier, slo),
    )


def _tier_findings(checked: TierCheck) -> list[Finding]:
    slo, tier = checked.slo, checked.tier
    place = f"{slo.name}: tier {tier.name}"
    findings = []
    if not checked.can_fire:
        reachable = tier.long_seconds / slo.period_seconds / slo.error_budget
        message = f"{place} cannot fire: it wants an error ratio above {100 * checked.start_ratio:.4g} %"
        if tier.budget_share >= reachable:
            message += f"; with a budget_share below {reachable:.4g} (now {tier.budget_share:.4g}) it can"
        findings.append(Finding("error", "unreachable-tier", message))
    if tier.long_seconds > slo.period_seconds:
        period = format_duration(slo.period_seconds)
        message = f"{place}: its long window is longer than the period of {period}"
        findings.append(Finding("error", "window-beyond-period", message))
    outage = checked.silent_outage_seconds
    if tier.severity == "page" and outage is not None and outage <= DEPLOY_SECONDS:
        message = f"{place} pages on a full outage of {outage:.0f} s, which a deploy may cost"
        findings.append(Finding("warning", "pages-on-deploy", message))
    return findings


def _blind(checked: TierCheck, interval_seconds: float) -> Finding:
    tier = checked.tier
    short, interval = format_duration(tier.short_seconds), format_duration(interval_seconds)
    message = (
        f"{checked.slo.name}: tier {tier.name} is blind at a scrape interval of {interval}: its short window "
        f"of {short} needs two samples, a scrape each {format_duration(tier.short_seconds / 2)} at least"
    )
    return Finding("warning", "blind-tier", message)


def _slice_findings(checked: TierCheck) -> list[Finding]:
    """What a tier misses where not events but slices are counted."""
    slo, tier, slice_seconds = checked.slo, checked.tier, checked.slo.sli.slice_seconds
    if slice_seconds is None:
        return []
    place, each = f"{slo.name}: tier {tier.name}", format_duration(slice_seconds)
    if tier.short_seconds < slice_seconds:
        short = format_duration(tier.short_seconds)
        message = f"{place} is blind at times: its short window of {short} may hold no slice of {each}"
        return [Finding("warning", "blind-tier", message)]
    if tier.long_seconds < tier.min_bad_events * slice_seconds and slo.sli.counts_events:
        long, fewest = format_duration(tier.long_seconds), tier.min_bad_events
        message = f"{place} cannot fire: it wants {fewest} bad slices of {each}, and its {long} hold fewer"
        return [Finding("warning", "too-few-slices", message)]
    return []


def _empty_slices(slo: Slo, interval_seconds: float) -> list[Finding]:
    slice_seconds = slo.sli.slice_seconds
    if slice_seconds is None or "increase(" not in slo.sli.total or slice_seconds >= 2 * interval_seconds:
        return []
    each, interval = format_duration(slice_seconds), format_duration(interval_seconds)
    message = (
        f"{slo.name}: a slice of {each} needs two samples, of which a scrape interval of {interval} gives one"
    )
    return [Finding("warning", "empty-slices", message)]


def blind_tiers(policies: Iterable[Policy], scrapes: Mapping[str, float]) -> str:
    """One line on the tiers that may never fire at these jobs' scrape intervals; empty if there are none.

    scrapes: seconds from scrape to scrape by job.
    """
    slowest = max(scrapes.values(), default=0.0)
    tiers = [(policy, tier) for policy in policies for tier in policy.tiers if is_blind(tier, slowest)]
    if not tiers:
        return ""
    named = ", ".join(f"{policy.name}/{tier.name}" for policy, tier in tiers)
    shortest = min(tier.short_seconds for _, tier in tiers)
    jobs = ", ".join(f"{job} ({format_duration(s)})" for job, s in scrapes.items() if shortest < 2 * s)
    wanted = format_duration(shortest / 2)
    problem = f"tiers that cannot fire on jobs scraped too seldom: {named}"
    return f"{problem}; want a scrape_interval of {wanted} or less for {jobs}"


def _slo_findings(slo: Slo, policy: Policy) -> list[Finding]:
    findings = []
    if not any(can_fire(tier, slo) for tier in policy.with_severity("page")):
        objective = f"an objective of {100 * slo.objective:.6g} %"
        message = f"{slo.name}: no tier of policy {policy.name} can page at {objective}"
        findings.append(Finding("error", "never-pages", message))
    if slo.sli.in_flight is None:
        message = f"{slo.name}: without a query of requests in flight a hang looks idle"
        findings.append(Finding("warning", "hang-looks-idle", message))
    bounds = dict.fromkeys(_INTEGER_BOUND.findall(f"{slo.sli.bad} {slo.sli.total}"))
    return findings + [_integer_bound(slo, bound) for bound in bounds]


def _integer_bound(slo: Slo, bound: str) -> Finding:
    message = (
        f'{slo.name}: le="{bound}" misses the bucket of clients that write {bound}.0 (Python); '
        f'le=~"{bound}|{bound}.0" finds both'
    )
    return Finding("warning", "integer-bucket", message)


def _rounded(by_ratio: Mapping[float, float | None]) -> dict[str, float | None]:
    return {f"{ratio:g}": _round(value) for ratio, value in by_ratio.items()}


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
