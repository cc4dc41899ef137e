"""The control room's pages: server-rendered, complete without a script, nothing from outside."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from alerts.api_route import read_body
from alerts.burnrate import can_fire, firing_burn_rate, firing_ratio
from alerts.charts.model import BudgetBar, Language
from alerts.charts.svg import render_budget_bar, render_chart, stylesheet
from alerts.errors import RequestError
from alerts.html_templates import html_templates
from alerts.policy import Policy, Tier
from alerts.response import Response as Responder
from alerts.signals import SignalMap
from collector.clock import Clock
from collector.durations import parse_duration
from collector.querier import Querier
from dashboards.readings import Readings, SloReading
from dashboards.web.acts import ACTS, LONGEST_AUTHOR, SOURCE, author_of
from dashboards.web.alert_groups import alert_groups
from dashboards.web.desk import IncidentDesk
from dashboards.web.figures import (
    Figures,
    Frame,
    evidence_figures,
    graph_figures,
    incident_frame,
    slo_figures,
)
from dashboards.web.headline import headline
from dashboards.web.severity import shown_severity
from dashboards.web.show import Show
from dashboards.web.timeline import timeline
from dashboards.web.words import LANGUAGES

STATIC = Path(__file__).parent / "static"
STATIC_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
WINDOWS = ("1h", "6h", "1d", "7d", "30d")
REFRESH_SECONDS = 10
GRAPH_SECONDS = 3600.0
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


@dataclass(frozen=True)
class Room:
    """What the pages stand on. ``readings`` hands out the latest look; it never queries.

    url: where the addresses of our own alerts begin.
    """

    readings: Callable[[], Readings]
    desk: IncidentDesk
    responder: Responder
    querier: Querier
    signals: SignalMap
    policies: Mapping[str, Policy]
    clock: Clock
    language: str
    zone: ZoneInfo
    remote: bool = False
    url: str = ""


@dataclass(frozen=True)
class TierRow:
    """A tier of an objective's policy, in the objective's own numbers."""

    name: str
    severity: str
    long_seconds: float
    short_seconds: float
    burn_rate: float
    ratio: float
    can_fire: bool
    recorded_seconds: float | None

    @classmethod
    def of(cls, tier: Tier, reading: SloReading) -> "TierRow":
        slo, status = reading.slo, reading.status
        limits = firing_burn_rate(tier, slo), firing_ratio(tier, slo), can_fire(tier, slo)
        recorded = None if status is None else status.recorded_seconds.get(tier.long_seconds)
        return cls(tier.name, tier.severity, tier.long_seconds, tier.short_seconds, *limits, recorded)

    @property
    def is_young(self) -> bool:
        """Whether a part of its long window is not recorded yet."""
        return self.recorded_seconds is not None and self.recorded_seconds < self.long_seconds


class Pages:
    """One method a page; plain functions, so that Starlette runs them beside the event loop."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._templates = html_templates("dashboards.web")

    def routes(self) -> list[BaseRoute]:
        """The pages, and what they load."""
        return [
            Route("/", self.overview),
            Route("/incidents", self.incidents),
            Route("/incidents/{incident_id}", self.incident),
            Route("/incidents/{incident_id}/{act}", self.act, methods=["GET", "POST"]),
            Route("/slos/{name}", self.slo),
            Route("/graph", self.graph),
            Route("/static/{file}", self.static),
        ]

    def overview(self, request: Request) -> Response:
        readings, open_incidents = self._room.readings(), self._room.desk.open()
        paging = self._room.desk.paging()
        return self._page(
            request,
            "overview",
            here="overview",
            readings=readings,
            open_incidents=open_incidents,
            head=headline(readings, open_incidents, paging),
            severity=partial(shown_severity, paging=paging),
            remote=self._room.remote,
            budget=lambda reading: _budget(reading, self._language(request)),
            as_of=readings.at,
        )

    def incidents(self, request: Request) -> Response:
        severity = partial(shown_severity, paging=self._room.desk.paging())
        incidents = self._room.desk.latest()
        return self._page(request, "incidents", here="incidents", incidents=incidents, severity=severity)

    def incident(self, request: Request) -> Response:
        case = self._room.desk.case(request.path_params["incident_id"])
        if case is None:
            return self._not_found(request)
        room, language = self._room, self._language(request)
        frame = incident_frame(case.incident, room.clock.now(), room.zone, language)
        figures = evidence_figures(room.querier, room.signals, case.incident, case.events, frame)
        return self._page(
            request,
            "incident",
            here="incidents",
            incident=case.incident,
            severity=shown_severity(case.incident, room.desk.paging()),
            entries=timeline(case.events),
            alerts=alert_groups(case.alerts),
            base_url=str(request.base_url).rstrip("/"),
            longest_author=LONGEST_AUTHOR,
            own_url=room.url,
            **_rendered(figures),
        )

    async def act(self, request: Request) -> Response:
        """A form of the incident page; whoever comes without one is led to that page."""
        incident_id, act = request.path_params["incident_id"], ACTS.get(request.path_params["act"])
        if act is None:
            return self._not_found(request)
        if request.method == "POST":
            try:
                author = await self._author(request)
                at = self._room.clock.now()
                await run_in_threadpool(act, self._room.responder, incident_id, author, SOURCE, at)
            except RequestError as error:
                title = self._show(request).say("refused")
                return self._message(request, error.status, title, str(error))
        address = f"/incidents/{quote(incident_id, safe='')}{self._query(request)}"
        return RedirectResponse(address, 303, headers=HEADERS)

    async def _author(self, request: Request) -> str:
        author = author_of(await read_body(request, "form"))
        if not author:
            raise RequestError(self._show(request).say("refused_author", n=LONGEST_AUTHOR))
        return author

    def slo(self, request: Request) -> Response:
        reading = next(
            (r for r in self._room.readings().slos if r.slo.name == request.path_params["name"]), None
        )
        if reading is None:
            return self._not_found(request)
        room, slo, at = self._room, reading.slo, self._room.clock.now()
        window = request.query_params.get("window", "")
        window = window if window in WINDOWS else "6h"
        frame = Frame(at - parse_duration(window), at, room.zone, self._language(request))
        return self._page(
            request,
            "slo",
            here="overview",
            reading=reading,
            window=window,
            windows=WINDOWS,
            tiers=[TierRow.of(tier, reading) for tier in room.policies[slo.policy].tiers],
            as_of=room.readings().at,
            **_rendered(slo_figures(room.querier, slo, frame, room.desk.latest())),
        )

    def graph(self, request: Request) -> Response:
        """Where the addresses of our alerts lead; they are Prometheus' own, ``g0.expr`` and all."""
        expression = request.query_params.get("g0.expr", "").strip()
        if not expression:
            show = self._show(request)
            return self._message(request, 400, show.say("graph"), show.say("graph_without"))
        room, at = self._room, self._room.clock.now()
        frame = Frame(at - GRAPH_SECONDS, at, room.zone, self._language(request))
        figures = graph_figures(room.querier, expression, frame)
        return self._page(request, "graph", here="", expression=expression, **_rendered(figures))

    def static(self, request: Request) -> Response:
        name = request.path_params["file"]
        if name == "charts.css":
            return Response(str(stylesheet()), media_type="text/css", headers=HEADERS)
        path = STATIC / name
        if path.suffix not in STATIC_TYPES or path.parent != STATIC or not path.is_file():
            return self._not_found(request)
        headers = {**HEADERS, "Cache-Control": "no-cache"}
        return FileResponse(path, media_type=STATIC_TYPES[path.suffix], headers=headers)

    def missing(self, request: Request, _: Exception) -> Response:
        """Any path that nothing serves: a page for people, JSON for programs."""
        if "text/html" in request.headers.get("accept", ""):
            return self._not_found(request)
        return JSONResponse({"error": f"{request.url.path}: not found"}, 404)

    def failed(self, request: Request, error: Exception) -> Response:
        """What could not be shown, and why, in one line; the log has the rest."""
        title = self._show(request).say("failed")
        return self._message(request, 500, title, str(error))

    def _not_found(self, request: Request) -> Response:
        show = self._show(request)
        return self._message(request, 404, show.say("not_found"), show.say("not_found_hint"))

    def _message(self, request: Request, status: int, title: str, text: str) -> Response:
        return self._page(request, "message", status=status, here="", title=title, text=text)

    def _page(self, request: Request, template: str, *, status: int = 200, **values: object) -> Response:
        show = self._show(request)
        other_language = "en" if show.language == "ko" else "ko"
        frame = {
            "show": show,
            "query": self._query(request),
            "other_language": other_language,
            "other_query": request.url.include_query_params(lang=other_language).query,
            "refresh_seconds": REFRESH_SECONDS if status == 200 else 0,
            "as_of": show.at,
        }
        html = self._templates.get_template(f"{template}.html.j2").render(frame | values)
        return HTMLResponse(html, status, headers=HEADERS)

    def _show(self, request: Request) -> Show:
        return Show(self._language(request), self._room.zone, self._room.clock.now())

    def _query(self, request: Request) -> str:
        """What links carry on: the language, if the reader chose one."""
        return f"?lang={asked}" if (asked := request.query_params.get("lang")) in LANGUAGES else ""

    def _language(self, request: Request) -> str:
        asked = request.query_params.get("lang", "")
        return asked if asked in LANGUAGES else self._room.language


def _budget(reading: SloReading, language: str) -> str:
    title = reading.slo.title.get(language) or reading.slo.name
    return render_budget_bar(
        BudgetBar(f"budget-{reading.slo.name}", title, reading.budget_remaining, Language(language))
    )


def _rendered(figures: Figures) -> dict[str, Any]:
    return {"charts": [render_chart(chart) for chart in figures.charts], "failures": figures.failures}
