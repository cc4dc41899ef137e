"""All of the first look: what is there, what can be promised, which series is what, what the rules do."""

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from alerts.adopt.alert_rules import AlertRule, alert_rules, intervals, recordings
from alerts.adopt.catalogue import Ecosystem
from alerts.adopt.measure import measure
from alerts.adopt.propose import Proposals, period_for, propose
from alerts.adopt.rules_check import RuleFinding, check_rules
from alerts.adopt.rules_history import Firings, firings
from alerts.adopt.signal_map import Mapped, map_signals
from alerts.adopt.source import Source
from alerts.adopt.survey import Survey, survey
from alerts.adopt.work import work_notes
from collector.errors import QueryError
from collector.labels import Labels

_OURS = ("sloth_slo_info",)  # the one name without a colon that compiled SLOs record, ours and Sloth's


@dataclass(frozen=True)
class Adoption:
    """What was found, and what is made of it.

    recognised: how many metrics are known, by ecosystem; unknown: the others, so that both add up to all.
    rules_note: why the rules were not looked at, if they were not.
    """

    found: Survey
    proposals: Proposals
    mapped: Mapped
    rules: Sequence[AlertRule]
    findings: Sequence[RuleFinding]
    history: Mapping[Labels, Firings]
    recognised: Mapping[str, int]
    unknown: Sequence[str]
    rules_note: str = ""


def adopt(source: Source, catalogue: Sequence[Ecosystem], at: float, over_seconds: float) -> Adoption:
    """Looks at a Prometheus as it is at ``at`` and was for ``over_seconds`` before.

    Raises:
        QueryError: if it cannot be asked.
    """
    found = survey(source, catalogue, at)
    proposals = propose(measure(source, found, over_seconds), period_for(source.retention_seconds()))
    mapped = map_signals(source, catalogue, found, proposals.proposals)
    rules: list[AlertRule] = []
    findings: list[RuleFinding] = []
    history: Mapping[Labels, Firings] = {}
    recorded: Mapping[str, str] = {}
    note = ""
    try:
        groups = source.rule_groups()
        rules, recorded = alert_rules(groups), recordings(groups)
        history = firings(source, at, over_seconds, intervals(rules)) if rules else {}
        findings = check_rules(source, rules, history, at, recorded)
    except QueryError as error:
        note = f"not looked at: {error}"
    used = " ".join(signal.query for signal in mapped.signals)
    recognised, unknown = _sorted_out(catalogue, found, used, recorded.keys())
    found.notes += work_notes(unknown, source.types())
    return Adoption(found, proposals, mapped, rules, findings, history, recognised, unknown, note)


def _sorted_out(
    catalogue: Sequence[Ecosystem], found: Survey, used: str, recorded: Set[str]
) -> tuple[dict[str, int], list[str]]:
    """How many names each ecosystem knows, and those that nobody does; each name counts once.

    used: the queries of the signal map. recorded: names that rules of the Prometheus record.
    """
    counts: dict[str, int] = {}
    left = set(found.names)

    def take(title: str, own: set[str]) -> None:
        if own:
            counts[title] = len(own)
            left.difference_update(own)

    take("recorded by rules", {name for name in left if ":" in name or name in {*recorded, *_OURS}})
    for ecosystem in catalogue:
        patterns = re.compile("|".join(f"(?:{pattern})" for pattern in ecosystem.known) or "(?!)")
        metrics = {n for signal in ecosystem.signals for n in signal.needs}
        metrics |= {n for family in ecosystem.requests for n in family.metrics}
        take(ecosystem.title, {name for name in left if name in metrics or patterns.fullmatch(name)})
    shaped = {n for one in found.served if one.family.confidence != "known" for n in one.family.metrics}
    take("requests of applications, recognised by their shape", left & shaped)
    take("business, by their names", {name for name in left if f"({name}{{" in used})
    return counts, sorted(left)
