"""Rules run step by step, as they run live: for those that read what they recorded the step before."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from heapq import merge
from itertools import count

from alerts.backtest.answers import MOST_FAILURES
from alerts.backtest.engine import AlertHistory, BacktestError
from alerts.backtest.lives import Life
from alerts.backtest.reach import AT_ONCE, Reach
from collector.embedded import EmbeddedQuerier
from collector.labels import Labels
from collector.memory import MemoryStore
from collector.rules.appenders import MemoryAppender
from collector.rules.engine import OVER_LIMIT, RuleEngine
from collector.rules.files import AlertingRule, RuleGroup
from collector.rules.state import Reason
from collector.rules.status import Transition


def stepwise_histories(
    groups: Sequence[RuleGroup], store: MemoryStore, start: float, end: float, before: Reach = AT_ONCE
) -> list[AlertHistory]:
    """As ``alert_histories``, of any rules, slowly. What they record is added to the store.

    Raises:
        BacktestError: for a rule that fails at many evaluations.
    """
    engine = RuleEngine(groups, EmbeddedQuerier(store, experimental=True), MemoryAppender(store))
    found: list[AlertHistory] = []
    by_group: dict[str, list[Transition]] = {group.key: [] for group in groups}
    failures: dict[tuple[str, str], list[str]] = defaultdict(list)
    for at, group in evaluations(groups, start, end, before):
        evaluation = engine.evaluate(group, at)
        transitions = by_group[group.key]
        transitions += evaluation.transitions
        for failed, reason in evaluation.failures.items():
            if reason.endswith(OVER_LIMIT):
                transitions += _forgotten(transitions, failed, at)
                continue
            failures[group.key, failed].append(reason)
            if len(failures[group.key, failed]) > MOST_FAILURES:
                raise BacktestError(f"{group.name}: {failed}: {reason}")
    for group in groups:
        lives = lives_of(by_group[group.key])
        for name, rule in _alerting(group).items():
            named = {labels: some for labels, some in lives.items() if labels["alertname"] == name}
            failed_at = failures[group.key, name]
            found.append(AlertHistory(group, rule, named, len(failed_at), failed_at[0] if failed_at else ""))
    return found


def _forgotten(transitions: Sequence[Transition], rule: str, at: float) -> list[Transition]:
    """The ends of the alerts of a rule over its limit, which the engine forgets without a word."""
    latest = {one.labels: one for one in transitions if one.rule == rule}
    ended = {Reason.GONE, Reason.RESOLVED}
    return [replace(one, reason=Reason.GONE, at=at) for one in latest.values() if one.reason not in ended]


def _alerting(group: RuleGroup) -> dict[str, AlertingRule]:
    """By their names; rules of one name share what becomes of their alerts."""
    return {rule.alert: rule for rule in group.rules if isinstance(rule, AlertingRule)}


def evaluations(
    groups: Sequence[RuleGroup], start: float, end: float, before: Reach = AT_ONCE
) -> Iterator[tuple[float, RuleGroup]]:
    """Each group at its own interval, as long before ``start`` as its rules need; by time, then group."""

    def times(number: int, group: RuleGroup) -> Iterator[tuple[float, int]]:
        first = -before.group_steps_before(group)
        return ((start + n * group.interval_seconds, number) for n in count(first))

    for at, number in merge(*(times(number, group) for number, group in enumerate(groups))):
        if at > end:
            return
        yield at, groups[number]


def lives_of(transitions: Iterable[Transition]) -> dict[Labels, list[Life]]:
    """The lives of each alert, those that still last at the end among them."""
    found: dict[Labels, list[Life]] = {}
    for one in transitions:
        lives = found.setdefault(one.labels, [])
        match one.reason:
            case Reason.APPEARED:
                lives.append(Life(one.at))
            case Reason.APPEARED_AND_HELD:
                lives.append(Life(one.at, one.at))
            case Reason.HELD:
                lives[-1] = Life(lives[-1].pending_at, one.at)
            case Reason.GONE | Reason.RESOLVED:
                lives[-1] = Life(lives[-1].pending_at, lives[-1].firing_at, one.at)
    return found
