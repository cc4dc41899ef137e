"""Events: the append-only facts that a timeline is made of."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from alerts.attributes import shown
from alerts.incidents import Dependencies, Incident
from alerts.storage_schema import events as table


class Kind(StrEnum):
    DETECTED = "detected"
    PAGED = "paged"
    ACKNOWLEDGED = "acknowledged"
    MITIGATION = "mitigation"
    SWITCH = "switch"
    DEPLOY = "deploy"
    NOTE = "note"
    PIN = "pin"
    CORRECTION = "correction"
    FAULT = "fault"
    ACTION = "action"
    RESOLVED = "resolved"


CHANGES = (Kind.DEPLOY, Kind.SWITCH)  # what people did before it broke
FIRELINE = "fireline"
UNKNOWN = "unknown"  # the author of what nobody put a name to


@dataclass(frozen=True)
class NewEvent:
    """A fact to record. ``source`` is the part or tool that says so, ``author`` who did it.

    key: whoever posts it again, not knowing whether it arrived, gives the same one.
    """

    at: float
    kind: Kind
    text: str
    service: str | None = None
    incident: str | None = None
    author: str = FIRELINE
    source: str = "alerts"
    attributes: Mapping[str, Any] = field(default_factory=dict)
    key: str | None = None

    def words(self, language: str) -> str:
        """What it says, in this language where it was given (``attributes.text_ko``)."""
        return str(self.attributes.get(f"text_{language}") or self.text)


@dataclass(frozen=True)
class Event(NewEvent):
    id: int = 0
    recorded_at: float = 0.0


def incident_of(
    service: str | None, incidents: Sequence[Incident], dependencies: Dependencies
) -> Incident | None:
    """The open incident that an event of a service belongs to: its own, else a related one, pages first."""
    if service is None:
        return None
    related = [i for i in incidents if not i.is_resolved and dependencies.closest(service, i.services)]
    return min(related, key=lambda i: (service not in i.services, i.severity, i.started_at), default=None)


def append(connection: sa.Connection, event: NewEvent, recorded_at: float) -> Event:
    """Writes an event; there is no way to change one."""
    values = {
        "at": event.at,
        "recorded_at": recorded_at,
        "kind": event.kind.value,
        "service": event.service,
        "incident_id": event.incident,
        "author": event.author,
        "source": event.source,
        "text": event.text,
        "attributes": dict(event.attributes),
        "key": event.key,
    }
    key = connection.execute(sa.insert(table), values).inserted_primary_key
    return _event({**values, "id": key[0] if key else 0})


def of_key(connection: sa.Connection, key: str) -> Event | None:
    """The event that was recorded under this key, if there is one."""
    found = connection.execute(sa.select(table).where(table.c.key == key)).one_or_none()
    return None if found is None else _event(found._asdict())


def select(
    connection: sa.Connection,
    *,
    incident: str | None = None,
    service: str | None = None,
    since: float | None = None,
    until: float | None = None,
    kinds: Collection[Kind] = (),
    ids: Collection[int] | None = None,
    limit: int = 10_000,
) -> list[Event]:
    """Events in the order they happened: the latest ``limit`` of those that meet every condition given."""
    query = sa.select(table).order_by(table.c.at.desc(), table.c.id.desc()).limit(limit)
    if incident is not None:
        query = query.where(table.c.incident_id == incident)
    if service is not None:
        query = query.where(table.c.service == service)
    if since is not None:
        query = query.where(table.c.at >= since)
    if until is not None:
        query = query.where(table.c.at <= until)
    if kinds:
        query = query.where(table.c.kind.in_([kind.value for kind in kinds]))
    if ids is not None:
        query = query.where(table.c.id.in_(list(ids)))
    return [_event(row._asdict()) for row in reversed(connection.execute(query).all())]


def changes_before(
    connection: sa.Connection, incident: Incident, dependencies: Dependencies, lookback_seconds: float
) -> list[Event]:
    """Deploys and switches of related services, shortly before the incident began."""
    since = incident.started_at - lookback_seconds
    found = select(connection, since=since, until=incident.detected_at, kinds=CHANGES)
    return [
        event
        for event in found
        if event.incident in {None, incident.id}
        and event.service is not None
        and dependencies.closest(event.service, incident.services)
    ]


def _event(row: Mapping[str, Any]) -> Event:
    return Event(
        at=row["at"],
        kind=Kind(row["kind"]),
        text=row["text"],
        service=row["service"],
        incident=row["incident_id"],
        author=row["author"],
        source=row["source"],
        attributes=shown(row["attributes"]),
        key=row["key"],
        id=row["id"],
        recorded_at=row["recorded_at"],
    )
