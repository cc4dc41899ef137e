"""Alerts in, incidents and queued messages out: each batch of decisions is one transaction."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from alerts import events, outbox, silence
from alerts import storage_incidents as rows
from alerts.events import Event, Kind, NewEvent
from alerts.group import Occasion, Pace
from alerts.incidents import (
    Action,
    Decision,
    Dependencies,
    Incident,
    State,
    Timing,
    changed,
    last_end,
    opened,
    place,
    settle,
)
from alerts.notify.words import say
from alerts.receive import LANGUAGES, Alert, Severity, merged
from alerts.storage import Database

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Desk:
    """What decisions stand on: the graph of services, the rules of time, and who is told."""

    dependencies: Dependencies
    notifiers: tuple[str, ...]
    timing: Timing
    pace: Pace
    language: str
    zone: ZoneInfo

    def tell(
        self, connection: sa.Connection, occasion: Occasion, event: Event, alert: Alert | None = None
    ) -> None:
        """Queues news of the event's incident."""
        assert event.incident is not None
        fingerprint = alert.fingerprint if alert else None
        notice = outbox.Notice(occasion, event.incident, (event.id,), fingerprint)
        outbox.post(connection, notice, self.notifiers, event.recorded_at, self.pace)


class Pipeline:
    """Takes alerts, and the passing of time. Safe with several workers on one database."""

    def __init__(self, database: Database, desk: Desk) -> None:
        self._database = database
        self._desk = desk

    def receive(self, alerts: Sequence[Alert], at: float) -> None:
        """Places each alert; all of them or, on an error, none."""
        self._database.change(lambda connection: _Shift(connection, self._desk, at).take(alerts))

    def tick(self, at: float) -> None:
        """Ends alerts that were not sent again, and incidents whose alerts have all ended."""
        with self._database.read() as connection:
            idle = not rows.anything_due(connection, at)
        if not idle:
            self._database.change(lambda connection: _Shift(connection, self._desk, at).close())


class _Shift:
    """One transaction's work."""

    def __init__(self, connection: sa.Connection, desk: Desk, at: float) -> None:
        self._connection = connection
        self._desk = desk
        self._at = at
        live = rows.live(connection, at - desk.timing.reopen_seconds)
        self._live = {incident.id: incident for incident in live}
        self._silences = silence.select(connection, ending_after=at)

    def take(self, alerts: Sequence[Alert]) -> None:
        for alert in alerts:
            known = rows.latest_alert(self._connection, alert.fingerprint)
            if alert.firing(self._at):
                self._fire(alert, known)
            elif known is not None and known.firing:
                self._end(alert, known)

    def close(self) -> None:
        for record in rows.firing_alerts(self._connection):
            if not record.alert.firing(self._at):
                self._end(record.alert, record)
        for incident in tuple(self._live.values()):
            if not incident.is_resolved:
                self._settle(incident)

    def _fire(self, alert: Alert, known: rows.AlertRecord | None) -> None:
        if known is not None and known.firing:
            alert = merged(alert, known.alert)
        home = self._home(known)
        silenced = bool(silence.silenced_by(alert.labels, self._silences, self._at))
        decision = place(
            alert,
            home,
            tuple(self._live.values()),
            self._desk.dependencies,
            self._at,
            silenced=silenced,
            timing=self._desk.timing,
        )
        incident = self._decided(decision, alert)
        incident_id = None if incident is None else incident.id
        rows.save_alert(self._connection, alert, incident_id, self._at)
        again = known is not None and not known.firing and known.incident_id == incident_id
        if incident is not None and (again or decision.action not in {Action.KEEP, Action.HOLD}):
            self._announce(decision, incident, alert, silenced=silenced)

    def _home(self, known: rows.AlertRecord | None) -> Incident | None:
        if known is None or known.incident_id is None:
            return None
        return self._live.get(known.incident_id) or rows.find(self._connection, known.incident_id)

    def _decided(self, decision: Decision, alert: Alert) -> Incident | None:
        before = decision.incident
        match decision.action:
            case Action.OPEN:
                day = datetime.fromtimestamp(self._at, self._desk.zone).date().isoformat()
                incident = opened(rows.next_id(self._connection, day), alert, self._at, self._desk.language)
                rows.insert(self._connection, incident)
            case Action.JOIN | Action.ESCALATE | Action.REOPEN if before is not None:
                after = changed(before, decision.action, alert, self._desk.language)
                incident = after if after == before else rows.update(self._connection, after)
            case _:
                return before
        self._live[incident.id] = incident
        return incident

    def _announce(self, decision: Decision, incident: Incident, alert: Alert, *, silenced: bool) -> None:
        action = decision.action
        event = self._record(
            Kind.DETECTED if action is Action.OPEN else Kind.NOTE,
            incident,
            alert,
            "fires again" if action is Action.KEEP else str(action),
            str(decision.reason),
        )
        log.info("incident %s: %s %s (%s)", incident.id, action, alert.name, decision.reason)
        loud = action in {Action.OPEN, Action.ESCALATE, Action.REOPEN}
        if loud and alert.severity is Severity.PAGE:
            self._desk.tell(self._connection, Occasion.PAGE, event, alert)
        elif action is Action.OPEN:
            self._desk.tell(self._connection, Occasion.TICKET, event, alert)
        elif not silenced:
            self._desk.tell(self._connection, Occasion.UPDATE, event, alert)

    def _end(self, alert: Alert, known: rows.AlertRecord) -> None:
        ended = replace(alert, starts_at=min(alert.starts_at, known.alert.starts_at))
        rows.save_alert(self._connection, ended, known.incident_id, self._at)
        home = self._home(known)
        if home is None or (home.is_resolved and self._fires(home)):
            return
        event = self._record(Kind.NOTE, home, ended, "alert resolved", "sent as resolved or not sent again")
        if home.is_resolved or not silence.silenced_by(alert.labels, self._silences, self._at):
            self._desk.tell(self._connection, Occasion.UPDATE, event, alert)

    def _fires(self, incident: Incident) -> bool:
        """Closed by hand, it may: whoever follows the alerts learns when the last of them ended."""
        return any(record.firing for record in rows.alerts_of(self._connection, incident.id))

    def _settle(self, incident: Incident) -> None:
        ends = [record.ended_at for record in rows.alerts_of(self._connection, incident.id)]
        decision = settle(incident, ends, self._at, self._desk.timing)
        if decision.action is Action.RESOLVE:
            over_at = max(last_end(ends, self._at), incident.started_at)
            resolve(self._connection, self._desk, incident, NewEvent(over_at, Kind.RESOLVED, ""), at=self._at)

    def _record(self, kind: Kind, incident: Incident, alert: Alert, transition: str, reason: str) -> Event:
        attributes = {
            "alert": alert.fingerprint,
            "alertname": alert.name,
            "severity": str(alert.severity),
            "transition": transition,
            "reason": reason,
            "starts_at": alert.starts_at,
            "labels": dict(alert.labels),
            **alert.words(),
            **_subjects(alert),
        }
        title = alert.title(self._desk.language)
        fact = NewEvent(self._at, kind, title, alert.service, incident.id, attributes=attributes)
        return events.append(self._connection, fact, self._at)


def _subjects(alert: Alert) -> dict[str, str]:
    """What the alert is about, without what is wrong with it; nothing in rules of other makers."""
    subjects = {f"subject_{language}": alert.text("subject", language) for language in LANGUAGES}
    return {key: subject for key, subject in subjects.items() if subject}


def resolve(
    connection: sa.Connection,
    desk: Desk,
    incident: Incident,
    fact: NewEvent,
    *,
    at: float,
    closed_by: str = "",
) -> Event:
    """Ends an incident, with the event that says so. What was never told is taken back."""
    after = replace(incident, state=State.RESOLVED, resolved_at=fact.at, closed_by=closed_by)
    rows.update(connection, after)
    text = fact.text or say(desk.language, "all_resolved")
    service = fact.service or incident.services[0]
    event = events.append(connection, replace(fact, text=text, service=service, incident=incident.id), at)
    told = outbox.withdraw_tickets(connection, incident.id, desk.notifiers, at)
    notice = outbox.Notice(Occasion.UPDATE, incident.id, (event.id,), hurry=True)
    outbox.post(connection, notice, told, at, desk.pace)
    log.info("incident %s: resolved (%s)", incident.id, text)
    return event
