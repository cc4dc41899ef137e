"""All that can be said of SLOs, their policies and guardrails from the files and what was observed."""

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from alerts.burnrate import is_blind
from alerts.check.findings import Finding
from alerts.check.guardrails import GuardrailCheck, check_guardrail
from alerts.check.lint import blind_finding, perfect, slo_findings, tier_findings
from alerts.check.observed import Observed, observed_findings
from alerts.check.proposals import Proposal, proposals, proposed_policy, why
from alerts.check.rates import Traffic
from alerts.check.retention import retention_findings
from alerts.check.slices import empty_slices, slice_findings
from alerts.check.tiers import Pace, TierCheck, check_tiers
from alerts.check.totals import total_findings
from alerts.check.traffic import traffic_findings
from alerts.guardrails.spec import Guardrail
from alerts.policy import Policy
from alerts.policy_text import policy_yaml
from alerts.slo import Slo

QUIETEST = "your quietest hour"


@dataclass(frozen=True)
class Known:
    """What is known beside the files.

    traffic: given by hand; it goes over what is observed. observed: by the SLO's service and name.
    series: findings on the series that there are now. created: SLOs of which
        there are created times. retention_seconds: None where it is not known.
    """

    pace: Pace = field(default_factory=Pace)
    traffic: Traffic = field(default_factory=Traffic)
    observed: Mapping[tuple[str, str], Observed] = field(default_factory=dict)
    series: Sequence[Finding] = ()
    created: Set[tuple[str, str]] = frozenset()
    retention_seconds: float | None = None

    def of(self, slo: Slo) -> Observed | None:
        """What was observed of an SLO, if there were events."""
        found = self.observed.get((slo.service, slo.name))
        return found if found is not None and found.has_events else None

    def per_second(self, slo: Slo) -> float | None:
        """An SLO's usual traffic."""
        given, observed = self.traffic.of(slo), self.of(slo)
        return given if given is not None or observed is None else observed.median_per_second


@dataclass(frozen=True)
class Checked:
    """proposed: policies as YAML by SLO: by its name, after its service where two share that."""

    slos: tuple[Slo, ...]
    tiers: tuple[TierCheck, ...]
    findings: tuple[Finding, ...]
    known: Known
    proposals: tuple[Proposal, ...]
    proposed: Mapping[str, str]
    guardrails: tuple[GuardrailCheck, ...] = ()

    @property
    def has_errors(self) -> bool:
        return any(finding.level == "error" for finding in self.findings)

    def to_json(self) -> dict[str, Any]:
        observed = [(slo, self.known.observed.get((slo.service, slo.name))) for slo in self.slos]
        return {
            "tiers": [tier.to_json() for tier in self.tiers],
            "guardrails": [one.to_json() for one in self.guardrails],
            "findings": [finding.to_json() for finding in self.findings],
            "proposals": [
                {"instead_of": one.instead_of.name, **one.to_json(self.known.pace)} for one in self.proposals
            ],
            "proposed_policies": dict(self.proposed),
            "observed": [found.to_json(slo) for slo, found in observed if found is not None],
        }


def check(
    slos: Sequence[Slo],
    policies: Mapping[str, Policy],
    known: Known | None = None,
    guardrails: Sequence[Guardrail] = (),
) -> Checked:
    """All tiers of all SLOs; ``policies`` by the names that the SLOs use. And all guardrails."""
    known = known or Known()
    with_budget = [slo for slo in slos if slo.error_budget > 0]
    tiers = {
        _key(slo): _check_tiers(slo, policies[slo.policy], known, known.per_second(slo))
        for slo in with_budget
    }
    every = [tier for found in tiers.values() for tier in found]
    findings = [perfect(slo) for slo in slos if slo.error_budget <= 0]
    findings += [finding for tier in every for finding in tier_findings(tier)]
    findings += [blind_finding(tier) for tier in every if is_blind(tier.tier, tier.sampling.scrape_seconds)]
    findings += [finding for tier in every for finding in slice_findings(tier)]
    findings += [finding for slo in slos for finding in empty_slices(slo, known.pace.scrape_seconds)]
    for slo in with_budget:
        findings += _slo_findings(slo, policies[slo.policy], tiers[_key(slo)], known)
    guarded = [check_guardrail(one, known.pace, known.retention_seconds) for one in guardrails]
    findings += [finding for one in guarded for finding in one.findings]
    shared = Counter(slo.name for slo in slos)
    wanted = {
        f"{slo.service}-{slo.name}" if shared[slo.name] > 1 else slo.name: _proposed(
            slo, policies[slo.policy], tiers[_key(slo)]
        )
        for slo in with_budget
    }
    return Checked(
        tuple(slos),
        tuple(every),
        (*findings, *known.series),
        known,
        tuple(proposal for tier in every for proposal in proposals(tier)),
        {name: text for name, text in wanted.items() if text},
        tuple(guarded),
    )


def _check_tiers(slo: Slo, policy: Policy, known: Known, per_second: float | None) -> list[TierCheck]:
    return check_tiers(slo, slo.alerting_tiers(policy), known.pace, per_second)


def _slo_findings(slo: Slo, policy: Policy, tiers: Sequence[TierCheck], known: Known) -> list[Finding]:
    is_created_known = _key(slo) in known.created
    found = [*total_findings(slo), *slo_findings(slo, policy)]
    found += traffic_findings(tiers, are_created_known=is_created_known)
    if (observed := known.of(slo)) is not None:
        found += observed_findings(slo, observed, tiers)
        if known.traffic.of(slo) is None:
            quiet = _check_tiers(slo, policy, known, observed.lowest_per_second)
            rules = {(finding.rule, finding.message.partition(" at ")[0]) for finding in found}
            more = traffic_findings(quiet, QUIETEST, are_created_known=is_created_known)
            found += [one for one in more if (one.rule, one.message.partition(" at ")[0]) not in rules]
    if known.retention_seconds is not None:
        found += retention_findings(slo, tiers, known.retention_seconds)
    return found


def _proposed(slo: Slo, policy: Policy, tiers: Sequence[TierCheck]) -> str:
    better = proposed_policy(slo, policy, tiers)
    return policy_yaml(better, why(slo, policy)) if better else ""


def _key(slo: Slo) -> tuple[str, str]:
    return slo.service, slo.name
