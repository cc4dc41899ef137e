"""What people and programs do about incidents: take them, close them, and tell what was done."""

import math
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from alerts import events, silence
from alerts import storage_incidents as rows
from alerts.desk import Desk
from alerts.errors import RequestError
from alerts.events import Event, Kind, NewEvent
from alerts.group import Occasion
from alerts.incidents import Incident, State
from alerts.notify.words import say, texts
from alerts.pipeline import resolve
from alerts.receive import format_time
from alerts.storage import Database
from collector.labels import Labels, Matcher, MatchOp

# What only Fireline itself can know happened, or writes when it is asked to elsewhere.
OWN_KINDS = frozenset({Kind.DETECTED, Kind.PAGED, Kind.ACTION})
# A fault that a drill injects is the riddle; those who are on call are not told the answer.
UNTOLD_KINDS = frozenset({Kind.FAULT, Kind.DETECTED, Kind.PAGED})
ACTING_KINDS = frozenset({Kind.ACKNOWLEDGED, Kind.RESOLVED})
FARTHEST_SECONDS = 86_400.0  # ahead: no clock or zone is wrong by more, so the time is a slip
CLOCK_SKEW_SECONDS = 10.0  # by which the clock of whoever posts an event may be ahead of ours


class Response:
    """Acts on incidents; each act is one transaction with its event and its message."""

    def __init__(self, database: Database, desk: Desk) -> None:
        self._database = database
        self._desk = desk

    def acknowledge(self, incident_id: str, author: str, source: str, at: float) -> Incident:
        """Somebody has it. Doing so again changes nothing.

        Raises:
            RequestError: 404 when there is no such incident, 409 when it is over.
        """
        text, said = say(self._desk.language, "pressed_acknowledge"), texts("pressed_acknowledge")
        fact = NewEvent(at, Kind.ACKNOWLEDGED, text, None, incident_id, author, source, said)
        return self._database.change(lambda connection: self._acknowledge(connection, fact, at))

    def _acknowledge(self, connection: sa.Connection, fact: NewEvent, at: float) -> Incident:
        incident = rows.get(connection, fact.incident or "")
        if incident.is_resolved:
            raise RequestError(f"incident {incident.id} is resolved already", status=409)
        if incident.state is State.OPEN:
            self._append(connection, fact, incident, at)
        return rows.get(connection, incident.id)

    def resolve(self, incident_id: str, author: str, source: str, at: float) -> Incident:
        """Closes an incident by hand; the alerts that fire at that time do not reopen it.

        Raises:
            RequestError: 404 when there is no such incident.
        """
        fact = NewEvent(at, Kind.RESOLVED, "", author=author, source=source)
        return self._database.change(lambda connection: self._resolve(connection, incident_id, fact, at))

    def _resolve(self, connection: sa.Connection, incident_id: str, fact: NewEvent, at: float) -> Incident:
        incident = rows.get(connection, incident_id)
        if not incident.is_resolved:
            resolve(connection, self._desk, incident, fact, at=at, closed_by=fact.author)
        return rows.get(connection, incident_id)

    def mark_mitigation(self, incident_id: str, author: str, source: str, at: float, *, key: str) -> None:
        """Somebody did something against it. The same key again changes nothing.

        Raises:
            RequestError: 404 when there is no such incident.
        """
        text = say(self._desk.language, "pressed_mitigation")
        said = {"key": key, **texts("pressed_mitigation")}
        fact = NewEvent(at, Kind.MITIGATION, text, None, incident_id, author, source, said)
        self._database.change(lambda connection: self._once(connection, fact, at))

    def silence(
        self, incident_id: str, author: str, source: str, at: float, *, until: float, key: str
    ) -> None:
        """Mutes the alerts that the incident has now, and no others. The same key again changes nothing.

        Raises:
            RequestError: 404 when there is no such incident.
        """
        clock_time = datetime.fromtimestamp(until, self._desk.zone).strftime("%H:%M %Z")
        text = say(self._desk.language, "pressed_silence", until=clock_time)
        said = {"key": key, "until": until, **texts("pressed_silence", until=clock_time)}
        fact = NewEvent(at, Kind.NOTE, text, None, incident_id, author, source, said)
        self._database.change(lambda connection: self._silence(connection, fact, at, until))

    def _silence(self, connection: sa.Connection, fact: NewEvent, at: float, until: float) -> None:
        if self._once(connection, fact, at):
            for record in rows.alerts_of(connection, fact.incident or ""):
                matchers = _exactly(record.alert.labels)
                quiet = silence.Silence("", matchers, at, until, fact.author, fact.incident or "", at)
                silence.put(connection, quiet, at)

    def _once(self, connection: sa.Connection, fact: NewEvent, at: float) -> bool:
        incident = rows.get(connection, fact.incident or "")
        earlier = events.select(connection, incident=incident.id, kinds=(fact.kind,))
        if any(event.attributes.get("key") == fact.attributes["key"] for event in earlier):
            return False
        self._append(connection, fact, incident, at)
        return True

    def record(self, fact: NewEvent, at: float) -> Event:
        """Appends an event; one that names no incident joins the open one of its service, if there is one.

        An ``acknowledged`` or ``resolved`` event of an open incident does what it says. One whose key is
        known is the event that was recorded under it, and changes nothing.

        Raises:
            RequestError: 404 for an incident that does not exist, 400 for a kind that is ours alone, for a
                time more than a day ahead, and for an ``acknowledged`` or ``resolved`` before its incident
                or in the future; 409 for a key that was another event's.
        """
        if fact.kind in OWN_KINDS:
            raise RequestError(f"kind: {fact.kind} events are written by Fireline only")
        if fact.at > at + FARTHEST_SECONDS:
            now, found = format_time(at), format_time(fact.at)
            raise RequestError(f"at: expected what has happened by now ({now}), found {found}")
        return self._database.change(
            lambda connection: _known(connection, fact) or self._record(connection, fact, at)
        )

    def _record(self, connection: sa.Connection, fact: NewEvent, at: float) -> Event:
        if fact.incident is not None:
            incident: Incident | None = rows.get(connection, fact.incident)
        else:
            still_open = rows.live(connection, resolved_since=math.inf)
            incident = events.incident_of(fact.service, still_open, self._desk.dependencies)
        if incident is None:
            return events.append(connection, fact, at)
        if fact.kind in ACTING_KINDS:
            _check_time(fact, incident, at)
        return self._append(connection, replace(fact, incident=incident.id), incident, at)

    def _append(self, connection: sa.Connection, fact: NewEvent, incident: Incident, at: float) -> Event:
        if fact.kind is Kind.RESOLVED and not incident.is_resolved:
            return resolve(connection, self._desk, incident, fact, at=at, closed_by=fact.author)
        if fact.kind is Kind.ACKNOWLEDGED and incident.state is State.OPEN:
            rows.update(connection, replace(incident, state=State.ACKNOWLEDGED, acknowledged_at=fact.at))
        event = events.append(connection, fact, at)
        if fact.kind not in UNTOLD_KINDS:
            self._desk.tell(connection, Occasion.UPDATE, event)
        return event


def _known(connection: sa.Connection, fact: NewEvent) -> Event | None:
    """The same event, recorded before. Its words, time and incident may have been filled in since."""
    known = None if fact.key is None else events.of_key(connection, fact.key)
    if known and (known.kind, known.author, known.source) != (fact.kind, fact.author, fact.source):
        raise RequestError(f"Idempotency-Key: it was used for event {known.id}, which is another", status=409)
    return known


def _check_time(fact: NewEvent, incident: Incident, at: float) -> None:
    """These change the incident's times, which measure it and decide what reopens it."""
    if not incident.started_at <= fact.at <= at + CLOCK_SKEW_SECONDS:
        first, last = format_time(incident.started_at), format_time(at)
        raise RequestError(
            f"at: expected a time from the start of incident {incident.id} ({first}) to now ({last}), "
            f"found {format_time(fact.at)}"
        )


def _exactly(labels: Labels) -> tuple[Matcher, ...]:
    """All its labels: burn alerts share their name and service, a louder tier or another SLO must ring."""
    return tuple(Matcher(name, MatchOp.EQUAL, value) for name, value in labels.pairs)
