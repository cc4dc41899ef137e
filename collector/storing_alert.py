"""Tells people that samples cannot be stored: data that stops coming makes no other alert fire."""

from collections.abc import Mapping

from collector.labels import Labels
from collector.rules.files import AlertingRule, RuleGroup
from collector.rules.state import Hold, Observed, advance
from collector.rules.status import GroupStatus, RuleStatus
from collector.sinks import Outgoing, PostableAlert, take_due

STORING_CHECK_SECONDS = 5.0
_NAME = "FirelineCannotStoreSamples"
_LABELS = Labels({"alertname": _NAME, "service": "fireline", "severity": "page"})


class StoringAlert:
    """One alert, which goes the way of rules' alerts: sent at once, each minute, and when it is over."""

    def __init__(self) -> None:
        rule = AlertingRule(_NAME, "fireline_samples_storable == 0", labels=dict(_LABELS.pairs))
        self._rule = RuleStatus(rule)
        group = RuleGroup("fireline", STORING_CHECK_SECONDS, (rule,))
        self._group = GroupStatus(group, [self._rule])

    def due(self, reason: str, at: float, outgoing: Outgoing) -> list[PostableAlert]:
        """What is to be sent at ``at``. An empty reason: samples are stored."""
        observed = Observed(1.0, _annotations(reason)) if reason else None
        alert, _ = advance(self._rule.alerts.get(_LABELS), _LABELS, observed, Hold(0.0), at)
        self._rule.alerts = {} if alert is None else {_LABELS: alert}
        return take_due(self._group, at, outgoing)


def _annotations(reason: str) -> Mapping[str, str]:
    return {
        "summary": "Fireline cannot store samples",
        "description": f"{reason}. What is scraped meanwhile is lost, and objectives are judged by what was"
        " stored before; alerts that fire go on firing. Storing begins again by itself once it is possible.",
        "summary_ko": "Fireline이 샘플을 저장하지 못합니다",
        "description_ko": f"원인: {reason}. 그동안 수집한 값은 사라지고, 목표는 이전에 저장된 값으로만"
        " 판단하며, 발생 중인 경보는 계속 유지됩니다. 저장할 수 있게 되면 저절로 다시 시작합니다.",
    }
