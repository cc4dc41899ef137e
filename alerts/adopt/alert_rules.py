"""The rules of a Prometheus as ``/api/v1/rules`` has them, and what tells the alerts of one name apart."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from collector.labels import Labels

USUAL_INTERVAL_SECONDS = 60.0
ALERT_NAME, SEVERITY = "alertname", "severity"


@dataclass(frozen=True)
class AlertRule:
    """An alerting rule.

    labels: what it gives its alerts, but for templates, whose values differ from alert to alert.
    identity: those that tell it from others of its name, which its samples of ``ALERTS`` have too.
    """

    file: str
    group: str
    name: str
    query: str
    for_seconds: float
    severity: str
    error: str = ""
    interval_seconds: float = USUAL_INTERVAL_SECONDS
    labels: Labels = field(default_factory=Labels)
    identity: Labels = field(default_factory=Labels)

    @property
    def place(self) -> str:
        return f"{self.file}: {self.group}: {self.name}"


def alert_rules(groups: Sequence[Mapping[str, Any]]) -> list[AlertRule]:
    """The alerting rules among the groups."""
    rules = [
        AlertRule(
            file=str(group.get("file", "")),
            group=str(group.get("name", "")),
            name=str(rule.get("name", "")),
            query=str(rule.get("query", "")),
            for_seconds=float(rule.get("duration") or 0.0),
            severity=str((rule.get("labels") or {}).get(SEVERITY, "")),
            error=str(rule.get("lastError") or ""),
            interval_seconds=float(group.get("interval") or USUAL_INTERVAL_SECONDS),
            labels=_fixed(rule.get("labels") or {}),
        )
        for group in groups
        for rule in group.get("rules") or ()
        if rule.get("type") == "alerting"
    ]
    return list(_identified(rules))


def _fixed(labels: Mapping[str, str]) -> Labels:
    return Labels({name: value for name, value in labels.items() if "{{" not in value})


def _identified(rules: Sequence[AlertRule]) -> Iterator[AlertRule]:
    alike = defaultdict(list)
    for rule in rules:
        alike[rule.name].append(rule.labels)
    telling = {name: _telling(labels) for name, labels in alike.items()}
    for rule in rules:
        own = rule.labels.only(SEVERITY, *telling[rule.name])
        yield replace(rule, identity=own.merged({ALERT_NAME: rule.name}))


def _telling(labels: Sequence[Labels]) -> list[str]:
    """Names of labels that all of them have and that tell more of them apart than shorter names do."""
    telling: list[str] = []
    for name in sorted(set.intersection(*map(set, labels)) - {SEVERITY}, key=lambda one: (len(one), one)):
        before, after = (
            len({one.only(SEVERITY, *names) for one in labels}) for names in (telling, [*telling, name])
        )
        if after > before:
            telling.append(name)
    return telling


def intervals(rules: Sequence[AlertRule]) -> dict[Labels, float]:
    """Seconds between evaluations, by identity; of several, the shortest."""
    found: dict[Labels, float] = {}
    for rule in rules:
        found[rule.identity] = min(rule.interval_seconds, found.get(rule.identity, rule.interval_seconds))
    return found


def recordings(groups: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The queries of the recording rules among the groups, by the names that they record."""
    rules = [rule for group in groups for rule in group.get("rules") or () if rule.get("type") == "recording"]
    return {str(rule.get("name", "")): str(rule.get("query", "")) for rule in rules}
