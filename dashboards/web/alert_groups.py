"""The alerts of an incident as a reader thinks of them: one entry an objective or guardrail."""

from collections.abc import Sequence
from dataclasses import dataclass

from alerts.receive import Severity
from alerts.storage_incidents import AlertRecord
from collector.labels import Labels

_OF_A_TIER = ("tier", "severity")
_SUBJECTS = ("slo", "guardrail")


@dataclass(frozen=True)
class AlertGroup:
    """Alerts about one thing, in the order they began. ``labels``: those that all of them share."""

    records: Sequence[AlertRecord]
    labels: Sequence[tuple[str, str]]

    @property
    def is_firing(self) -> bool:
        return any(record.firing for record in self.records)

    @property
    def loudest(self) -> AlertRecord:
        """One that fires before one that is over, a page before a ticket, the latest of these."""
        return max(self.records, key=lambda r: (r.firing, r.alert.severity is Severity.PAGE, r.updated_at))

    @property
    def severity(self) -> str:
        return self.loudest.alert.severity.value

    @property
    def state(self) -> str:
        return self.severity if self.is_firing else "resolved"


def alert_groups(records: Sequence[AlertRecord]) -> list[AlertGroup]:
    """Firing pages first, then firing tickets, then what is over; each group where its first alert was."""
    found: dict[object, list[AlertRecord]] = {}
    for record in records:
        found.setdefault(_subject(record.alert.labels), []).append(record)
    groups = [AlertGroup(tuple(members), _shared(members)) for members in found.values()]
    return sorted(groups, key=lambda group: (not group.is_firing, group.severity))


def _subject(labels: Labels) -> object:
    names = tuple(labels.get(key) for key in _SUBJECTS)
    return (labels.get("alertname"), names) if any(names) else labels


def _shared(records: Sequence[AlertRecord]) -> list[tuple[str, str]]:
    first = records[0].alert.labels
    return [
        (name, value)
        for name, value in first.pairs
        if name not in _OF_A_TIER and all(record.alert.labels.get(name) == value for record in records)
    ]
