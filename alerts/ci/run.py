"""Replays cases through rules."""

from collections.abc import Sequence
from dataclasses import replace

from alerts.backtest.engine import BacktestError
from alerts.backtest.evaluated import evaluated
from alerts.backtest.reach import reach
from alerts.backtest.spent import budget_spent
from alerts.ci.casebook import FiledCase
from alerts.ci.held import held
from alerts.ci.sight import sight
from alerts.ci.verdict import PAGING, Verdict, verdict
from alerts.slo import Slo
from collector.labels import Matcher
from collector.rules.files import RuleGroup


def judged(
    case: FiledCase,
    groups: Sequence[RuleGroup],
    paging: Sequence[Matcher] = PAGING,
    slos: Sequence[Slo] = (),
) -> Verdict:
    """What those rules that a case can judge make of it, and of the budgets of SLOs until the page.

    Raises:
        BacktestError: for rules that cannot be replayed, naming the rule and the case.
    """
    expected, samples = case.expected, case.load()
    able = held(groups, samples, case.frozen_with, paging)
    if not able.is_judged:
        return Verdict(None, None, (), "", unheld=able.unheld, is_judged=False)
    try:
        histories = evaluated(able.groups, samples, expected.start, expected.end).histories
    except BacktestError as error:
        raise BacktestError(f"case {case.name}: {error}") from error
    seen = sight(reach(able.groups), samples, expected.start)
    found = replace(verdict(histories, expected, paging), sight=seen, unheld=able.unheld)
    if found.page_seconds is None or expected.is_quiet:
        return found
    page_at = expected.onset + found.page_seconds
    spent = [budget_spent(slo, samples, expected.onset, page_at) for slo in slos]
    return replace(found, budget_spent=max((each for each in spent if each is not None), default=None))
