"""Alertmanager's API v2, as Prometheus, vmalert and amtool speak it: status, receivers and alerts."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from alerts import silence
from alerts import storage_incidents as rows
from alerts.api_route import AlertsRoute, read_json
from alerts.api_silences import add_silence_routes
from alerts.matchers import parse_matcher
from alerts.receive import format_time
from alerts.storage import Database
from alerts.storage_incidents import AlertRecord
from collector.clock import Clock
from collector.labels import matches_all

Json = dict[str, Any]
Filters = Annotated[tuple[str, ...], Query(alias="filter")]


@dataclass(frozen=True)
class Station:
    """What Alertmanager's API stands on.

    take: takes the valid alerts of a decoded body and says what is wrong with the others.
    version, started_at: Fireline's.
    """

    database: Database
    take: Callable[[object], tuple[str, ...]]
    clock: Clock
    receivers: tuple[str, ...]
    version: str
    started_at: float


def v2_router(station: Station) -> APIRouter:
    """``/api/v2/{status,alerts,receivers,silences,silence/ID}``."""
    router = APIRouter(prefix="/api/v2", route_class=AlertsRoute)
    view = _View(station)
    router.add_api_route("/status", view.status, methods=["GET"])
    router.add_api_route("/receivers", view.receivers, methods=["GET"])
    router.add_api_route("/alerts", view.alerts, methods=["GET"])
    router.add_api_route("/alerts", view.post_alerts, methods=["POST"])
    add_silence_routes(router, station.database, station.clock)
    return router


class _View:
    def __init__(self, station: Station) -> None:
        self._station = station

    def status(self) -> Json:
        """What amtool asks for first."""
        build = dict.fromkeys(("branch", "buildDate", "buildUser", "goVersion", "revision"), "")
        return {
            "cluster": {"status": "disabled", "peers": []},
            "config": {"original": ""},
            "uptime": format_time(self._station.started_at),
            "versionInfo": {"version": self._station.version, **build},
        }

    def receivers(self) -> list[Json]:
        """The notifiers."""
        return [{"name": name} for name in self._station.receivers]

    async def post_alerts(self, request: Request) -> Response:
        """Takes the valid alerts of a list; 400 names what is wrong with the others."""
        body = await read_json(request, "alerts")
        problems = await run_in_threadpool(self._station.take, body)
        return JSONResponse("; ".join(problems), 400) if problems else Response()

    def alerts(self, filters: Filters = (), *, active: bool = True, silenced: bool = True) -> list[Json]:
        """Alerts that fire now and match every filter; nothing is inhibited, every receiver takes all."""
        at = self._station.clock.now()
        matchers = [parse_matcher(text) for text in filters]
        with self._station.database.read() as connection:
            found = rows.firing_alerts(connection)
            silences = silence.select(connection, ending_after=at)
        muted = [(record, silence.silenced_by(record.alert.labels, silences, at)) for record in found]
        return [
            self._alert(record, ids)
            for record, ids in muted
            if (silenced if ids else active)
            and record.alert.firing(at)
            and matches_all(matchers, record.alert.labels)
        ]

    def _alert(self, record: AlertRecord, silence_ids: tuple[str, ...]) -> Json:
        alert = record.alert
        return {
            "labels": dict(alert.labels),
            "annotations": dict(alert.annotations),
            "startsAt": format_time(alert.starts_at),
            "endsAt": format_time(alert.ends_at),
            "updatedAt": format_time(record.updated_at),
            "generatorURL": alert.generator_url,
            "fingerprint": alert.fingerprint,
            "receivers": self.receivers(),
            "status": {
                "state": "suppressed" if silence_ids else "active",
                "silencedBy": list(silence_ids),
                "inhibitedBy": [],
            },
        }
