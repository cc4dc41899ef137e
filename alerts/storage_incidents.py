"""Incidents and their alerts as rows; a change checks that nobody changed the incident in between."""

import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import sqlalchemy as sa

from alerts.errors import RequestError
from alerts.incidents import Incident, State
from alerts.receive import Alert, Severity, severity_of
from alerts.storage import ConflictError
from alerts.storage_schema import alerts, incidents
from collector.labels import Labels


@dataclass(frozen=True)
class AlertRecord:
    """An alert for the time that it belonged to one incident, or to none.

    told: the incident's people heard that it fires; not so while it is silenced.
    """

    id: int
    alert: Alert
    incident_id: str | None
    firing: bool
    updated_at: float
    told: bool = True

    @property
    def ended_at(self) -> float | None:
        return None if self.firing else self.alert.ends_at


def firing_severity(records: Iterable[AlertRecord]) -> Severity | None:
    """The loudest that fires now; an incident's own severity is the worst it has been."""
    firing = {record.alert.severity for record in records if record.firing}
    return next((severity for severity in (Severity.PAGE, Severity.TICKET) if severity in firing), None)


def next_id(connection: sa.Connection, day: str) -> str:
    """The day and a number: 2025-09-03-1. Two workers that pick the same one collide on the primary key."""
    taken = connection.scalars(sa.select(incidents.c.id).where(incidents.c.id.like(f"{day}-%")))
    return f"{day}-{1 + max((int(each.rpartition('-')[2]) for each in taken), default=0)}"


def new_ids(connection: sa.Connection, day: str) -> Iterator[str]:
    """Ids for incidents that one transaction opens; what is taken is read once."""
    first = int(next_id(connection, day).rpartition("-")[2])
    return (f"{day}-{number}" for number in itertools.count(first))


def insert(connection: sa.Connection, incident: Incident) -> None:
    """Writes an incident that was just opened."""
    connection.execute(sa.insert(incidents), _columns(incident))


def update(connection: sa.Connection, incident: Incident) -> Incident:
    """Writes the incident if it still is at the version it was read at.

    Raises:
        ConflictError: when another worker was faster.
    """
    after = replace(incident, version=incident.version + 1)
    matched = connection.execute(
        sa.update(incidents)
        .where(incidents.c.id == incident.id, incidents.c.version == incident.version)
        .values(_columns(after))
    ).rowcount
    if matched != 1:
        raise ConflictError(f"incident {incident.id} is no longer at version {incident.version}")
    return after


def mark_paged(connection: sa.Connection, incident_id: str, at: float) -> None:
    """Notes the first page of an incident; later ones leave it as it is."""
    first = sa.and_(incidents.c.id == incident_id, incidents.c.paged_at.is_(None))
    values = {"paged_at": at, "version": incidents.c.version + 1}
    connection.execute(sa.update(incidents).where(first).values(values))


def mark_unrung(connection: sa.Connection, incident_id: str) -> None:
    """Takes back that a page rang: the channel kept it to itself."""
    rung = sa.and_(incidents.c.id == incident_id, incidents.c.rung.is_(True))
    values = {"rung": False, "version": incidents.c.version + 1}
    connection.execute(sa.update(incidents).where(rung).values(values))


def mark_untold(connection: sa.Connection, incident_id: str, fingerprints: Collection[str]) -> None:
    """Takes back that it was told that these alerts of the incident fire."""
    mine = sa.and_(alerts.c.incident_id == incident_id, alerts.c.fingerprint.in_(list(fingerprints)))
    connection.execute(sa.update(alerts).where(mine).values(told=False))


def find(connection: sa.Connection, incident_id: str) -> Incident | None:
    """The incident, if there is one of this id."""
    return next(iter(_incidents(connection, sa.select(incidents).where(incidents.c.id == incident_id))), None)


def get(connection: sa.Connection, incident_id: str) -> Incident:
    """The incident.

    Raises:
        RequestError: 404 when there is none of this id.
    """
    incident = find(connection, incident_id)
    if incident is None:
        raise RequestError(f"incident {incident_id} not found", status=404)
    return incident


def live(connection: sa.Connection, resolved_since: float) -> list[Incident]:
    """Incidents that are open, or were resolved at ``resolved_since`` or later."""
    condition = (incidents.c.state != State.RESOLVED.value) | (incidents.c.resolved_at >= resolved_since)
    return _incidents(connection, sa.select(incidents).where(condition))


def listed(connection: sa.Connection, states: Sequence[State] = (), limit: int = 1000) -> list[Incident]:
    """The latest incidents, newest first; of all states unless some are named."""
    query = sa.select(incidents)
    if states:
        query = query.where(incidents.c.state.in_([state.value for state in states]))
    return _incidents(
        connection, query.order_by(incidents.c.detected_at.desc(), incidents.c.id.desc()).limit(limit)
    )


def _incidents(connection: sa.Connection, query: sa.Select[Any]) -> list[Incident]:
    return [_incident(row._asdict()) for row in connection.execute(query)]


def _columns(incident: Incident) -> dict[str, Any]:
    values = {field.name: getattr(incident, field.name) for field in fields(incident)}
    return {**values, "services": list(incident.services), "severity": incident.severity.value}


def _incident(row: Mapping[str, Any]) -> Incident:
    values = {**row, "services": tuple(row["services"]), "severity": Severity(row["severity"])}
    return Incident(**{**values, "state": State(row["state"])})


def latest_alerts(connection: sa.Connection, fingerprints: Sequence[str]) -> dict[str, AlertRecord]:
    """The alerts of these fingerprints that are known, each as it was last seen, in whichever incident."""
    query = sa.select(alerts).where(alerts.c.fingerprint.in_(list(fingerprints)))
    found = _records(connection, query.order_by(alerts.c.updated_at, alerts.c.id))
    return {record.alert.fingerprint: record for record in found}


def alerts_of(connection: sa.Connection, incident_id: str) -> list[AlertRecord]:
    """The alerts of an incident, in the order they began."""
    query = sa.select(alerts).where(alerts.c.incident_id == incident_id)
    return _records(connection, query.order_by(alerts.c.starts_at, alerts.c.id))


def paged_since(connection: sa.Connection, incident_id: str, since: float) -> bool:
    """Whether a page of the incident that was told has fired since then, or still does."""
    told = sa.and_(alerts.c.incident_id == incident_id, alerts.c.told.is_(True), alerts.c.ends_at >= since)
    found = connection.execute(sa.select(alerts.c.labels).where(told))
    return any(severity_of(row.labels) is Severity.PAGE for row in found)


def firing_alerts(connection: sa.Connection) -> list[AlertRecord]:
    """Every alert that fires, in an incident or held."""
    return _records(connection, sa.select(alerts).where(alerts.c.firing.is_(True)).order_by(alerts.c.id))


def paging(connection: sa.Connection) -> frozenset[str]:
    """The ids of incidents of which a page fires."""
    pages = (record for record in firing_alerts(connection) if record.alert.severity is Severity.PAGE)
    return frozenset(record.incident_id for record in pages if record.incident_id is not None)


def run_out(connection: sa.Connection, at: float, limit: int) -> list[AlertRecord]:
    """Alerts that count as firing though their end has passed, the oldest first."""
    over = sa.and_(alerts.c.firing.is_(True), alerts.c.ends_at <= at)
    return _records(connection, sa.select(alerts).where(over).order_by(alerts.c.id).limit(limit))


def unresolved_ends(connection: sa.Connection) -> dict[str, list[float | None]]:
    """For each incident that is not resolved, when its alerts ended: None for one that fires."""
    unresolved = sa.select(incidents.c.id).where(incidents.c.state != State.RESOLVED.value)
    query = sa.select(alerts.c.incident_id, alerts.c.firing, alerts.c.ends_at)
    ends: dict[str, list[float | None]] = {}
    for row in connection.execute(query.where(alerts.c.incident_id.in_(unresolved))):
        ends.setdefault(row.incident_id, []).append(None if row.firing else row.ends_at)
    return ends


def anything_due(connection: sa.Connection, at: float) -> bool:
    """Whether an alert has run out, or an open incident has no alert left that fires."""
    run_out = sa.and_(alerts.c.firing.is_(True), alerts.c.ends_at <= at)
    # Not correlated: SQLite would look through all alerts that fire once for each incident.
    homes = sa.select(alerts.c.incident_id).where(
        alerts.c.firing.is_(True), alerts.c.incident_id.is_not(None)
    )
    quiet = sa.and_(incidents.c.state != State.RESOLVED.value, incidents.c.id.not_in(homes))
    found = sa.or_(sa.exists().where(run_out), sa.exists(sa.select(incidents.c.id).where(quiet)))
    return bool(connection.scalar(sa.select(found)))


def _records(connection: sa.Connection, query: sa.Select[Any]) -> list[AlertRecord]:
    return [_record(row._asdict()) for row in connection.execute(query)]


def save_alert(
    connection: sa.Connection,
    alert: Alert,
    incident_id: str | None,
    at: float,
    known: AlertRecord | None,
    *,
    told: bool = True,
) -> AlertRecord:
    """Writes the alert under an incident: over its row there, or its row without one, else as a new row.

    known: the alert as it was last seen, None when it never was.
    """
    values = {**_alert_values(alert, incident_id, at), "told": told}
    row_id = None if known is None else _row_of(connection, known, incident_id)
    if row_id is None:
        key = connection.execute(sa.insert(alerts), values).inserted_primary_key
        row_id = key[0] if key else 0
    else:
        connection.execute(sa.update(alerts).where(alerts.c.id == row_id), values)
    return AlertRecord(row_id, alert, incident_id, values["firing"], at, told)


def _row_of(connection: sa.Connection, known: AlertRecord, incident_id: str | None) -> int | None:
    if known.incident_id == incident_id:
        return known.id
    here = sa.or_(alerts.c.incident_id == incident_id, alerts.c.incident_id.is_(None))
    rows = sa.select(alerts.c.id).where(alerts.c.fingerprint == known.alert.fingerprint, here)
    row_id: int | None = connection.scalar(rows.order_by(alerts.c.incident_id.is_(None)).limit(1))
    return row_id


def _alert_values(alert: Alert, incident_id: str | None, at: float) -> dict[str, Any]:
    return {
        "fingerprint": alert.fingerprint,
        "incident_id": incident_id,
        "labels": dict(alert.labels),
        "annotations": dict(alert.annotations),
        "generator_url": alert.generator_url,
        "starts_at": alert.starts_at,
        "ends_at": alert.ends_at,
        "ends_by_timeout": alert.ends_by_timeout,
        "firing": alert.firing(at),
        "updated_at": at,
    }


def _record(row: Mapping[str, Any]) -> AlertRecord:
    alert = Alert(
        labels=Labels(row["labels"]),
        annotations=row["annotations"],
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        generator_url=row["generator_url"],
        ends_by_timeout=row["ends_by_timeout"],
    )
    return AlertRecord(row["id"], alert, row["incident_id"], row["firing"], row["updated_at"], row["told"])
