"""Runs rules over a whole history: each expression once for all its steps, each alert's states at once."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from alerts.backtest.answers import Answers, answers
from alerts.backtest.label_texts import needs_value
from alerts.backtest.lives import Life, Mask, Times, lives
from alerts.backtest.order import Placed, StepwiseError, ordered
from alerts.backtest.reach import AT_ONCE, Reach
from alerts.backtest.recorded import RecordedHistory
from alerts.errors import AlertsError
from collector.errors import QueryError
from collector.labels import METRIC_NAME, Labels
from collector.memory import MemoryStore
from collector.promql.engine import Engine
from collector.promql.limits import Limits
from collector.rules.engine import ALERTS
from collector.rules.files import AlertingRule, RecordingRule, RuleGroup
from collector.rules.restore import FOR_STATE
from collector.rules.state import AlertState, Hold
from collector.rules.texts import AlertTexts
from collector.series import STALE_NAN, Sample, SampleSource, Values

_UNLIMITED = 2**62


class BacktestError(AlertsError):
    """Rules that cannot be run over a history: the text names the rule."""


@dataclass(frozen=True)
class AlertHistory:
    """The lives of the alerts of one rule, by their labels.

    failures: at how many evaluations the rule could not be evaluated; reason: of the first.
    """

    group: RuleGroup
    rule: AlertingRule
    lives: Mapping[Labels, Sequence[Life]]
    failures: int = 0
    reason: str = ""


def alert_histories(
    groups: Sequence[RuleGroup], history: SampleSource, start: float, end: float, before: Reach = AT_ONCE
) -> list[AlertHistory]:
    """When each alert would have fired and reset, in Unix seconds.

    Groups are evaluated at ``start`` and at their interval, each rule as long before as ``before`` says.
    What one records, others read at that time.

    Raises:
        BacktestError: for a rule that fails at many evaluations.
        StepwiseError: for rules that have to run step by step.
    """
    order = ordered(groups)
    recorded = RecordedHistory(history, {name for placed in order.rules for name in placed.writes})
    limits = Limits(max_samples=_UNLIMITED, max_points=_UNLIMITED, timeout_seconds=math.inf)
    engine = Engine(recorded, limits, experimental=True)
    found: list[AlertHistory] = []
    for number, placed in enumerate(order.rules):
        times = evaluation_times(placed.group, start, end, before.steps_before(placed))
        made, alerts = _run(placed, engine, times, is_read=order.last_read[number] is not None)
        if made is not None:
            recorded.record(number, made)
        if alerts is not None:
            found.append(alerts)
        for writer in [n for n in recorded.writers if order.last_read[n] == number]:
            recorded.forget(writer)
    return found


def _run(
    placed: Placed, engine: Engine, times: Times, *, is_read: bool
) -> tuple[MemoryStore | None, AlertHistory | None]:
    """What a rule makes, if anybody reads it, and what became of its alerts, if it has any."""
    if isinstance(placed.rule, RecordingRule) and not is_read:
        return None, None
    queried_ms = np.round((times - placed.group.query_offset_seconds) * 1000).astype(np.int64)
    try:
        found = _within_limit(placed, answers(engine, placed.node, queried_ms))
        if isinstance(placed.rule, RecordingRule):
            return _recorded(placed.group, placed.rule, found), None
        masks = _alert_masks(placed, found)
    except QueryError as error:
        raise BacktestError(f"{placed.group.name}: {placed.rule.name}: {error}") from error
    hold = Hold(placed.rule.for_seconds, placed.rule.keep_firing_for_seconds)
    evaluated = ~found.failed  # a rule that fails keeps its alerts as they are
    by_labels = {labels: lives(times[evaluated], mask[evaluated], hold) for labels, mask in masks.items()}
    alerts = AlertHistory(placed.group, placed.rule, by_labels, int(found.failed.sum()), found.reason)
    return (_alert_series(alerts, times, found) if is_read else None), alerts


def evaluation_times(group: RuleGroup, start: float, end: float, steps_before: int = 0) -> Times:
    """(t,) Unix seconds: so many steps before the start, then those up to the end."""
    steps = int((end - start) / group.interval_seconds + 1e-9)
    return start + np.arange(-steps_before, steps + 1, dtype=np.float64) * group.interval_seconds


def _within_limit(placed: Placed, found: Answers) -> Answers:
    """Without the steps at which there are more answers than the group's limit."""
    limit, rule = placed.group.limit, placed.rule
    if not limit:
        return found
    if isinstance(rule, AlertingRule) and rule.keep_firing_for_seconds and len(found.labels) > limit:
        raise StepwiseError(f"{rule.name}: alerts that are kept count towards the limit of {limit}, too")
    found.present[:, found.present.sum(axis=0) > limit] = False
    return found


def _recorded(group: RuleGroup, rule: RecordingRule, found: Answers) -> MemoryStore:
    extra = {**group.labels, **rule.labels, METRIC_NAME: rule.record}
    store = MemoryStore()
    taken: dict[Labels, Mask] = {}
    for labels, values, present in zip(found.labels, found.values, found.present, strict=True):
        named = labels.merged(extra)
        if named in taken and (taken[named] & present).any():
            message = "vector contains metrics with the same labelset after applying rule labels"
            raise QueryError(message, kind="execution")
        taken[named] = taken.get(named, False) | present
        _append(store, named, found, values, present)
    return store


def _append(store: MemoryStore, labels: Labels, found: Answers, values: Values, present: Mask) -> None:
    """With a staleness marker at the first step without a value after one that has it."""
    ends = np.concatenate([[False], present[:-1] & ~present[1:]]) & ~found.failed
    kept = present | ends
    if kept.any():
        store.append_column(labels, found.times_ms[kept], np.where(ends, STALE_NAN, values)[kept])


def _alert_masks(placed: Placed, found: Answers) -> dict[Labels, Mask]:
    """(t,) where each alert's expression holds."""
    masks: dict[Labels, Mask] = {}
    for row, labels in enumerate(found.labels):
        for named, holds in _named_alerts(placed, labels, found.values[row], found.present[row]):
            if named in masks and (masks[named] & holds).any():
                raise QueryError(f"two alerts have the labels {named}", kind="execution")
            masks[named] = masks[named] | holds if named in masks else holds
    return masks


def _named_alerts(
    placed: Placed, labels: Labels, values: Values, present: Mask
) -> Iterator[tuple[Labels, Mask]]:
    """The alerts of one answer: several only where a label is made of the value."""
    templates = placed.label_texts

    def refused(query: str) -> list[Sample]:
        raise StepwiseError(f"a label of {placed.rule.name} asks for {query}, answered anew at each step")

    def named(value: float) -> Labels:
        texts, sample = AlertTexts({}, "", refused), Sample(labels, 0.0, value)
        own = {name: texts.label(text, sample) for name, text in templates.items()}
        return Labels({**labels.without(METRIC_NAME), **own, "alertname": placed.rule.name})

    if not any(needs_value(text) for text in templates.values()):
        yield named(0.0), present
        return
    distinct, places = np.unique(values[present], return_inverse=True)
    for number, value in enumerate(distinct.tolist()):
        holds = np.zeros_like(present)
        holds[np.flatnonzero(present)[places == number]] = True
        yield named(value), holds


def _alert_series(alerts: AlertHistory, times: Times, found: Answers) -> MemoryStore:
    """``ALERTS`` and ``ALERTS_FOR_STATE``, for the rules that read them."""
    store = MemoryStore()
    for labels, all_lives in alerts.lives.items():
        for name, state in ((ALERTS, AlertState.PENDING), (ALERTS, AlertState.FIRING), (FOR_STATE, None)):
            values, present = _state_values(all_lives, times, state)
            more = {METRIC_NAME: name} | ({} if state is None else {"alertstate": state.value})
            _append(store, labels.merged(more), found, values, present)
    return store


def _state_values(all_lives: Sequence[Life], times: Times, state: AlertState | None) -> tuple[Values, Mask]:
    """1 while in the state; without one, since when the alert was active, while it is."""
    values, present = np.ones(len(times)), np.zeros(len(times), np.bool_)
    for life in all_lives:
        over = math.inf if life.resolved_at is None else life.resolved_at
        fires = over if life.firing_at is None else life.firing_at
        first, last = {
            AlertState.PENDING: (life.pending_at, fires),
            AlertState.FIRING: (fires, over),
            None: (life.pending_at, over),
        }[state]
        during = (times >= first) & (times < last)
        present |= during
        if state is None:
            values[during] = life.pending_at
    return values, present
