"""Which guardrails' alerts fire, and which are past their limit but wait for their ``for`` to be over."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from collector.labels import Labels
from collector.rules.state import AlertState
from collector.rules.status import GroupStatus


@dataclass(frozen=True)
class GuardrailAlerts:
    """By guardrail; ``pending`` says since when (Unix seconds)."""

    firing: frozenset[str] = frozenset()
    pending: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, firing: Iterable[Labels], statuses: Iterable[GroupStatus]) -> "GuardrailAlerts":
        """From the labels of all alerts that fire, and from the rules as last evaluated."""
        return cls(frozenset(_names(firing)), _pending(statuses))


def _names(alerts: Iterable[Labels]) -> list[str]:
    return [labels.get("guardrail") for labels in alerts if labels.get("guardrail")]


def _pending(statuses: Iterable[GroupStatus]) -> dict[str, float]:
    """A guardrail of several series waits since its first one."""
    waiting = [
        alert
        for group in statuses
        for rule in group.rules
        for alert in list(rule.alerts.values())  # the evaluating thread may be changing it
        if alert.state is AlertState.PENDING and alert.labels.get("guardrail")
    ]
    latest_first = sorted(waiting, key=lambda alert: alert.active_at, reverse=True)
    return {alert.labels.get("guardrail"): alert.active_at for alert in latest_first}
