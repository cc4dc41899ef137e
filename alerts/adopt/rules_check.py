"""What the alerting rules of a Prometheus can do: those that never fire, always fire, or look too briefly."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from alerts.adopt.alert_rules import AlertRule
from alerts.adopt.rules_history import Firings
from alerts.adopt.rules_limits import COUNTING, unreachable
from alerts.adopt.source import Source
from alerts.check.parts import spelled as as_promql
from alerts.selectors import seconds_between_samples, selectors, spelled, unmatched
from collector.durations import format_duration
from collector.errors import QueryError
from collector.labels import METRIC_NAME, Labels, Matcher, MatchOp
from collector.promql.guard import QuerySize
from collector.promql.parse import parse
from collector.promql.syntax import (
    Binary,
    Call,
    Node,
    RangeSelector,
    Selector,
    unwrapped,
    walk,
)
from collector.querier import InstantQuerier
from collector.series import Sample

Level = Literal["error", "warning"]
MOST_RULES = 500
ALWAYS_SHARE = 0.95
LEAST_STUCK_SECONDS = 86_400.0
LEAST_SEEN_SECONDS = 6 * 3600.0
FEWEST_PENDING = 3  # once or twice is what `for` is there to let pass
_MEANT_TO_FIRE = ("watchdog", "deadman", "heartbeat")
_BACK_SECONDS = 7 * 86_400.0
_ABSENCE = {"absent", "absent_over_time"}
_RECORDED = "what it reads is recorded of what is not there"
_COMPARISONS = {">", ">=", "<", "<=", "==", "!="}


@dataclass(frozen=True)
class RuleFinding:
    level: Level
    rule: str
    alert: AlertRule
    message: str


def alike(findings: Iterable[RuleFinding]) -> list[list[RuleFinding]]:
    """Together what is found in the same words of several rules for one alert, as of one SLO each."""
    found: dict[tuple[str, str, str, str], list[RuleFinding]] = {}
    for one in findings:
        found.setdefault((one.level, one.rule, one.alert.name, one.message), []).append(one)
    return list(found.values())


def check_rules(
    source: Source,
    rules: Sequence[AlertRule],
    history: Mapping[Labels, Firings],
    at: float,
    recorded: Mapping[str, str] = MappingProxyType({}),
) -> list[RuleFinding]:
    """What is wrong with the rules, in their order.

    history: by the rules' identities. recorded: queries by the names that they are recorded under.
    """
    findings: list[RuleFinding] = []
    asking = _Remembering(source)
    for rule in rules[:MOST_RULES]:
        if rule.error:
            message = f"tells nobody anything until it is mended: its last evaluation failed: {rule.error}"
            findings.append(RuleFinding("error", "fails", rule, message))
            continue
        try:
            node = parse(rule.query, size=QuerySize(), experimental=True)
            findings += _of_expression(asking, rule, node, at, recorded)
        except QueryError as error:
            findings.append(RuleFinding("warning", "unreadable", rule, f"could not be checked: {error}"))
        findings += _of_history(rule, history.get(rule.identity))
    return findings


def _of_expression(
    source: InstantQuerier, rule: AlertRule, node: Node, at: float, recorded: Mapping[str, str]
) -> Iterator[RuleFinding]:
    if not _is_meant_to_fire(rule) and not _is_conditional(node):
        message = (
            "has no condition: it fires for each series that is there, whatever its value; compare it with "
            "a limit"
        )
        yield RuleFinding("error", "always-fires", rule, message)
    if not any(isinstance(each, Call) and each.name in _ABSENCE for each in walk(node)):
        missing = _missing(source, rule.query, at, recorded)
        if missing:
            partly = any(isinstance(each, Binary) and each.op in {"or", "unless"} for each in walk(node))
            lame = "a part of it is empty" if partly else "it cannot fire, or only once such a series is born"
            message = f"{missing} now: {lame}; see how it is spelt, and whether its target is scraped"
            yield RuleFinding("warning", "matches-nothing", rule, message)
    if not _is_meant_to_fire(rule) and (never := _never_there(source, node, at, recorded.keys())):
        message = (
            f"fires until a series matches {never}, and within {format_duration(_BACK_SECONDS)} none did: "
            f"see how it is spelt"
        )
        yield RuleFinding("warning", "always-fires", rule, message)
    for reason in unreachable(source, node, at):
        yield RuleFinding("error", "cannot-fire", rule, f"cannot fire: {reason}")
    yield from _blind(source, rule, node, at)


def _never_there(source: InstantQuerier, node: Node, at: float, recorded: Set[str]) -> str:
    """What an alert on absence waits for, if no series matched it in a long time; empty otherwise."""
    node = unwrapped(node)
    asked = [each for each in walk(node) if isinstance(each, Selector)]
    if not isinstance(node, Call) or node.name not in _ABSENCE or len(asked) != 1:
        return ""
    text, names = spelled(asked[0].matchers), {m.value for m in asked[0].matchers if m.name == METRIC_NAME}
    if asked[0].offset_ms or asked[0].at or names & recorded:
        return ""
    was = source.instant(f"count(last_over_time({text}[{format_duration(_BACK_SECONDS)}]))", at)
    return "" if was else as_promql(asked[0])


def _missing(
    source: InstantQuerier,
    query: str,
    at: float,
    recorded: Mapping[str, str],
    seen: Set[str] = frozenset(),
) -> str:
    """What no series has, of a query and of the recorded ones that it reads; empty without."""
    missing = unmatched(source, query, at, recorded.keys())
    if missing is not None:
        return str(missing)
    names = {m.value for one in selectors(query) for m in one.matchers if m.name == METRIC_NAME}
    for name in sorted((names & recorded.keys()) - seen):
        is_there = source.instant(f"count({spelled([Matcher(METRIC_NAME, MatchOp.EQUAL, name)])})", at)
        reason = "" if is_there else _missing(source, recorded[name], at, recorded, {*seen, name})
        if reason:
            if reason.startswith(_RECORDED):
                return reason
            return f"{_RECORDED}: {reason}"
    return ""


def _blind(source: InstantQuerier, rule: AlertRule, node: Node, at: float) -> Iterator[RuleFinding]:
    for each in walk(node):
        if not isinstance(each, Call) or each.name not in COUNTING:
            continue
        window = unwrapped(each.args[0])
        if not isinstance(window, RangeSelector):
            continue
        text = spelled(window.selector.matchers)
        interval = seconds_between_samples(source, text, at)
        if interval is not None and window.range_ms / 1000 < 1.9 * interval:
            shown = format_duration(float(round(interval)))
            found = format_duration(window.range_ms / 1000)
            enough = format_duration(4.0 * round(interval))
            message = (
                f"looks over {found}, but samples come every {shown}: a rate needs two of them; {enough} is "
                f"enough"
            )
            yield RuleFinding("error", "blind", rule, message)
            return


def _of_history(rule: AlertRule, firings: Firings | None) -> Iterator[RuleFinding]:
    if firings is None or _is_meant_to_fire(rule):
        return
    if firings.since_seconds >= LEAST_STUCK_SECONDS:
        since = format_duration(3600.0 * round(firings.since_seconds / 3600.0))
        message = (
            f"has been firing for {since} without a break: nobody would see a new problem; mend what it "
            f"tells of, or raise its limit"
        )
        yield RuleFinding("warning", "never-resets", rule, message)
    elif firings.share >= ALWAYS_SHARE and firings.seen_seconds >= LEAST_SEEN_SECONDS:
        message = (
            f"fired {100 * firings.share:.0f} % of the time: nobody looks at what always fires; mend what it "
            f"tells of, or raise its limit"
        )
        yield RuleFinding("warning", "always-fires", rule, message)
    if not firings.count and firings.pending_count >= FEWEST_PENDING and rule.for_seconds:
        shown = format_duration(rule.for_seconds)
        message = (
            f"was pending {firings.pending_count} times and never fired: its `for` of {shown} outlasts all; "
            f"shorten it, or smooth its expression"
        )
        yield RuleFinding("warning", "for-too-long", rule, message)


def _is_meant_to_fire(rule: AlertRule) -> bool:
    return any(word in rule.name.lower() for word in _MEANT_TO_FIRE)


def _is_conditional(node: Node) -> bool:
    """Whether some value or absence decides; what is only joined by ``and`` to something counts too."""
    return any(
        (isinstance(each, Binary) and each.op in {*_COMPARISONS, "and", "unless"} and not each.returns_bool)
        or (isinstance(each, Call) and each.name in _ABSENCE)
        for each in walk(node)
    )


class _Remembering:
    """A source that is asked once what many rules ask."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._answers: dict[tuple[str, float], list[Sample]] = {}

    def instant(self, query: str, at: float) -> list[Sample]:
        if (query, at) not in self._answers:
            self._answers[query, at] = self._source.instant(query, at)
        return self._answers[query, at]
