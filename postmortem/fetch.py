"""Reads the evidence once: Fireline's API over HTTP, metrics through a ``Querier``."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
from pydantic import TypeAdapter, ValidationError

from alerts.action_items import Change
from collector.errors import QueryError
from collector.http_client import HttpClient, reason_of
from collector.querier import Querier
from collector.redaction import without_userinfo
from postmortem.acts import ACTION_KINDS
from postmortem.answers import fetch_instant, fetch_range, fetch_subjects, probe_interval
from postmortem.errors import EvidenceError
from postmortem.evidence import UNREADABLE, Evidence, StoredSeries
from postmortem.impact.concern import concerned
from postmortem.impact.reach import find_start, holds_usual
from postmortem.impact.span import find_span
from postmortem.peaks import peak_queries
from postmortem.queries import (
    LONGEST_SECONDS,
    SYNTHETIC_PROBE,
    Window,
    choose_later,
    choose_window,
    count_queries,
    counters_of,
    history_seconds,
    later_queries,
    subject_queries,
    synthetic_query,
    widen,
)
from postmortem.records import Event, Incident, ServerSettings, SignalMap, SloRecord
from postmortem.report import Report, build_report
from postmortem.slo_titles import told_apart
from postmortem.turning_points.turns import find_shifts

LATEST = "latest"
_OURSELVES = "fireline"  # the service of alerts on Fireline itself

T = TypeVar("T")


@dataclass(frozen=True)
class Records:
    """unreadable: of events that cannot be shown, by `event:ID`, why.

    time_zone: in which the server's days begin.
    """

    incident: Incident
    events: tuple[Event, ...]
    slos: tuple[SloRecord, ...]
    signals: SignalMap
    unreadable: Mapping[str, str] = field(default_factory=dict)
    time_zone: str = "UTC"


class _UnknownError(EvidenceError):
    """Nothing is at this address."""


class FirelineApi:
    """Fireline's own endpoints of `fireline up`."""

    def __init__(self, client: HttpClient, url: str) -> None:
        self._client = client
        self._url = url.rstrip("/")
        self.address = without_userinfo(self._url)

    def incidents(self) -> list[Incident]:
        """The latest ones; older ones are reached by their id only."""
        return self._get("/api/v1/incidents", "incidents", list[Incident])

    def incident(self, name: str) -> Incident:
        """The incident with this id, or the one that started last: of Fireline itself only without another.

        Raises:
            EvidenceError: for an unknown one, with those that are known.
        """
        if name != LATEST:
            try:
                return self._get(f"/api/v1/incidents/{quote(name, safe='')}", "incident", Incident)
            except _UnknownError as error:
                raise self._unknown(name, self._by_start()) from error
        known = self._by_start()
        if not known:
            raise self._unknown(name, known)
        return next((one for one in reversed(known) if set(one.services) != {_OURSELVES}), known[-1])

    def _by_start(self) -> list[Incident]:
        return sorted(self.incidents(), key=lambda incident: incident.started_at)

    def _unknown(self, name: str, known: list[Incident]) -> EvidenceError:
        names = ", ".join(incident.id for incident in reversed(known[-10:])) or "none yet"
        return EvidenceError(f"incident {name!r}: expected one that {self.address} knows: {names}")

    def events(
        self, incident: Incident, since: float, until: float
    ) -> tuple[tuple[Event, ...], dict[str, str]]:
        """The incident's own events, and those in the window that belong to no other incident.

        Beside them what cannot be shown, by `event:ID`, and why: events are kept for good, and one that an
        older server took must not take the report along.
        """
        own = self._get(f"/api/v1/incidents/{incident.id}/events", "events", list[dict[str, Any]])
        near = self._get("/api/v1/events", "events", list[dict[str, Any]], {"since": since, "until": until})
        unclaimed = [event for event in near if not event.get("incident") or event["incident"] == incident.id]
        read = {f"{UNREADABLE}{event.get('id')}": _read_event(event) for event in [*own, *unclaimed]}
        found = [event for event in read.values() if isinstance(event, Event)]
        unreadable = {name: why for name, why in read.items() if isinstance(why, str)}
        return tuple(sorted(found, key=lambda event: (event.at, event.id))), unreadable

    def slos(self) -> tuple[SloRecord, ...]:
        return tuple(self._get("/api/v1/slos", "slos", list[SloRecord]))

    def signals(self) -> SignalMap:
        return self._get("/api/v1/signals", "signal map", SignalMap)

    def settings(self) -> ServerSettings:
        """Its language and zone; a Fireline from before it told them is no mistake."""
        try:
            return self._get("/api/v1/status/fireline", "status", ServerSettings)
        except _UnknownError:
            return ServerSettings()

    def _get(self, path: str, key: str, model: type[T], params: dict[str, Any] | None = None) -> T:
        url = f"{self.address}{path}"
        try:
            answer = self._client.send("GET", f"{self._url}{path}", params=params)
            answer.raise_for_status()
            body = answer.json()
        except httpx.HTTPStatusError as error:
            status = error.response.status_code
            raised = _UnknownError if status == HTTPStatus.NOT_FOUND else EvidenceError
            raise raised(f"{url}: expected Fireline to answer, got status {status}") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise EvidenceError(f"{url}: expected Fireline to answer: {reason_of(error)}") from error
        except (ValueError, RecursionError) as error:
            raise EvidenceError(f"{url}: expected JSON, is this the address of `fireline up`?") from error
        content = body.get(key, body) if isinstance(body, dict) else body
        try:
            return TypeAdapter(model).validate_python(content)
        except ValidationError as error:
            raise EvidenceError(f"{url}: {key}.{_mistake(error)}") from error


def _mistake(error: ValidationError) -> str:
    first = error.errors()[0]
    return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg'].lower()}"


def _read_event(event: Mapping[str, Any]) -> Event | str:
    """The event, or why it cannot be shown."""
    try:
        return Event.model_validate(event)
    except ValidationError as error:
        return _mistake(error)


def fetch_records(api: FirelineApi, name: str, at: float) -> Records:
    """Everything that is not a series."""
    incident = api.incident(name)
    since = incident.started_at - LONGEST_SECONDS
    until = (incident.resolved_at or at) + 3600.0
    events, unreadable = api.events(incident, since, until)
    return Records(incident, events, api.slos(), api.signals(), unreadable, api.settings().time_zone)


def fetch_report(
    records: Records, querier: Querier, at: float, address: str = "", quiet_seconds: float | None = None
) -> Report:
    """The series that the records call for, and the report that stands on them.

    quiet_seconds: how long objectives are kept once the impact is over; by the scrapes unless given.

    Raises:
        EvidenceError: where the metrics cannot be read at all.
    """
    try:
        evidence = fetch_evidence(records, querier, at, address)
        evidence = replace(evidence, quiet_asked_seconds=quiet_seconds)
        shifts = find_shifts(evidence)
        span = find_span(evidence, shifts)
        if span.found_end is None:
            evidence = evidence.with_series(_fetch_later(querier, evidence))
            span = find_span(evidence, shifts)
        asked = [*count_queries(evidence, span), *peak_queries(evidence, shifts)]
        counts = [fetch_instant(querier, query) for query in asked]
    except QueryError as error:
        raise EvidenceError(f"{address or 'metrics'}: expected answers to queries: {error}") from error
    return build_report(evidence.with_series([c for c in counts if c is not None]), shifts, span)


def fetch_evidence(records: Records, querier: Querier, at: float, address: str = "") -> Evidence:
    """The records with the range series of objectives and signals, from before users were hurt."""
    incident = records.incident
    until = max(incident.detected_at, min(at, incident.detected_at + 600))
    services = concerned(incident, records.slos, records.signals)
    own = [slo for slo in records.slos if slo.service in services] or records.slos
    interval = probe_interval(querier, incident.detected_at, until, counters_of(own))
    window = choose_window(incident, interval, at)
    evidence = _fetch_window(records, querier, window, at, address)
    if holds_usual(evidence):
        return evidence
    objectives = replace(records, signals=records.signals.model_copy(update={"signals": ()}))
    wide = _fetch_window(objectives, querier, widen(window, window.end - LONGEST_SECONDS), at, address)
    start = find_start(wide, history_seconds(window.interval_seconds))
    return evidence if start is None else _fetch_window(records, querier, widen(window, start), at, address)


def _fetch_window(records: Records, querier: Querier, window: Window, at: float, address: str) -> Evidence:
    incident, slos = records.incident, told_apart(records.slos)
    queries = subject_queries(incident, slos, records.signals, window.rate_window)
    series, subjects, unavailable = fetch_subjects(querier, queries, window)
    synthetic = querier.range(
        synthetic_query(window.step_seconds), window.start, window.end, window.step_seconds
    )
    period = max((slo.counted_seconds(window.end) for slo in slos), default=0.0)
    return Evidence(
        incident=incident,
        events=_concerning(records, window),
        slos=slos,
        signals=records.signals,
        subjects=tuple(subjects),
        series={s.id: s for s in series},
        start=window.start,
        end=window.end,
        fetched_at=float(at),
        interval_seconds=window.interval_seconds,
        rate_window=window.rate_window,
        address=address,
        synthetic_until=float(synthetic[0].times[-1]) if synthetic else None,
        has_synthetic_period=bool(querier.series([SYNTHETIC_PROBE], window.start - period, window.end)),
        unavailable={**records.unreadable, **unavailable},
        time_zone=records.time_zone,
    )


def _fetch_later(querier: Querier, evidence: Evidence) -> list[StoredSeries]:
    """The objectives after the window, where the incident went on."""
    window = choose_later(evidence)
    if window is None:
        return []
    return [each for query in later_queries(evidence, window) for each in fetch_range(querier, query, window)]


def _concerning(records: Records, window: Window) -> tuple[Event, ...]:
    """The incident's own events, and unclaimed ones in the window that may have to do with it.

    A service that nothing here stands on has no part in it. Where none is told a note may still be of use,
    but nobody can say that an action was taken for this incident.
    """
    services = concerned(records.incident, records.slos, records.signals)

    def concerns(event: Event) -> bool:
        if event.attributes.get("change") == Change.REMINDED:
            return False
        if event.incident == records.incident.id:
            return True
        related = event.service in services if event.service else event.kind not in ACTION_KINDS
        return related and window.start <= event.at <= window.end

    return tuple(event for event in records.events if concerns(event))
