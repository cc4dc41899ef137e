"""De-escalation: an incident's last page ended while tickets still fire. It is told, and rings nobody."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from alerts import events
from alerts import storage_incidents as rows
from alerts.desk import Desk
from alerts.events import Event, Kind, NewEvent
from alerts.group import Occasion
from alerts.incidents import Incident
from alerts.notify.words import say
from alerts.receive import LANGUAGES, Alert, Severity
from alerts.storage_incidents import AlertRecord

DE_ESCALATE = "de-escalate"
MOST_NAMED = 3


class Easing:
    """Remembers the pages that ended in a transaction: only at its end is it known what still fires."""

    def __init__(self) -> None:
        self._ended: defaultdict[str, list[tuple[Alert, bool]]] = defaultdict(list)

    def ended(self, alert: Alert, incident: Incident, *, silenced: bool) -> None:
        """Takes note of an alert of an open incident that ended."""
        if alert.severity is Severity.PAGE:
            self._ended[incident.id].append((alert, silenced))

    def tell(self, connection: sa.Connection, desk: Desk, at: float) -> None:
        """Writes who has eased, and queues an update where somebody heard of the page."""
        for incident_id, pages in self._ended.items():
            incident = rows.get(connection, incident_id)
            known = rows.alerts_of(connection, incident_id)
            alerts = [record for record in known if record.alert.firing(at)]  # some ends are yet unnoticed
            if has_eased(incident, alerts):
                event = _record(connection, desk, incident, alerts, at)
                if not all(silenced for _, silenced in pages):
                    desk.tell(connection, Occasion.UPDATE, event, pages[-1][0])
        self._ended.clear()


def has_eased(incident: Incident, alerts: Sequence[AlertRecord]) -> bool:
    """Whether an incident of which a page ended is a ticket's by now: neither a page's still, nor over."""
    was_page = incident.severity is Severity.PAGE and not incident.is_resolved
    return was_page and rows.firing_severity(alerts) is Severity.TICKET


def _record(
    connection: sa.Connection, desk: Desk, incident: Incident, alerts: Iterable[AlertRecord], at: float
) -> Event:
    firing = [record.alert for record in alerts if record.firing]
    attributes = {
        "transition": DE_ESCALATE,
        "severity": str(Severity.TICKET),
        **{f"text_{language}": _text(firing, language) for language in LANGUAGES},
    }
    text = _text(firing, desk.language)
    fact = NewEvent(at, Kind.NOTE, text, incident.services[0], incident.id, attributes=attributes)
    return events.append(connection, fact, at)


def _text(firing: Sequence[Alert], language: str) -> str:
    """Names what still fires, the tiers of one objective once."""
    names = list(dict.fromkeys(_subject(alert, language) for alert in firing))
    more = len(names) - MOST_NAMED
    named = names[:MOST_NAMED] if more > 0 else names
    rest = [say(language, "more", count=more)] if more > 0 else []
    return say(language, "eased", firing=", ".join([*named, *rest]))


def _subject(alert: Alert, language: str) -> str:
    return alert.text("subject", language) or alert.title(language)
