"""Findings on what the files say, whatever the traffic."""

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from alerts.burnrate import is_blind
from alerts.check.findings import Finding
from alerts.check.parts import label_findings
from alerts.check.tiers import TierCheck, can_ever_fire
from alerts.percentages import percent
from alerts.policy import Policy
from alerts.slo import SliKind, Slo
from collector.durations import format_duration

DEPLOY_SECONDS = 30.0  # an outage that a restart may cost; nobody should be woken for it
HALF_OUTAGE = 0.5
_DAY_SECONDS, _WEEK_SECONDS = 86_400.0, 7 * 86_400.0
LEAST_FACTOR = 0.9  # the workbook's shares give 0.93 over 28 days
_INTEGER_BOUND = re.compile(r"""\ble\s*=\s*["'`](\d+)["'`]""")
_BOUND = re.compile(r"""\ble\s*=~?\s*["'`]([0-9.|]+)["'`]""")
_FEWEST_WRITTEN = 5e-12  # of a burn rate; rules are written with 12 digits


def tier_findings(checked: TierCheck) -> list[Finding]:
    """What is wrong with one tier of one SLO."""
    slo, tier = checked.slo, checked.tier
    place = f"{slo.name}: tier {tier.name}"
    findings = []
    if checked.start_ratio >= 1:
        findings.append(_unreachable(checked, place))
    elif checked.start_error_ratio > HALF_OUTAGE and slo.sli.slice_seconds is None:
        above, share = percent(checked.start_ratio), tier.budget_share * HALF_OUTAGE / checked.start_ratio
        message = (
            f"{place} only fires above {above} of errors: half an outage never fires it; with a budget_share "
            f"below {_floor(share)} (now {tier.budget_share:.4g}) it does"
        )
        findings.append(Finding("warning", "barely-reachable", message))
    if checked.start_ratio < _FEWEST_WRITTEN:
        ratio = f"{checked.start_ratio:.1g}"
        message = (
            f"{place} fires above an error ratio of {ratio}, which is as good as 0: any error fires it; "
            f"a larger budget_share gives it a limit"
        )
        findings.append(Finding("warning", "threshold-zero", message))
    if tier.long_seconds > slo.period_seconds:
        period = format_duration(slo.period_seconds)
        message = (
            f"{place}: its long window is longer than the period of {period}; shorten it to that at most"
        )
        findings.append(Finding("error", "window-beyond-period", message))
    if checked.factor < LEAST_FACTOR and slo.error_budget < HALF_OUTAGE:  # else none is faster
        message = f"{place} fires at a burn rate of {checked.factor:.2g}: {_within_budget(checked)}"
        findings.append(Finding("warning", "fires-within-budget", message))
    outage = checked.silent_outage_seconds
    if tier.severity == "page" and outage is not None and outage <= DEPLOY_SECONDS:
        message = (
            f"{place} pages on a full outage of {outage:.0f} s, which a deploy may cost; a larger "
            f"budget_share or a longer `for` lets deploys pass"
        )
        findings.append(Finding("warning", "pages-on-deploy", message))
    return findings


def _within_budget(checked: TierCheck) -> str:
    """A burn rate of 1 spends the budget just by the end of the period."""
    is_week = abs(checked.slo.period_seconds - _WEEK_SECONDS) <= _DAY_SECONDS
    week = "; the built-in policy weekly is made for periods of a week" if is_week else ""
    share = checked.tier.long_seconds / checked.slo.period_seconds
    return (
        f"so few errors the objective allows, the budget outlasts the period; a budget_share of "
        f"{_ceil(share)} (now {checked.tier.budget_share:.4g}) fires where it does not{week}"
    )


def _floor(share: float) -> str:
    """To four digits, and never more than it is."""
    return _digits(share, math.floor)


def _ceil(share: float) -> str:
    """To four digits, and never less than it is."""
    return _digits(share, math.ceil)


def _digits(share: float, to_whole: Callable[[float], int]) -> str:
    unit = 10.0 ** (math.floor(math.log10(share)) - 3)
    return f"{to_whole(share / unit) * unit:.4g}"


def _unreachable(checked: TierCheck, place: str) -> Finding:
    slo, tier = checked.slo, checked.tier
    reachable = tier.long_seconds / slo.period_seconds / slo.error_budget
    wanted = "an error ratio" if slo.sli.slice_seconds is None else "a share of bad slices"
    message = f"{place} cannot fire: it wants {wanted} above {percent(checked.start_ratio)}"
    if tier.budget_share >= reachable:
        message += f"; with a budget_share below {reachable:.4g} (now {tier.budget_share:.4g}) it can"
    return Finding("error", "unreachable-tier", message)


def blind_finding(checked: TierCheck) -> Finding:
    """For a tier whose short window may hold a single sample."""
    tier = checked.tier
    short, interval = format_duration(tier.short_seconds), format_duration(checked.sampling.scrape_seconds)
    message = (
        f"{checked.slo.name}: tier {tier.name} is blind at a scrape interval of {interval}: its short window "
        f"of {short} needs two samples, a scrape each {format_duration(tier.short_seconds / 2)} at least"
    )
    return Finding("warning", "blind-tier", message)


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


def slo_findings(slo: Slo, policy: Policy) -> list[Finding]:
    """What is wrong with an SLO under its policy."""
    findings = []
    pages = [tier for tier in slo.alerting_tiers(policy) if tier.severity == "page"]
    if slo.alerting.of("page").disabled:
        message = f"{slo.name}: its spec disables pages: however fast the budget burns, nobody is woken"
        findings.append(Finding("warning", "never-pages", message))
    elif not any(can_ever_fire(tier, slo) for tier in pages):
        objective = f"an objective of {percent(slo.objective, 6)}"
        message = (
            f"{slo.name}: no tier of policy {policy.name} can page at {objective}; name one that can in "
            f"fireline/policy: --propose writes it"
        )
        findings.append(Finding("error", "never-pages", message))
    if slo.sli.in_flight is None:
        message = (
            f"{slo.name}: without a query of requests in flight a hang looks idle; give a gauge of them as "
            f"fireline/in-flight"
        )
        findings.append(Finding("warning", "hang-looks-idle", message))
    return [*findings, *label_findings(slo), *_bounds(slo)]


def perfect(slo: Slo) -> Finding:
    """For an objective that leaves no budget, of which nothing can be said."""
    message = (
        f"{slo.name}: an objective of 100 % leaves no budget: its tiers burn at the first error or never; "
        f"promise less, such as 99.95 %"
    )
    return Finding("error", "objective-100", message)


def _bounds(slo: Slo) -> Iterator[Finding]:
    queries = f"{slo.sli.bad} {slo.sli.total}"
    for bound in dict.fromkeys(_INTEGER_BOUND.findall(queries)):
        message = (
            f'{slo.name}: le="{bound}" misses the bucket of clients that write {bound}.0 (Python); '
            f'le=~"{bound}|{bound}.0" finds both'
        )
        yield Finding("warning", "integer-bucket", message)
    if slo.sli.kind is not SliKind.LATENCY:
        return
    bounds = [_seconds(found) for found in _BOUND.findall(queries)]
    if slo.sli.threshold_seconds == 0 or 0.0 in bounds:
        message = (
            f"{slo.name}: a latency threshold of 0: no request is that fast, all are bad; give the time "
            f"beyond which users mind"
        )
        yield Finding("error", "threshold-zero", message)


def _seconds(bound: str) -> float | None:
    """Of the first bound of an alternation."""
    try:
        return float(bound.split("|", maxsplit=1)[0])
    except ValueError:
        return None
