"""The shop imports nothing of Fireline's; that its gate is Fireline's is shown here."""

import pytest

from alerts.budget.gate import Outcome, _outcome
from alerts.budget.status import BudgetReason, BudgetState
from commerce_app.prelaunch.record_checks import budget_outcome


class Account:
    def __init__(self, status):
        self.status = status


class Status:
    def __init__(self, told):
        self.state, self.budget_remaining = BudgetState(told["state"]), told["budget_remaining"]
        self.reason, self.is_absent = BudgetReason(told["reason"]), told["is_absent"]


@pytest.mark.parametrize("state", BudgetState)
@pytest.mark.parametrize("remaining", [None, -0.1, 0.0, 0.05, 0.1, 1.0])
@pytest.mark.parametrize("reason", [BudgetReason.WITHIN, BudgetReason.BEGUN])
@pytest.mark.parametrize("is_absent", [False, True])
def test_a_budget_is_judged_as_by_alerts_gate(state, remaining, reason, is_absent):
    told = {"state": state.value, "budget_remaining": remaining, "reason": reason.value}
    told |= {"is_absent": is_absent}
    assert budget_outcome(told, 0.1).replace(" ", "_") == _outcome(Account(Status(told)), 0.1)


def test_an_objective_that_was_never_evaluated_has_no_data():
    assert budget_outcome(None, 0.1).replace(" ", "_") == _outcome(None, 0.1) == Outcome.NO_DATA
