"""Runs rules over a history, all steps at once, or step by step where they need it."""

from collections.abc import Sequence
from dataclasses import dataclass

from alerts.backtest.engine import AlertHistory, BacktestError, alert_histories
from alerts.backtest.lives import Life
from alerts.backtest.order import StepwiseError
from alerts.backtest.stepwise import stepwise_histories
from alerts.backtest.stretch import Stretch
from alerts.ci.freeze import selectors_read
from collector.labels import Labels, Matcher
from collector.memory import MemoryStore
from collector.promql.guard import QuerySize
from collector.promql.parse import parse
from collector.promql.syntax import Selector
from collector.rules.files import RuleGroup


@dataclass(frozen=True)
class Firing:
    """An alert that fired, in Unix seconds; reset_at is None where it still fires at the end of the history.

    is_page: whether it wakes somebody. stretch: the name of the history.
    """

    labels: Labels
    fired_at: float
    reset_at: float | None
    is_page: bool
    stretch: str = ""

    @property
    def severity(self) -> str:
        return self.labels.get("severity") or self.labels.get("sloth_severity")


@dataclass(frozen=True)
class Ran:
    """What fired within a stretch, by time. lasting: what fired before its start and still did then.

    notes: what the reader should know of how the rules ran.
    """

    stretch: Stretch
    firings: tuple[Firing, ...]
    lasting: tuple[Firing, ...] = ()
    notes: tuple[str, ...] = ()


def run(
    groups: Sequence[RuleGroup], stretch: Stretch, run_up_seconds: float, paging: Sequence[Matcher]
) -> Ran:
    """Rules begin their run-up before the stretch, so that what it begins with is known.

    Raises:
        BacktestError: for rules that cannot be run, naming the rule and the stretch.
    """
    begin, notes = stretch.start - run_up_seconds, []
    try:
        try:
            histories = alert_histories(groups, stretch.samples, begin, stretch.end)
        except StepwiseError as error:
            notes.append(f"run step by step, which is slower: {error}")
            store = copied(groups, stretch)
            histories = stepwise_histories(groups, store, begin, stretch.end)
    except BacktestError as error:
        raise BacktestError(f"{stretch.name}: {error}") from error
    fired = [firing for one in histories for firing in _firings(one, stretch, paging)]
    fired.sort(key=lambda firing: (firing.fired_at, firing.labels.pairs))
    notes += [
        f"{one.rule.alert} could not be evaluated at {one.failures} steps: {one.reason}"
        for one in histories
        if one.failures
    ]
    if not fired and not _has_samples(groups, stretch):
        notes.append(f"{stretch.name} holds no samples of what the rules read")
    return Ran(
        stretch,
        tuple(firing for firing in fired if firing.fired_at >= stretch.start),
        tuple(firing for firing in fired if firing.fired_at < stretch.start),
        tuple(dict.fromkeys(notes)),
    )


def _firings(history: AlertHistory, stretch: Stretch, paging: Sequence[Matcher]) -> list[Firing]:
    return [
        Firing(labels, life.firing_at, life.resolved_at, _pages(labels, paging), stretch.name)
        for labels, lives in history.lives.items()
        for life in lives
        if life.firing_at is not None and _lasts_into(life, stretch.start)
    ]


def _lasts_into(life: Life, start: float) -> bool:
    return life.resolved_at is None or life.resolved_at > start


def _pages(labels: Labels, paging: Sequence[Matcher]) -> bool:
    return any(matcher.matches(labels.get(matcher.name)) for matcher in paging)


def _has_samples(groups: Sequence[RuleGroup], stretch: Stretch) -> bool:
    found = (parse(text, size=QuerySize()) for text in selectors_read(groups))
    during = round(stretch.begin * 1000), round(stretch.end * 1000)
    return any(stretch.samples.select(one.matchers, *during) for one in found if isinstance(one, Selector))


def copied(groups: Sequence[RuleGroup], stretch: Stretch) -> MemoryStore:
    """What rules read of a history, in a store that they can record into."""
    store, end_ms = MemoryStore(), round(stretch.end * 1000)
    seen: set[Labels] = set()
    for text in selectors_read(groups):
        selector = parse(text, size=QuerySize())
        assert isinstance(selector, Selector)
        for group in stretch.samples.select(selector.matchers, round(stretch.begin * 1000), end_ms):
            for labels, values in zip(group.labels, group.values, strict=True):
                if labels not in seen:
                    seen.add(labels)
                    store.append_column(labels, group.times, values)
    return store
