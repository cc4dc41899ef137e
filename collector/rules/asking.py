"""How rules ask: all that are evaluated side by side at once, where the engine is our own."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from collector.embedded import EmbeddedQuerier
from collector.errors import QueryError
from collector.labels import Labels
from collector.promql.together import Asked, Outcome, Together
from collector.querier import Querier
from collector.rules.files import RecordingRule, RuleGroup

_WORD = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
# A brace after no metric's name: at the start, after a sign, after a word of the language.
_NAMELESS = re.compile(
    r"(?:^|[^a-zA-Z0-9_:\s]|\b(?:and|or|unless|atan2|bool|group_left|group_right))\s*\{", re.IGNORECASE
)


class Asker(Protocol):
    """Asks queries that were read once."""

    def read(self, query: str) -> Asked: ...

    def answers(self, asked: Sequence[Asked], at: float) -> list[Outcome]: ...


class OneByOne:
    """Of an engine that is not ours."""

    def __init__(self, querier: Querier) -> None:
        self._querier = querier

    def read(self, query: str) -> Asked:
        return Asked(query)

    def answers(self, asked: Sequence[Asked], at: float) -> list[Outcome]:
        """What each query answers, in their order."""
        return [self._answer(one.query, at) for one in asked]

    def _answer(self, query: str, at: float) -> Outcome:
        try:
            return self._querier.instant(query, at)
        except QueryError as error:
            return error


def asker(querier: Querier) -> Together | OneByOne:
    """How to ask an engine."""
    return querier.together() if isinstance(querier, EmbeddedQuerier) else OneByOne(querier)


@dataclass(frozen=True)
class Reading:
    """What a rule asks. names: metrics of its own group in it, or any of all where a selector has no name.

    recorded: what a recording rule lately called the series that it was answered.
    """

    asked: Asked
    names: frozenset[str]
    recorded: dict[Labels, Labels] = field(default_factory=dict)


def readings(group: RuleGroup, ask: Asker, of_alerts: set[str]) -> list[Reading]:
    """One for each rule of the group. of_alerts: metrics that any alert makes."""
    recorded = {rule.record for rule in group.rules if isinstance(rule, RecordingRule)}
    made = frozenset(of_alerts | recorded)
    return [Reading(ask.read(rule.expr), _named(rule.expr, made)) for rule in group.rules]


def _named(expr: str, made: frozenset[str]) -> frozenset[str]:
    """By the text, as reading it again would double a start; a comment may hide what it stands between."""
    if "#" in expr or _NAMELESS.search(expr):
        return made
    return made.intersection(_WORD.findall(expr))
