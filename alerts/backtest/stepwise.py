"""Rules run step by step, as they run live: for those that read what they recorded the step before."""

from collections.abc import Iterable, Iterator, Sequence
from heapq import merge
from itertools import count

from alerts.backtest.engine import AlertHistory, BacktestError
from alerts.backtest.lives import Life
from alerts.backtest.reach import AT_ONCE, Reach
from collector.embedded import EmbeddedQuerier
from collector.labels import Labels
from collector.memory import MemoryStore
from collector.rules.appenders import MemoryAppender
from collector.rules.engine import RuleEngine
from collector.rules.files import AlertingRule, RuleGroup
from collector.rules.state import Reason
from collector.rules.status import Transition


def stepwise_histories(
    groups: Sequence[RuleGroup], store: MemoryStore, start: float, end: float, before: Reach = AT_ONCE
) -> list[AlertHistory]:
    """As ``alert_histories``, of any rules, slowly. What they record is added to the store.

    Raises:
        BacktestError: for a rule that fails.
    """
    engine = RuleEngine(groups, EmbeddedQuerier(store, experimental=True), MemoryAppender(store))
    found: list[AlertHistory] = []
    by_group: dict[str, list[Transition]] = {group.key: [] for group in groups}
    for at, group in evaluations(groups, start, end, before):
        evaluation = engine.evaluate(group, at)
        for failed, reason in evaluation.failures.items():
            raise BacktestError(f"{group.name}: {failed}: {reason}")
        by_group[group.key] += evaluation.transitions
    for group in groups:
        lives = lives_of(by_group[group.key])
        for name, rule in _alerting(group).items():
            named = {labels: some for labels, some in lives.items() if labels["alertname"] == name}
            found.append(AlertHistory(group, rule, named))
    return found


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
