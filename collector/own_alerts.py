"""What Fireline tells people of itself: data that stops coming makes no other alert fire."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from collector.labels import Labels
from collector.rules.files import AlertingRule, RuleGroup
from collector.rules.state import Hold, Observed, advance
from collector.rules.status import GroupStatus, RuleStatus
from collector.sinks import Outgoing, PostableAlert, take_due

OWN_CHECK_SECONDS = 5.0
LONGEST_SILENCE_SECONDS = 60.0
_SILENT_INTERVALS = 4


@dataclass(frozen=True)
class OwnAlert:
    """for_seconds: how long its reason must last. Texts are filled with the reason."""

    name: str
    expr: str
    for_seconds: float
    texts: Mapping[str, str]


STORING = OwnAlert(
    "FirelineCannotStoreSamples",
    "fireline_samples_storable == 0",
    0.0,
    {
        "summary": "Fireline cannot store samples",
        "description": "{reason}. What is scraped meanwhile is lost, and objectives are judged by what was"
        " stored before; alerts that fire go on firing. Storing begins again by itself once it is possible.",
        "summary_ko": "Fireline이 샘플을 저장하지 못합니다",
        "description_ko": "원인: {reason}. 그동안 수집한 값은 사라지고, 목표는 이전에 저장된 값으로만"
        " 판단하며, 발생 중인 경보는 계속 유지됩니다. 저장할 수 있게 되면 저절로 다시 시작합니다.",
    },
)
EVALUATING = OwnAlert(
    "FirelineCannotEvaluateRules",
    "fireline_rules_evaluable == 0",
    60.0,
    {
        "summary": "Fireline cannot evaluate rules",
        "description": "{reason}. Nothing else can fire meanwhile, and what fires does not end.",
        "summary_ko": "Fireline이 규칙을 평가하지 못합니다",
        "description_ko": "원인: {reason}. 그동안 다른 경보는 발생하지도, 끝나지도 않습니다.",
    },
)


class OwnAlertState:
    """One alert, which goes the way of rules' alerts: sent at once, each minute, and when it is over."""

    def __init__(self, alert: OwnAlert) -> None:
        self._alert = alert
        self._labels = Labels({"alertname": alert.name, "service": "fireline", "severity": "page"})
        rule = AlertingRule(alert.name, alert.expr, alert.for_seconds, labels=dict(self._labels.pairs))
        self._rule = RuleStatus(rule)
        self._group = GroupStatus(RuleGroup("fireline", OWN_CHECK_SECONDS, (rule,)), [self._rule])

    def due(self, reason: str, at: float, outgoing: Outgoing) -> list[PostableAlert]:
        """What is to be sent at ``at``. An empty reason: all is well."""
        texts = {name: text.format(reason=reason) for name, text in self._alert.texts.items()}
        observed = Observed(1.0, texts) if reason else None
        hold = Hold(self._alert.for_seconds)
        alert, _ = advance(self._rule.alerts.get(self._labels), self._labels, observed, hold, at)
        self._rule.alerts = {} if alert is None else {self._labels: alert}
        return take_due(self._group, at, outgoing)


def unevaluated(statuses: Sequence[GroupStatus], since: float, at: float) -> str:
    """Why rules say nothing at ``at``, with the rules loaded at ``since``; empty while any of them does."""
    for status in statuses:
        silent = at - max(since, since if status.evaluated_at is None else status.evaluated_at)
        if silent > max(LONGEST_SILENCE_SECONDS, _SILENT_INTERVALS * status.group.interval_seconds):
            return f"rule group {status.group.name} was not evaluated for {silent:.0f} s"
    judged = [status for status in statuses if not status.unkept_reason]  # those only could not be stored
    rules = [rule for status in judged for rule in status.rules if rule.evaluated_at is not None]
    if len(judged) == len(statuses) and rules and all(rule.last_error for rule in rules):
        return f"every rule fails; the last: {rules[-1].last_error}"
    return ""
