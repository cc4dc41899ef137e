"""What the server's own account of a budget says, where it leaves time out that the report's counts hold."""

from dataclasses import dataclass

from alerts.charts.model import Unit
from postmortem.evidence import Evidence
from postmortem.facts import Fact, RecordKind, from_record
from postmortem.impact.concern import concerned_slos
from postmortem.records import SloRecord


@dataclass(frozen=True)
class BudgetAccount:
    """left: the share of the budget that it had left without what ``slo.excluded`` names; None without data.

    at: when it was asked.
    """

    slo: SloRecord
    left: Fact | None
    at: Fact


def budget_accounts(evidence: Evidence) -> tuple[BudgetAccount, ...]:
    """Those of the concerned objectives of whose budgets something is left out."""
    found = []
    for slo in concerned_slos(evidence):
        key = evidence.slo_key(slo)
        at = from_record(evidence, RecordKind.SLO, key, "account_at")
        if at is not None:
            left = from_record(evidence, RecordKind.SLO, key, "account_left", Unit.RATIO)
            found.append(BudgetAccount(slo, left, at))
    return tuple(found)
