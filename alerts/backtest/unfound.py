"""Selectors that find nothing, of which many are misspelt, and the rules that read them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from alerts.backtest.order import is_recorded, placed_rules
from alerts.backtest.stretch import Stretch
from alerts.selectors import shown
from collector.labels import METRIC_NAME, Matcher
from collector.rules.files import RuleGroup

Matchers = Sequence[Matcher]
Finds = Callable[[Matchers], bool]
_MOST_TOLD, _MOST_RULES = 8, 3


@dataclass(frozen=True)
class Unfound:
    """has_metric: whether there are series of its metric, whose labels are others."""

    selector: str
    rules: tuple[str, ...]
    has_metric: bool

    def __str__(self) -> str:
        more = len(self.rules) - _MOST_RULES
        rules = ", ".join(self.rules[:_MOST_RULES]) + (f" and {more} more" if more > 0 else "")
        why = "series of that name have other labels" if self.has_metric else "no series has that name"
        return f"nothing found of {self.selector}, read by {rules} ({why})"


def unfound(groups: Sequence[RuleGroup], finds: Finds) -> list[Unfound]:
    """Those of what rules read and do not record themselves.

    finds: whether a selector finds any series.
    """
    placed = placed_rules(groups)
    recorded = {name for one in placed for name in one.writes}
    readers: dict[tuple[Matcher, ...], dict[str, None]] = {}
    for one in placed:
        for selector in one.selectors:
            if not is_recorded(selector, recorded):
                readers.setdefault(selector.matchers, {})[one.rule.name] = None
    return [
        Unfound(shown(matchers), tuple(rules), _has_metric(matchers, finds))
        for matchers, rules in readers.items()
        if not finds(matchers)
    ]


def _has_metric(matchers: Matchers, finds: Finds) -> bool:
    named = [matcher for matcher in matchers if matcher.name == METRIC_NAME]
    return bool(named) and len(named) < len(matchers) and finds(named)


def unfound_lines(some: Sequence[Unfound]) -> list[str]:
    """A line for each, metrics that are not there at all first, of not too many."""
    ranked = sorted(some, key=lambda one: one.has_metric)
    more = len(ranked) - _MOST_TOLD
    lines = list(map(str, ranked[:_MOST_TOLD]))
    return [*lines, f"… and nothing of {more} more selectors"] if more > 0 else lines


def found_in(stretches: Sequence[Stretch]) -> Finds:
    """Whether a selector finds samples in any of these histories, from where their samples begin."""

    def finds(matchers: Matchers) -> bool:
        return any(_has(stretch, matchers) for stretch in stretches)

    return finds


def _has(stretch: Stretch, matchers: Matchers) -> bool:
    begin_ms, end_ms = round(stretch.begin * 1000), round(stretch.end * 1000)
    ends = np.array([begin_ms, end_ms])  # no sample in between is needed
    return any(len(group.times) for group in stretch.samples.select(matchers, begin_ms, end_ms, ends))
