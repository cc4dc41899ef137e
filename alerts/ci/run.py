"""Replays cases through rules."""

from collections.abc import Sequence

from alerts.backtest.engine import BacktestError, alert_histories
from alerts.backtest.order import StepwiseError
from alerts.backtest.stepwise import stepwise_histories
from alerts.ci.casebook import FiledCase
from alerts.ci.verdict import PAGING, Verdict, verdict
from collector.labels import Matcher
from collector.rules.files import RuleGroup

LEAD_SECONDS = 10 * 60.0  # rules run this long before the case begins: what fires then is no answer to it


def judged(case: FiledCase, groups: Sequence[RuleGroup], paging: Sequence[Matcher] = PAGING) -> Verdict:
    """What the rules make of a case.

    Raises:
        BacktestError: for rules that cannot be replayed, naming the rule and the case.
    """
    expected = case.expected
    during = expected.start - LEAD_SECONDS, expected.end
    try:
        try:
            histories = alert_histories(groups, case.load(), *during)
        except StepwiseError:
            histories = stepwise_histories(groups, case.load(), *during)
    except BacktestError as error:
        raise BacktestError(f"case {case.name}: {error}") from error
    return verdict(histories, expected, paging)
