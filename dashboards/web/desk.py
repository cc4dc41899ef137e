"""What the pages read of incidents, from the database that alerts keeps."""

from collections.abc import Sequence
from dataclasses import dataclass

from alerts import events
from alerts import storage_incidents as rows
from alerts.errors import RequestError
from alerts.events import Event
from alerts.incidents import Incident, State
from alerts.storage import Database
from alerts.storage_incidents import AlertRecord
from collector.labels import Labels

LISTED = 100


@dataclass(frozen=True)
class CaseFile:
    """An incident with its alerts and its timeline, both in the order they happened."""

    incident: Incident
    alerts: Sequence[AlertRecord]
    events: Sequence[Event]


class IncidentDesk:
    """Each call is one consistent read."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self) -> list[Incident]:
        """Newest first."""
        with self._database.read() as connection:
            return rows.listed(connection, (State.OPEN, State.ACKNOWLEDGED))

    def firing(self) -> list[Labels]:
        """The labels of every alert that fires."""
        with self._database.read() as connection:
            return [record.alert.labels for record in rows.firing_alerts(connection)]

    def paging(self) -> frozenset[str]:
        """The ids of incidents of which a page fires."""
        with self._database.read() as connection:
            return rows.paging(connection)

    def latest(self) -> list[Incident]:
        """Of every state, newest first."""
        with self._database.read() as connection:
            return rows.listed(connection, limit=LISTED)

    def case(self, incident_id: str) -> CaseFile | None:
        """None when there is no such incident."""
        with self._database.read() as connection:
            try:
                incident = rows.get(connection, incident_id)
            except RequestError:
                return None
            timeline = events.select(connection, incident=incident_id)
            return CaseFile(incident, rows.alerts_of(connection, incident_id), timeline)
