"""Replays cases through rules."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from alerts.backtest.engine import BacktestError
from alerts.backtest.evaluated import evaluated
from alerts.backtest.intervals import DEFAULT_SECONDS, are_unsaid, interval_note, with_interval
from alerts.backtest.reach import reach
from alerts.backtest.spent import budget_spent
from alerts.backtest.unfound import Unfound, unfound
from alerts.ci.casebook import FiledCase
from alerts.ci.held import held
from alerts.ci.sight import sight
from alerts.ci.verdict import PAGING, Verdict, verdict
from alerts.slo import Slo
from collector.labels import Matcher, matches_all
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


def unfound_in_all(verdicts: Iterable[Verdict]) -> list[Unfound]:
    """Metrics that rules read and no case has that judges them; labels may well be missing in all cases."""
    seen = [one.sight.unfound for one in verdicts if one.is_judged]
    absent = [{one.selector for one in some if not one.has_metric} for some in seen]
    common = set.intersection(*absent) if absent else set()
    return [one for one in (seen[0] if seen else ()) if one.selector in common]


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
    labels = samples.labels()
    groups = with_interval(groups, case.evaluation_seconds or DEFAULT_SECONDS)
    able = held(groups, samples, case.frozen_with, paging)
    if not able.is_judged:
        return Verdict(None, None, (), "", unheld=able.unheld, is_judged=False)
    try:
        histories = evaluated(able.groups, samples, expected.start, expected.end).histories
    except BacktestError as error:
        raise BacktestError(f"case {case.name}: {error}") from error
    seen = replace(
        sight(reach(able.groups), samples, expected.start),
        unfound=tuple(unfound(able.groups, lambda some: any(matches_all(some, one) for one in labels))),
    )
    found = replace(verdict(histories, expected, paging), sight=seen, unheld=able.unheld)
    if found.page_seconds is None or expected.is_quiet:
        return found
    page_at = expected.onset + found.page_seconds
    spent = [budget_spent(slo, samples, expected.onset, page_at) for slo in slos]
    return replace(found, budget_spent=max((each for each in spent if each is not None), default=None))
