"""Which of the watched services an incident is about: what alerted, what stands on it, what it stands on."""

from postmortem.evidence import Evidence, Subject
from postmortem.records import Incident, SignalMap


def concerned(incident: Incident, signals: SignalMap) -> frozenset[str]:
    """The services whose users this incident may have hurt; none where nothing says what alerted.

    Those of the incident, those that stand on one of them however far up, and those that they stand on. An
    objective of any other service may be missed at the same time, and for a reason of its own.
    """
    named = incident.services or tuple(alert.labels.get("service", "") for alert in incident.alerts)
    alerted = frozenset(name for name in named if name)
    above = {name for name in signals.services if signals.below((name,)) & alerted}
    return signals.below(tuple(sorted(alerted))) | above


def felt_subjects(evidence: Evidence) -> tuple[Subject, ...]:
    """What the users of those services feel; all of them where none is named."""
    felt = tuple(subject for subject in evidence.subjects if subject.is_user_facing)
    services = concerned(evidence.incident, evidence.signals)
    return tuple(subject for subject in felt if subject.signal.service in services) or felt
