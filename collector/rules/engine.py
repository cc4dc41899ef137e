"""Evaluates rule groups at the times it is given: live, in a replay, in a backtest."""

import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence

from collector.errors import QueryError
from collector.labels import METRIC_NAME, Labels
from collector.promql.together import Outcome
from collector.querier import Querier
from collector.rules.asking import Reading, asker, readings
from collector.rules.files import AlertingRule, RecordingRule, RuleGroup
from collector.rules.restore import FOR_STATE, RESTORING_EVALUATIONS, restore
from collector.rules.run import Appender, RuleRun, flush
from collector.rules.state import TRANSITIONS, Alert, AlertState, Hold, Observed, advance
from collector.rules.status import Evaluation, GroupStatus, RuleStatus, Transition
from collector.rules.texts import AlertTexts
from collector.series import Sample

ALERTS = "ALERTS"
OVER_LIMIT = "(limit)"
"""How the reason of a rule that made more than its group allows ends."""


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
        self._asker = asker(querier)
        self._readings: dict[str, list[Reading]] = {}
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

    def has(self, group: RuleGroup) -> bool:
        return group.key in self._statuses

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
        return self.evaluate_many([group], at, group.key)[0]

    def evaluate_many(self, groups: Sequence[RuleGroup], at: float, name: str) -> list[Evaluation]:
        """Evaluates groups side by side: the first rule of each, then the second, and so on.

        So rules that are alike are asked as one. Of what another group records now a rule may see some.
        name: of these groups together, whose samples are stored together.
        """
        began = self._monotonic()
        runs = [RuleRun(self._statuses[group.key], at) for group in groups]
        by_time: dict[float, list[RuleRun]] = {}
        for run in runs:
            by_time.setdefault(run.queried_at, []).append(run)
        for queried_at, some in by_time.items():
            late = f"{at - queried_at:g}" if queried_at != at else ""
            self._evaluate_in_step(some, queried_at, f"rules\n{name}\n{late}")
        evaluations = [run.finished() for run in runs]
        seconds = self._monotonic() - began
        for run in runs:
            run.status.note_evaluation(at, seconds)
        return evaluations

    def _evaluate_in_step(self, runs: Sequence[RuleRun], queried_at: float, stream: str) -> None:
        asked = [self._readings_of(run.group) for run in runs]
        for number in range(max(map(len, asked))):
            now = [(run, own[number]) for run, own in zip(runs, asked, strict=True) if number < len(own)]
            reading = [run for run, one in now if not run.waiting_names.isdisjoint(one.names)]
            flush(reading, self._appender, f"{stream}{number}")
            began = self._monotonic()
            outcomes = self._asker.answers([one.asked for _, one in now], queried_at)
            seconds = (self._monotonic() - began) / len(now)
            for (run, one), outcome in zip(now, outcomes, strict=True):
                self._conclude(run.status.rules[number], run, one, outcome, seconds)
        self._end_orphans(runs[0])
        for run in runs:
            run.close()
        flush(runs, self._appender, f"{stream}end")

    def _readings_of(self, group: RuleGroup) -> Sequence[Reading]:
        known = self._readings.get(group.key)
        if known is None:
            known = self._readings[group.key] = readings(group, self._asker, {ALERTS, FOR_STATE})
        return known

    def _end_orphans(self, run: RuleRun) -> None:
        if self._orphans:
            written = {labels for status in self.statuses for rule in status.rules for labels in rule.written}
            run.end(self._orphans - written)
            self._orphans = set()

    def _conclude(
        self, status: RuleStatus, run: RuleRun, reading: Reading, outcome: Outcome, asking_seconds: float
    ) -> None:
        began = self._monotonic()
        rule = status.rule
        try:
            if isinstance(outcome, QueryError):
                raise outcome
            if isinstance(rule, RecordingRule):
                samples = _recorded(rule, outcome, run, reading.recorded)
            else:
                samples = self._advance_alerts(rule, status, outcome, run)
            status.last_error = ""
            run.add(status, samples)
        except (QueryError, RuleFailedError) as error:
            status.last_error = run.failures[rule.name] = str(error)
        status.evaluated_at = run.at
        status.duration_seconds = asking_seconds + self._monotonic() - began

    def _advance_alerts(
        self,
        rule: AlertingRule,
        status: RuleStatus,
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
        if self._restoring and run.status.evaluations < RESTORING_EVALUATIONS:
            new = {labels: alert for labels, alert in alerts.items() if labels not in status.alerts}
            alerts |= restore(rule, new, self._querier, run.at)
        status.alerts = alerts
        return _alert_samples(rule, alerts.values(), run.queried_at)

    def _refuse_too_many(self, alerts: Mapping[Labels, Alert], status: RuleStatus, group: RuleGroup) -> None:
        """As Prometheus, a rule over its limit forgets its alerts: they end once their time is out."""
        active = sum(alert.state is not AlertState.INACTIVE for alert in alerts.values())
        if group.limit and active > group.limit:
            status.alerts = {}
            raise RuleFailedError(f"{active} alerts: expected at most {group.limit} {OVER_LIMIT}")

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


def _recorded(
    rule: RecordingRule, vector: Sequence[Sample], run: RuleRun, known: dict[Labels, Labels]
) -> list[Sample]:
    """known: what answers were called before, which is the same now."""
    if any(sample.labels not in known for sample in vector):
        extra = {**run.group.labels, **rule.labels, METRIC_NAME: rule.record}
        called = {sample.labels: sample.labels.merged(extra) for sample in vector}
        known.clear()
        known.update(called)
    samples = [Sample(known[sample.labels], run.queried_at, sample.value) for sample in vector]
    if len({sample.labels for sample in samples}) < len(samples):
        raise RuleFailedError("vector contains metrics with the same labelset after applying rule labels")
    if run.group.limit and len(samples) > run.group.limit:
        raise RuleFailedError(f"{len(samples)} series: expected at most {run.group.limit} {OVER_LIMIT}")
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
