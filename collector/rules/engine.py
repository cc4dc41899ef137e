"""Evaluates rule groups at the times it is given: live, in a replay, in a backtest."""

import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence

from collector.errors import QueryError
from collector.labels import METRIC_NAME, Labels
from collector.querier import Querier
from collector.rules.files import AlertingRule, RecordingRule, RuleGroup
from collector.rules.restore import RESTORING_EVALUATIONS, restore
from collector.rules.run import Appender, RuleRun
from collector.rules.state import TRANSITIONS, Alert, AlertState, Hold, Observed, advance
from collector.rules.status import Evaluation, GroupStatus, RuleStatus, Transition
from collector.rules.texts import AlertTexts
from collector.series import Sample

ALERTS = "ALERTS"
FOR_STATE = "ALERTS_FOR_STATE"


class RuleFailedError(Exception):
    """A rule whose answer cannot be used."""


class RuleEngine:
    """Holds the state of groups. One thread evaluates; others read the statuses.

    restoring: whether pending alerts get back the time they waited before a restart; a replay starts fresh.
    is_blind: whether no new samples can come; what vanishes then has only aged, and goes on firing.
    """

    def __init__(
        self,
        groups: Iterable[RuleGroup],
        querier: Querier,
        appender: Appender,
        *,
        external_labels: Mapping[str, str] | None = None,
        external_url: str = "",
        restoring: bool = False,
        is_blind: Callable[[], bool] = lambda: False,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._querier = querier
        self._appender = appender
        self._external_labels = dict(external_labels or {})
        self._external_url = external_url
        self._restoring = restoring
        self._is_blind = is_blind
        self._monotonic = monotonic
        self._orphans: set[Labels] = set()
        self._statuses = {g.key: GroupStatus(g, [RuleStatus(rule) for rule in g.rules]) for g in groups}

    @property
    def groups(self) -> list[RuleGroup]:
        return [status.group for status in self._statuses.values()]

    @property
    def statuses(self) -> list[GroupStatus]:
        return list(self._statuses.values())

    def status(self, group: RuleGroup) -> GroupStatus:
        return self._statuses[group.key]

    def inherit(self, earlier: "RuleEngine") -> None:
        """Takes over the state of rules that a reload left in place.

        As Prometheus, a rule is the same if its group, kind, name and labels are: texts and thresholds may
        change under a firing alert. Series that nothing writes any more end with the next evaluation.
        """
        self._orphans |= earlier._orphans
        for key, former in earlier._statuses.items():
            gone = self._statuses[key].inherit(former) if key in self._statuses else former.rules
            self._orphans |= {labels for rule in gone for labels in rule.written}

    def evaluate(self, group: RuleGroup, at: float) -> Evaluation:
        """Evaluates a group's rules in order. A rule that fails keeps its alerts as they are.

        ``query_offset`` moves queries and samples back, not the times of alerts.
        """
        status = self._statuses[group.key]
        began = self._monotonic()
        run = RuleRun(status, at, self._appender)
        for rule in status.rules:
            self._evaluate_rule(rule, status, run)
        self._end_orphans(run)
        evaluation = run.finish()
        if status.evaluated_at is not None and at > status.evaluated_at:
            status.missed += max(0, round((at - status.evaluated_at) / group.interval_seconds) - 1)
        status.evaluated_at, status.evaluations = at, status.evaluations + 1
        status.duration_seconds = self._monotonic() - began
        return evaluation

    def _end_orphans(self, run: RuleRun) -> None:
        if self._orphans:
            written = {labels for status in self.statuses for rule in status.rules for labels in rule.written}
            run.end(self._orphans - written)
            self._orphans = set()

    def _evaluate_rule(self, status: RuleStatus, group: GroupStatus, run: RuleRun) -> None:
        began = self._monotonic()
        rule = status.rule
        run.flush_before(rule.expr)
        try:
            vector = self._querier.instant(rule.expr, run.queried_at)
            if isinstance(rule, RecordingRule):
                samples = _recorded(rule, vector, run)
            else:
                samples = self._advance_alerts(rule, status, group, vector, run)
            status.last_error = ""
            run.add(status, samples)
        except (QueryError, RuleFailedError) as error:
            status.last_error = run.failures[rule.name] = str(error)
        status.evaluated_at = run.at
        status.duration_seconds = self._monotonic() - began

    def _advance_alerts(
        self,
        rule: AlertingRule,
        status: RuleStatus,
        group: GroupStatus,
        vector: Sequence[Sample],
        run: RuleRun,
    ) -> list[Sample]:
        observed = self._observe(rule, vector, run.group, run.at)
        hold = Hold(rule.for_seconds, math.inf if self._is_blind() else rule.keep_firing_for_seconds)
        alerts: dict[Labels, Alert] = {}
        transitions: list[Transition] = []
        for labels in dict.fromkeys([*status.alerts, *observed]):
            alert, reason = advance(status.alerts.get(labels), labels, observed.get(labels), hold, run.at)
            if alert is not None:
                alerts[labels] = alert
            if reason in TRANSITIONS:
                value = observed[labels].value if labels in observed else status.alerts[labels].value
                transitions.append(Transition(rule.alert, labels, reason, run.at, value))
        self._refuse_too_many(alerts, status, run.group)
        run.transitions += transitions
        if self._restoring and group.evaluations < RESTORING_EVALUATIONS:
            new = {labels: alert for labels, alert in alerts.items() if labels not in status.alerts}
            alerts |= restore(rule, new, self._querier, run.at)
        status.alerts = alerts
        return _alert_samples(rule, alerts.values(), run.queried_at)

    def _refuse_too_many(self, alerts: Mapping[Labels, Alert], status: RuleStatus, group: RuleGroup) -> None:
        """As Prometheus, a rule over its limit forgets its alerts: they end once their time is out."""
        active = sum(alert.state is not AlertState.INACTIVE for alert in alerts.values())
        if group.limit and active > group.limit:
            status.alerts = {}
            raise RuleFailedError(f"{active} alerts: expected at most {group.limit} (limit)")

    def _observe(
        self, rule: AlertingRule, vector: Sequence[Sample], group: RuleGroup, at: float
    ) -> dict[Labels, Observed]:
        observed: dict[Labels, Observed] = {}

        def ask(query: str) -> list[Sample]:
            return self._querier.instant(query, at)

        texts = AlertTexts(self._external_labels, self._external_url, ask)
        for sample in vector:
            templates = {**group.labels, **rule.labels}
            own = {name: texts.label(template, sample) for name, template in templates.items()}
            labels = Labels({**sample.labels.without(METRIC_NAME), **own, "alertname": rule.alert})
            if labels in observed:
                raise RuleFailedError(f"two alerts have the labels {labels}")
            annotations = {name: texts.annotation(text, sample) for name, text in rule.annotations.items()}
            observed[labels] = Observed(sample.value, annotations)
        return observed


def _recorded(rule: RecordingRule, vector: Sequence[Sample], run: RuleRun) -> list[Sample]:
    extra = {**run.group.labels, **rule.labels, METRIC_NAME: rule.record}
    samples = [Sample(sample.labels.merged(extra), run.queried_at, sample.value) for sample in vector]
    if len({sample.labels for sample in samples}) < len(samples):
        raise RuleFailedError("vector contains metrics with the same labelset after applying rule labels")
    if run.group.limit and len(samples) > run.group.limit:
        raise RuleFailedError(f"{len(samples)} series: expected at most {run.group.limit} (limit)")
    return samples


def _alert_samples(rule: AlertingRule, alerts: Iterable[Alert], at: float) -> list[Sample]:
    samples = []
    for alert in alerts:
        if alert.state is AlertState.INACTIVE:
            continue
        named = {METRIC_NAME: ALERTS, "alertname": rule.alert, "alertstate": alert.state.value}
        samples.append(Sample(alert.labels.merged(named), at, 1.0))
        samples.append(Sample(alert.labels.merged({METRIC_NAME: FOR_STATE}), at, alert.active_at))
    return samples
