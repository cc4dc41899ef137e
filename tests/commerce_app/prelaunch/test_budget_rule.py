"""The shop imports nothing of Fireline's; that its gate is Fireline's is shown here."""

import pytest

from alerts.budget import BudgetReason, BudgetState
from alerts.gate import Outcome, _outcome
from commerce_app.prelaunch.record_checks import budget_outcome


class Account:
    def __init__(self, status):
        self.status = status


class Status:
    def __init__(self, state, remaining, reason):
        self.state, self.budget_remaining, self.reason = state, remaining, reason


@pytest.mark.parametrize("state", BudgetState)
@pytest.mark.parametrize("remaining", [None, -0.1, 0.0, 0.05, 0.1, 1.0])
@pytest.mark.parametrize("reason", [BudgetReason.WITHIN, BudgetReason.BEGUN])
def test_a_budget_is_judged_as_by_alerts_gate(state, remaining, reason):
    theirs = _outcome(Account(Status(state, remaining, reason)), 0.1)
    ours = budget_outcome({"state": state.value, "budget_remaining": remaining, "reason": reason.value}, 0.1)
    assert ours.replace(" ", "_") == theirs


def test_an_objective_that_was_never_evaluated_has_no_data():
    assert budget_outcome(None, 0.1).replace(" ", "_") == _outcome(None, 0.1) == Outcome.NO_DATA
