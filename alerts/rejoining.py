"""An alert that fires on in an incident closed by hand goes over to a new incident of its objective.

Else the new one would end, or be called quiet, while a slower tier of its objective still burns.
"""

from collections.abc import Iterable
from dataclasses import replace

import sqlalchemy as sa

from alerts import events
from alerts import storage_incidents as rows
from alerts.desk import Desk
from alerts.events import Kind, NewEvent
from alerts.group import Occasion
from alerts.incidents import Action, Decision, Incident, Reason
from alerts.notify.words import say
from alerts.receive import LANGUAGES, Alert
from alerts.storage_incidents import AlertRecord
from alerts.transitions import attributes

MOVED = "moved"


def rejoined(connection: sa.Connection, held: Decision, alert: Alert, near: Iterable[Incident]) -> Decision:
    """For an alert that is held: it joins the open incident that has alerts of its objective, if one does.

    It never escalates that one: whoever closed its own knew of it.
    """
    for incident in near:
        if not incident.is_resolved and _has(connection, incident, alert):
            return Decision(Action.JOIN, Reason.SAME_OBJECTIVE, incident)
    return held


def _has(connection: sa.Connection, incident: Incident, alert: Alert) -> bool:
    return any(record.alert.subject == alert.subject for record in rows.alerts_of(connection, incident.id))


def leave(connection: sa.Connection, desk: Desk, known: AlertRecord, to: Incident, at: float) -> None:
    """Ends the alert in the incident that it left; who follows that one by its alerts is told of the last."""
    assert known.incident_id is not None
    over = replace(known.alert, ends_at=at)
    rows.save_alert(connection, over, known.incident_id, at, known, told=known.told)
    said = {f"text_{language}": _text(over, to, language) for language in LANGUAGES}
    told = {**attributes(over, MOVED, str(Reason.SAME_OBJECTIVE)), **said}
    text = _text(over, to, desk.language)
    fact = NewEvent(at, Kind.NOTE, text, over.service, known.incident_id, attributes=told)
    event = events.append(connection, fact, at)
    if not any(record.firing for record in rows.alerts_of(connection, known.incident_id)):
        desk.tell(connection, Occasion.UPDATE, event, over)


def _text(alert: Alert, to: Incident, language: str) -> str:
    subject = alert.text("subject", language) or alert.title(language)
    return say(language, "goes_on", subject=subject, incident=to.id)
