"""The order in which rules can run over a whole history: what records a series before what reads it."""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from alerts.backtest.label_texts import read_by
from alerts.backtest.reads import Window, windows_read
from collector.labels import METRIC_NAME, Matcher, MatchOp
from collector.promql.guard import QuerySize
from collector.promql.parse import parse
from collector.promql.syntax import Node, Selector, Subquery, walk
from collector.rules.engine import ALERTS
from collector.rules.files import AlertingRule, Rule, RuleGroup
from collector.rules.restore import FOR_STATE


class StepwiseError(Exception):
    """Rules that have to run step by step, as they read what they recorded at the step before."""


@dataclass(frozen=True)
class Placed:
    """A rule and its place: the group, and how many rules stand before it there."""

    group: RuleGroup
    place: int
    rule: Rule

    @property
    def key(self) -> tuple[str, int]:
        """Names the rule among all."""
        return self.group.key, self.place

    @cached_property
    def node(self) -> Node:
        return _parsed(self.rule.expr)

    @property
    def writes(self) -> tuple[str, ...]:
        """Names of the series that the rule makes."""
        return (ALERTS, FOR_STATE) if isinstance(self.rule, AlertingRule) else (self.rule.record,)

    @property
    def label_texts(self) -> dict[str, str]:
        """The labels that the rule adds, which templates stand in where it is an alerting one."""
        return {**self.group.labels, **self.rule.labels}

    @cached_property
    def read(self) -> tuple[tuple[Selector, Window], ...]:
        """What its expression reads, and what the templates of its labels ask for."""
        asked = self.label_texts.values() if isinstance(self.rule, AlertingRule) else ()
        return (*_windows_read(self.rule.expr), *(each for text in asked for each in read_by(text)))

    @cached_property
    def selectors(self) -> tuple[Selector, ...]:
        return tuple(selector for selector, _ in self.read)

    @cached_property
    def fixed_labels(self) -> dict[str, str]:
        """Labels that all its series have."""
        labels = self.label_texts
        if isinstance(self.rule, AlertingRule):
            fixed = {name: text for name, text in labels.items() if "{{" not in text}
            return {**fixed, "alertname": self.rule.alert}
        return labels


@lru_cache(maxsize=16_384)
def _parsed(expr: str) -> Node:
    """The same rules are looked at for each case, and for how far they look back."""
    return parse(expr, size=QuerySize(), experimental=True)


@lru_cache(maxsize=16_384)
def _windows_read(expr: str) -> tuple[tuple[Selector, Window], ...]:
    return tuple(windows_read(_parsed(expr)))


@dataclass(frozen=True)
class Ordered:
    """rules: each after those that record what it reads, and else close to where it stands.

    last_read: for each rule the position of the last one that reads what it makes, None where none does.
    """

    rules: tuple[Placed, ...]
    last_read: tuple[int | None, ...]


def placed_rules(groups: Sequence[RuleGroup]) -> list[Placed]:
    """All rules, as they stand."""
    return [Placed(group, place, rule) for group in groups for place, rule in enumerate(group.rules)]


def ordered(groups: Sequence[RuleGroup]) -> Ordered:
    """Raises StepwiseError, naming the rule, where there is no such order."""
    placed = placed_rules(groups)
    writers = writers_of(placed)
    needs = [_needs(one, placed, writers) for one in placed]
    numbers = _sorted(needs, placed)
    last_read: dict[int, int] = {}
    for position, reader in enumerate(numbers):
        last_read |= dict.fromkeys(needs[reader], position)
    return Ordered(tuple(placed[n] for n in numbers), tuple(last_read.get(n) for n in numbers))


def writers_of(placed: Sequence[Placed]) -> dict[str, list[int]]:
    """Numbers of the rules that make series of each name."""
    writers: dict[str, list[int]] = {}
    for number, one in enumerate(placed):
        for name in one.writes:
            writers.setdefault(name, []).append(number)
    return writers


def _needs(reader: Placed, placed: Sequence[Placed], writers: Mapping[str, Sequence[int]]) -> list[int]:
    """Numbers of the rules that record what a rule reads."""
    if any(_is_at_an_edge(node) for node in walk(reader.node)):
        raise StepwiseError(f"{reader.rule.name}: @ start() and @ end() are another time at each step")
    needed = list(dict.fromkeys(n for one in reader.selectors for n in writers_read(one, placed, writers)))
    for number in needed:
        writer = placed[number]
        if writer.group is reader.group and writer.place >= reader.place:
            raise StepwiseError(f"{reader.rule.name} reads what {writer.rule.name} recorded a step before")
    return needed


def writers_read(
    selector: Selector, placed: Sequence[Placed], writers: Mapping[str, Sequence[int]]
) -> Iterator[int]:
    """Numbers of the rules whose series a selector may find."""
    for name in _names(selector.matchers, writers):
        for number in writers[name]:
            if _may_find(selector.matchers, placed[number].fixed_labels | {METRIC_NAME: name}):
                yield number


def _names(matchers: Sequence[Matcher], writers: Mapping[str, Sequence[int]]) -> list[str]:
    """Names of recorded series that matchers may mean."""
    exact = _exact_name(matchers)
    if exact is None:
        return list(writers)
    return [exact] if exact in writers else []


def is_recorded(selector: Selector, names: Container[str]) -> bool:
    """Whether a selector can only find series of these names: one that has no exact name may find others."""
    return _exact_name(selector.matchers) in names


def _exact_name(matchers: Sequence[Matcher]) -> str | None:
    return next((m.value for m in matchers if m.name == METRIC_NAME and m.op is MatchOp.EQUAL), None)


def _is_at_an_edge(node: Node) -> bool:
    return isinstance(node, Selector | Subquery) and node.at is not None and node.at.edge != "time"


def _sorted(needs: Sequence[Sequence[int]], placed: Sequence[Placed]) -> list[int]:
    """Depth first, so that what is recorded is soon read."""
    done: dict[int, bool] = {}

    def visit(number: int) -> Iterator[int]:
        if done.get(number) is False:
            raise StepwiseError(f"{placed[number].rule.name} reads what is made of what it records")
        if number in done:
            return
        done[number] = False
        for other in needs[number]:
            yield from visit(other)
        done[number] = True
        yield number

    return [number for first in range(len(needs)) for number in visit(first)]


def _may_find(matchers: Sequence[Matcher], fixed: Mapping[str, str]) -> bool:
    return all(matcher.matches(fixed[matcher.name]) for matcher in matchers if matcher.name in fixed)
