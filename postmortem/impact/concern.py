"""Which of the watched services an incident is about: its series, events, SLIs and counts are of those."""

from collections.abc import Iterable

from postmortem.evidence import Evidence, Subject
from postmortem.records import Incident, SignalMap, SloRecord


def concerned(incident: Incident, slos: Iterable[SloRecord], signals: SignalMap) -> frozenset[str]:
    """The services that this incident may have hurt or may have come from.

    Those of its alerts, those that stand on anything that these stand on, however far up and down, and what
    all of them stand on: what is broken may be below a sibling, too. Any other service may be hurt at the
    same time, and for a reason of its own. All of them where users feel none of those.
    """
    named = incident.services or tuple(alert.labels.get("service", "") for alert in incident.alerts)
    shared = signals.below(tuple(name for name in named if name))
    beside = {name for name in signals.services if signals.below((name,)) & shared}
    found = signals.below(tuple(shared | beside))
    felt = {slo.service for slo in slos} | {each.service for each in signals.signals if each.is_felt}
    return found if felt & found else frozenset(signals.services) | felt | found


def services_of(evidence: Evidence) -> frozenset[str]:
    """Those that the incident of the evidence is about."""
    return concerned(evidence.incident, evidence.slos, evidence.signals)


def concerned_slos(evidence: Evidence) -> tuple[SloRecord, ...]:
    """The objectives of those services."""
    services = services_of(evidence)
    return tuple(slo for slo in evidence.slos if slo.service in services)


def felt_subjects(evidence: Evidence) -> tuple[Subject, ...]:
    """What the users of those services feel."""
    services = services_of(evidence)
    return tuple(s for s in evidence.subjects if s.is_user_facing and s.signal.service in services)
