"""Replays cases through rules."""

from collections.abc import Sequence
from dataclasses import replace

from alerts.backtest.engine import BacktestError
from alerts.backtest.evaluated import evaluated
from alerts.backtest.intervals import DEFAULT_SECONDS, are_unsaid, interval_note, with_interval
from alerts.backtest.reach import reach
from alerts.backtest.spent import budget_spent
from alerts.ci.casebook import FiledCase
from alerts.ci.held import held
from alerts.ci.sight import sight
from alerts.ci.verdict import PAGING, Verdict, verdict
from alerts.slo import Slo
from collector.labels import Matcher
from collector.rules.files import RuleGroup


def interval_notes(cases: Sequence[FiledCase], groups: Sequence[RuleGroup]) -> list[str]:
    """How often groups are evaluated that do not say it: none where all do."""
    if not are_unsaid(groups):
        return []
    by_seconds: dict[float, list[str]] = {}
    for case in cases:
        by_seconds.setdefault(case.evaluation_seconds or DEFAULT_SECONDS, []).append(case.name)
    if len(by_seconds) == 1:
        return [interval_note(seconds, "in all cases (--evaluation-interval)") for seconds in by_seconds]
    return [interval_note(seconds, f"in {', '.join(names)}") for seconds, names in by_seconds.items()]


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
    groups = with_interval(groups, case.evaluation_seconds or DEFAULT_SECONDS)
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
