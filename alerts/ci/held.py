"""Which alerts a case can judge: those whose rules read nothing but what the case was frozen with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from alerts.backtest.naming import alert_name
from alerts.backtest.order import Placed, is_recorded, placed_rules, writers_of, writers_read
from alerts.backtest.paging import may_page
from alerts.backtest.reach import needed_by_alerts
from alerts.selectors import shown
from collector.labels import METRIC_NAME, Labels, Matcher, MatchOp
from collector.memory import MemoryStore
from collector.plain_regexes import literals_of
from collector.promql.syntax import Selector
from collector.rules.files import AlertingRule, RuleGroup

Matchers = tuple[Matcher, ...]
_ALL_TIME_MS = 2**62


@dataclass(frozen=True)
class Unheld:
    """An alert that a case cannot judge, and what it reads that the case does not hold, as selectors."""

    alert: str
    reads: tuple[str, ...]


@dataclass(frozen=True)
class Held:
    """groups: of the alerts that a case can judge. unheld: the others. is_judged: whether a page is left."""

    groups: tuple[RuleGroup, ...]
    unheld: tuple[Unheld, ...]
    is_judged: bool


def held(
    groups: Sequence[RuleGroup],
    samples: MemoryStore,
    frozen_with: Sequence[Matchers] | None,
    paging: Sequence[Matcher],
) -> Held:
    """What a case can judge.

    frozen_with: the selectors that it has the series of. An alert that reads others is not judged by it: half
    of a ratio may be there. None where nobody wrote them down: then an alert is judged unless the case has
    no metric that it reads.
    """
    reads = _reads_of_alerts(groups)
    missing = {one.key: _missing(some, samples, frozen_with) for one, some in reads}
    told = tuple(Unheld(_alert_name(one), missing[one.key]) for one, _ in reads if missing[one.key])
    pages = [one for one, _ in reads if may_page(one, paging)] or [one for one, _ in reads]
    return Held(
        needed_by_alerts([_without(group, missing) for group in groups]) if told else tuple(groups),
        tuple(dict.fromkeys(told)),
        any(not missing[one.key] for one in pages),
    )


def _reads_of_alerts(groups: Sequence[RuleGroup]) -> list[tuple[Placed, list[Selector]]]:
    """Each alert with what it reads, directly or through what rules record, and no rule records."""
    placed = placed_rules(groups)
    writers = writers_of(placed)
    return [
        (
            one,
            [
                each
                for n in _with_writers(number, placed, writers)
                for each in _unrecorded(placed[n], writers)
            ],
        )
        for number, one in enumerate(placed)
        if isinstance(one.rule, AlertingRule)
    ]


def _with_writers(
    number: int, placed: Sequence[Placed], writers: Mapping[str, Sequence[int]]
) -> Sequence[int]:
    found, pending = {number: None}, [number]
    while pending:
        for selector in placed[pending.pop()].selectors:
            new = [n for n in writers_read(selector, placed, writers) if n not in found]
            found |= dict.fromkeys(new)
            pending += new
    return list(found)


def _unrecorded(placed: Placed, writers: Mapping[str, Sequence[int]]) -> list[Selector]:
    return [selector for selector in placed.selectors if not is_recorded(selector, writers)]


def _missing(
    reads: Sequence[Selector], samples: MemoryStore, frozen_with: Sequence[Matchers] | None
) -> tuple[str, ...]:
    if frozen_with is None:
        absent = [one for one in reads if not _has_metric(samples, one.matchers)]
        missing = absent if len(absent) == len(reads) else []
    else:
        missing = [one for one in reads if not any(covers(some, one.matchers) for some in frozen_with)]
    return tuple(dict.fromkeys(shown(one.matchers) for one in missing))


def _has_metric(samples: MemoryStore, matchers: Matchers) -> bool:
    named = [matcher for matcher in matchers if matcher.name == METRIC_NAME] or matchers
    return bool(samples.select(tuple(named), -_ALL_TIME_MS, _ALL_TIME_MS))


def covers(wide: Matchers, narrow: Matchers) -> bool:
    """Whether each series that ``narrow`` finds is one of ``wide``, as far as their texts say."""
    return all(one in narrow or any(_implies(other, one) for other in narrow) for one in wide)


def _implies(narrow: Matcher, wide: Matcher) -> bool:
    if narrow.name != wide.name:
        return False
    match narrow.op:
        case MatchOp.EQUAL:
            return wide.matches(narrow.value)
        case MatchOp.REGEX:
            values = literals_of(narrow.value).exact
            return values is not None and all(map(wide.matches, values))
        case _:
            return False


def _without(group: RuleGroup, missing: Mapping[tuple[str, int], Sequence[str]]) -> RuleGroup:
    kept = [one.rule for one in placed_rules([group]) if not missing.get(one.key)]
    return replace(group, rules=tuple(kept))


def _alert_name(placed: Placed) -> str:
    return alert_name(Labels(placed.fixed_labels))
