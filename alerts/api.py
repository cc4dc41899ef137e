"""Fireline's own HTTP API: incidents, events, SLOs and signals."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool

from alerts import corrections, events, outbox
from alerts import storage_incidents as rows
from alerts.api_models import Act, PostedEvent, event_json, event_key, incident_json
from alerts.api_route import AlertsRoute, read_model
from alerts.events import Event, Kind
from alerts.incidents import Dependencies, Incident, State
from alerts.response import Response
from alerts.storage import Database
from collector.clock import Clock

STATES = {
    "open": (State.OPEN, State.ACKNOWLEDGED),
    "acknowledged": (State.ACKNOWLEDGED,),
    "resolved": (State.RESOLVED,),
}
StateName = Literal["open", "acknowledged", "resolved"]
Json = dict[str, Any]
Limit = Annotated[int, Query(ge=1, le=100_000)]
Lookback = Annotated[float, Query(ge=0, le=86_400)]


@dataclass(frozen=True)
class Sources:
    """What the API reads and acts on. The providers return what JSON can hold.

    acted: called after a change, so that its message need not wait for the next round.
    """

    database: Database
    response: Response
    dependencies: Dependencies
    clock: Clock
    slos: Callable[[], object]
    signals: Callable[[], object]
    acted: Callable[[], None]


def own_router(sources: Sources) -> APIRouter:
    """``/api/v1/{incidents,events,slos,signals}``."""
    router = APIRouter(prefix="/api/v1", route_class=AlertsRoute)
    view = _View(sources)
    router.add_api_route("/incidents", view.incidents, methods=["GET"])
    router.add_api_route("/incidents/{incident_id}", view.incident, methods=["GET"])
    router.add_api_route("/incidents/{incident_id}/events", view.timeline, methods=["GET"])
    router.add_api_route("/incidents/{incident_id}/acknowledge", view.acknowledge, methods=["POST"])
    router.add_api_route("/incidents/{incident_id}/resolve", view.resolve, methods=["POST"])
    router.add_api_route("/events", view.events, methods=["GET"])
    router.add_api_route("/events", view.record, methods=["POST"], status_code=201)
    router.add_api_route("/slos", view.slos, methods=["GET"])
    router.add_api_route("/signals", view.signals, methods=["GET"])
    return router


class _View:
    """One method for each route; plain functions, so that they run beside the event loop."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    def incidents(self, state: StateName | None = None, limit: Limit = 200) -> list[Json]:
        """Newest first. ``state=open`` means not resolved."""
        states: Sequence[State] = STATES[state] if state else ()
        with self._sources.database.read() as connection:
            return [_incident(connection, each) for each in rows.listed(connection, states, limit)]

    def incident(self, incident_id: str) -> Json:
        """One incident with its alerts and how its messages fared."""
        with self._sources.database.read() as connection:
            return _incident(connection, rows.get(connection, incident_id))

    def timeline(self, incident_id: str, before: Lookback = 0.0) -> list[Json]:
        """Its events; with ``before``, also changes of related services so many seconds earlier."""
        with self._sources.database.read() as connection:
            incident = rows.get(connection, incident_id)
            found = {event.id: event for event in events.select(connection, incident=incident_id)}
            dependencies = self._sources.dependencies
            earlier = events.changes_before(connection, incident, dependencies, before) if before else []
            found.update((event.id, event) for event in earlier)
        return [event_json(event) for event in sorted(found.values(), key=lambda event: (event.at, event.id))]

    async def acknowledge(self, incident_id: str, request: Request) -> Json:
        """Somebody has it."""
        act = await read_model(request, "acknowledge", Act)
        return await run_in_threadpool(self._acted, self._sources.response.acknowledge, incident_id, act)

    async def resolve(self, incident_id: str, request: Request) -> Json:
        """Closed by hand."""
        act = await read_model(request, "resolve", Act)
        return await run_in_threadpool(self._acted, self._sources.response.resolve, incident_id, act)

    def _acted(self, do: Callable[[str, str, str, float], object], incident_id: str, act: Act) -> Json:
        do(incident_id, act.author, act.source, self._sources.clock.now())
        self._sources.acted()
        return self.incident(incident_id)

    def events(
        self,
        since: float | None = None,
        until: float | None = None,
        incident: str | None = None,
        *,
        kind: Annotated[tuple[Kind, ...], Query()] = (),
        service: str | None = None,
        limit: Limit = 10_000,
    ) -> list[Json]:
        """Events in the order they happened, the latest ``limit`` of those asked for."""
        with self._sources.database.read() as connection:
            found = events.select(
                connection,
                incident=incident,
                since=since,
                until=until,
                kinds=kind,
                service=service,
                limit=limit,
            )
        return [event_json(event) for event in found]

    async def record(self, request: Request) -> Json:
        """Appends an event; one whose ``Idempotency-Key`` is known is answered as it was recorded.

        ``warnings`` of the answer say which row a correction names that there is not.
        """
        key = event_key(request.headers.get("idempotency-key"))
        posted = await read_model(request, "event", PostedEvent)
        return await run_in_threadpool(self._record, posted, key)

    def _record(self, posted: PostedEvent, key: str | None) -> Json:
        now = self._sources.clock.now()
        fact = posted.fact(now, key)
        corrections.named_row(fact)
        corrections.require_time(fact)
        event = self._sources.response.record(fact, now)
        self._sources.acted()
        unknown = self._unknown_row(event)
        return event_json(event) | ({"warnings": [unknown]} if unknown else {})

    def _unknown_row(self, event: Event) -> str:
        if event.kind is not Kind.CORRECTION:
            return ""
        signals = self._sources.signals()
        mapped = signals.get("signals") if isinstance(signals, dict) else ()
        subjects = corrections.Subjects(_names(mapped), _names(self._sources.slos()))
        with self._sources.database.read() as connection:
            return corrections.unknown_row(connection, event, subjects)

    def slos(self) -> object:
        """The SLOs and their status now."""
        return self._sources.slos()

    def signals(self) -> object:
        """The signal map."""
        return self._sources.signals()


def _names(listed: object) -> tuple[str, ...]:
    """Of what a provider lists, as JSON has it."""
    each = listed if isinstance(listed, list) else ()
    return tuple(str(one["name"]) for one in each if isinstance(one, dict) and "name" in one)


def _incident(connection: sa.Connection, incident: Incident) -> Json:
    alerts = rows.alerts_of(connection, incident.id)
    return incident_json(incident, alerts, outbox.select(connection, incident_id=incident.id))
