"""How loud an incident is shown: while it is open as what fires now, once it is over as the worst it was."""

from collections.abc import Collection

from alerts.incidents import Incident
from alerts.receive import Severity


def shown_severity(incident: Incident, paging: Collection[str]) -> Severity:
    """``paging``: the ids of incidents of which a page fires."""
    return incident.severity if incident.is_resolved or incident.id in paging else Severity.TICKET
