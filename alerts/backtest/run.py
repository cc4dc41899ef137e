"""What fires in a stretch of history."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from alerts.backtest.calls import Span
from alerts.backtest.engine import AlertHistory, BacktestError
from alerts.backtest.evaluated import evaluated
from alerts.backtest.lives import Life
from alerts.backtest.stretch import Stretch
from alerts.ci.freeze import selectors_read
from alerts.selectors import matchers_of
from collector.labels import Labels, Matcher
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
    def span(self) -> Span:
        return self.fired_at, math.inf if self.reset_at is None else self.reset_at

    @property
    def service(self) -> str:
        return self.labels.get("service") or self.labels.get("sloth_service")

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


def run(groups: Sequence[RuleGroup], stretch: Stretch, paging: Sequence[Matcher]) -> Ran:
    """What fires within the stretch, and what already did at its start.

    Raises:
        BacktestError: for rules that cannot be run, naming the rule and the stretch.
    """
    try:
        found = evaluated(groups, stretch.samples, stretch.start, stretch.end)
    except BacktestError as error:
        raise BacktestError(f"{stretch.name}: {error}") from error
    histories, notes = found.histories, list(stretch.notes)
    if found.why_stepwise:
        notes.append(f"run step by step, which is slower: {found.why_stepwise}")
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
    found = map(matchers_of, selectors_read(groups))
    during = round(stretch.begin * 1000), round(stretch.end * 1000)
    return any(stretch.samples.select(one, *during) for one in found)
