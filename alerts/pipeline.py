"""Alerts in, incidents and queued messages out: a hundred decisions at most are one transaction."""

import itertools
import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

import sqlalchemy as sa

from alerts import events, outbox, silence
from alerts import storage_incidents as rows
from alerts.desk import Desk
from alerts.easing import Easing
from alerts.events import Event, Kind, NewEvent
from alerts.group import Occasion
from alerts.incidents import (
    Action,
    Decision,
    Incident,
    Reason,
    State,
    after_quiet,
    changed,
    is_call,
    last_end,
    opened,
    place,
    settle,
)
from alerts.live import LiveIncidents
from alerts.notify.words import Key, say, texts
from alerts.receive import Alert, Severity, merged
from alerts.rejoining import leave, rejoined
from alerts.storage import Database
from alerts.transitions import ENDED, attributes, transition_of

MOST_AT_ONCE = 100  # alerts, or incidents that end, in one transaction
log = logging.getLogger(__name__)


class Pipeline:
    """Takes alerts, and the passing of time. Safe with several workers on one database."""

    def __init__(self, database: Database, desk: Desk) -> None:
        self._database = database
        self._desk = desk

    def receive(self, alerts: Sequence[Alert], at: float, *, own: bool = False) -> None:
        """Places each alert, a hundred in one transaction, so that other writers get their turn in between.

        On an error the hundred at which it happened and those after it are not taken, those before it are;
        more than a hundred are taken pages first. To send all of them again does no harm.
        own: alerts of our own rules, whose messages overtake others'.
        """
        for batch in batches(alerts):
            self._database.change(partial(self._take, batch, at, own=own))

    def _take(self, alerts: Sequence[Alert], at: float, connection: sa.Connection, *, own: bool) -> None:
        _Shift(connection, self._desk, at, own=own).take(alerts)

    def tick(self, at: float) -> None:
        """Ends alerts that were not sent again, and incidents whose alerts have all ended."""
        with self._database.read() as connection:
            more = rows.anything_due(connection, at)
        while more:
            more = self._database.change(lambda connection: _Shift(connection, self._desk, at).close())


def batches(alerts: Sequence[Alert]) -> Iterator[Sequence[Alert]]:
    """What is taken in one transaction each; where that is several, pages are in the first."""
    if len(alerts) > MOST_AT_ONCE:
        alerts = sorted(alerts, key=lambda alert: alert.severity is not Severity.PAGE)
    for start in range(0, len(alerts), MOST_AT_ONCE):
        yield alerts[start : start + MOST_AT_ONCE]


class _Shift:
    """One transaction's work."""

    def __init__(self, connection: sa.Connection, desk: Desk, at: float, *, own: bool = False) -> None:
        self._connection = connection
        self._desk = desk
        self._at = at
        self._own = own
        self._reopen_since = at - desk.timing.reopen_seconds
        self._live = LiveIncidents(rows.live(connection, self._reopen_since), desk.dependencies)
        self._paging: set[str] = set()
        self._ids: Iterator[str] | None = None
        self._silences = silence.select(connection, ending_after=at)
        self._easing = Easing()

    def take(self, alerts: Sequence[Alert]) -> None:
        latest = rows.latest_alerts(self._connection, [alert.fingerprint for alert in alerts])
        for alert in alerts:
            known = latest.get(alert.fingerprint)
            if alert.firing(self._at):
                latest[alert.fingerprint] = self._fire(alert, known)
            elif known is not None and known.firing:
                latest[alert.fingerprint] = self._end(alert, known)
        self._easing.tell(self._connection, self._desk, self._at)

    def close(self) -> bool:
        """Ends a hundred alerts, or else a hundred incidents; whether there may be more."""
        over = rows.run_out(self._connection, self._at, MOST_AT_ONCE)
        for record in over:
            self._end(record.alert, record)
        self._easing.tell(self._connection, self._desk, self._at)
        if len(over) == MOST_AT_ONCE:
            return True
        ends = rows.unresolved_ends(self._connection)
        settling = (self._settle(incident, ends.get(incident.id, [])) for incident in self._live.unresolved())
        resolved = itertools.islice(filter(None, settling), MOST_AT_ONCE)
        return sum(1 for _ in resolved) == MOST_AT_ONCE

    def _fire(self, alert: Alert, known: rows.AlertRecord | None) -> rows.AlertRecord:
        if known is not None and known.firing:
            alert = merged(alert, known.alert)
        silenced = bool(silence.silenced_by(alert.labels, self._silences, self._at))
        told = known is not None and known.firing and known.told and known.alert.firing(self._reopen_since)
        decision = self._placed(alert, known, silenced=silenced, told=told)
        incident = self._decided(decision, alert)
        if incident is None:
            return rows.save_alert(self._connection, alert, None, self._at, known, told=False)
        if transition := transition_of(decision, known, untold=not told and not silenced):
            self._announce(decision, incident, alert, transition, silenced=silenced)
            told = not silenced
        if decision.reason is Reason.SAME_OBJECTIVE and known is not None:
            leave(self._connection, self._desk, known, incident, self._at)
        return rows.save_alert(self._connection, alert, incident.id, self._at, known, told=told)

    def _placed(
        self, alert: Alert, known: rows.AlertRecord | None, *, silenced: bool, told: bool
    ) -> Decision:
        near = self._live.near(alert.service)
        decision = place(
            alert,
            self._home(known),
            near,
            self._desk.dependencies,
            self._at,
            silenced=silenced,
            told=told,
            timing=self._desk.timing,
        )
        if decision.reason is Reason.CLOSED_BY_HAND:
            return rejoined(self._connection, decision, alert, near)
        quiet = is_call(alert, silenced=silenced, told=told) and not self._paged_lately(decision.incident)
        return after_quiet(decision) if quiet else decision

    def _paged_lately(self, incident: Incident | None) -> bool:
        """Asked for each page of a storm, so what is true is remembered: ``at`` is one for all of them."""
        if incident is None or incident.id in self._paging:
            return incident is not None
        if found := rows.paged_since(self._connection, incident.id, self._reopen_since):
            self._paging.add(incident.id)
        return found

    def _home(self, known: rows.AlertRecord | None) -> Incident | None:
        if known is None or known.incident_id is None:
            return None
        return self._live.get(known.incident_id) or rows.find(self._connection, known.incident_id)

    def _decided(self, decision: Decision, alert: Alert) -> Incident | None:
        before = decision.incident
        match decision.action:
            case Action.OPEN:
                incident = opened(self._next_id(), alert, self._at, self._desk.language)
                rows.insert(self._connection, incident)
            case Action.JOIN | Action.ESCALATE | Action.REOPEN if before is not None:
                fires = decision.action is not Action.JOIN and self._headline_fires(before, alert)
                after = changed(before, decision.action, alert, self._desk.language, headline_fires=fires)
                incident = after if after == before else rows.update(self._connection, after)
            case _:
                return before
        self._live.put(incident)
        return incident

    def _headline_fires(self, incident: Incident, alert: Alert) -> bool:
        """Whether what the title is of still fires, as a page if the alert is one."""
        return any(
            record.firing
            and record.alert.firing(self._at)
            and record.alert.fingerprint == incident.headline
            and record.alert.severity in {alert.severity, Severity.PAGE}
            for record in rows.alerts_of(self._connection, incident.id)
        )

    def _next_id(self) -> str:
        if self._ids is None:
            day = datetime.fromtimestamp(self._at, self._desk.zone).date().isoformat()
            self._ids = rows.new_ids(self._connection, day)
        return next(self._ids)

    def _announce(
        self, decision: Decision, incident: Incident, alert: Alert, transition: str, *, silenced: bool
    ) -> None:
        action = decision.action
        event = self._record(
            Kind.DETECTED if action is Action.OPEN else Kind.NOTE,
            incident,
            alert,
            transition,
            str(decision.reason),
        )
        log.info("incident %s: %s %s (%s)", incident.id, action, alert.name, decision.reason)
        loud = action in {Action.OPEN, Action.ESCALATE, Action.REOPEN}
        if loud and alert.severity is Severity.PAGE:
            self._tell(Occasion.PAGE, event, alert, first=action is Action.OPEN)
        elif action is Action.OPEN:
            self._tell(Occasion.TICKET, event, alert, first=True)
        elif not silenced:
            self._tell(Occasion.UPDATE, event, alert)

    def _tell(self, occasion: Occasion, event: Event, alert: Alert, *, first: bool = False) -> None:
        self._desk.tell(self._connection, occasion, event, alert, own=self._own, first=first)

    def _end(self, alert: Alert, known: rows.AlertRecord) -> rows.AlertRecord:
        ended = replace(alert, starts_at=min(alert.starts_at, known.alert.starts_at))
        saved = rows.save_alert(self._connection, ended, known.incident_id, self._at, known, told=known.told)
        home = self._home(known)
        if home is not None and not (home.is_resolved and self._fires(home)):
            self._tell_end(ended, home)
        return saved

    def _tell_end(self, ended: Alert, home: Incident) -> None:
        event = self._record(Kind.NOTE, home, ended, ENDED, "sent as resolved or not sent again")
        silenced = bool(silence.silenced_by(ended.labels, self._silences, self._at))
        if home.is_resolved or not silenced:
            self._tell(Occasion.UPDATE, event, ended)
        if not home.is_resolved:
            self._easing.ended(ended, home, silenced=silenced)

    def _fires(self, incident: Incident) -> bool:
        """Closed by hand, it may: whoever follows the alerts learns when the last of them ended."""
        return any(record.firing for record in rows.alerts_of(self._connection, incident.id))

    def _settle(self, incident: Incident, ends: Sequence[float | None]) -> bool:
        """Resolves the incident if it is over; whether it is."""
        decision = settle(incident, ends, self._at, self._desk.timing)
        if decision.action is not Action.RESOLVE:
            return False
        over_at = max(last_end(ends, self._at), incident.started_at)
        resolve(self._connection, self._desk, incident, NewEvent(over_at, Kind.RESOLVED, ""), at=self._at)
        return True

    def _record(self, kind: Kind, incident: Incident, alert: Alert, transition: str, reason: str) -> Event:
        told = attributes(alert, transition, reason)
        title = alert.title(self._desk.language)
        fact = NewEvent(self._at, kind, title, alert.service, incident.id, attributes=told)
        return events.append(self._connection, fact, self._at)


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
    after = replace(incident, state=State.RESOLVED, resolved_at=fact.at, closed_at=at, closed_by=closed_by)
    rows.update(connection, after)
    if not fact.text:
        key: Key = "pressed_resolve" if closed_by else "all_resolved"
        said = {**texts(key), **fact.attributes}
        fact = replace(fact, text=say(desk.language, key), attributes=said)
    service = fact.service or incident.services[0]
    event = events.append(connection, replace(fact, service=service, incident=incident.id), at)
    told = outbox.withdraw_tickets(connection, incident.id, desk.notifiers, at)
    notice = outbox.Notice(Occasion.UPDATE, incident.id, (event.id,), hurry=True)
    outbox.post(connection, notice, told, at, desk.pace)
    log.info("incident %s: resolved (%s)", incident.id, fact.text)
    return event
