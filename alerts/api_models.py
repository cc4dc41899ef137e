"""JSON of Fireline's own API: what comes in is checked here, what goes out is written here."""

import re
from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from alerts.attributes import checked
from alerts.errors import RequestError
from alerts.events import UNKNOWN, Event, Kind, NewEvent
from alerts.incidents import Incident
from alerts.outbox import Posting
from alerts.plain_text import PlainText, is_blank, plain_json
from alerts.receive import LANGUAGES, LATEST, parse_time
from alerts.storage_incidents import AlertRecord, firing_severity
from collector.plain_text import plain

KEY = re.compile(r"[\x21-\x7e]{1,255}")


def _moment(value: object) -> object:
    """Unix seconds as a number, or an RFC 3339 text."""
    if isinstance(value, bool):
        raise ValueError("expected Unix seconds or RFC 3339, found a boolean")  # noqa: TRY004  # pydantic reports ValueErrors only
    if not isinstance(value, str):
        return value
    moment = parse_time(value)
    if moment is None:
        raise ValueError(f'expected a time since 1970, found "{value}"')
    return moment


def _kept(attributes: dict[str, Any]) -> dict[str, Any]:
    return {plain(key): plain_json(value) for key, value in checked(attributes).items()}


def _with_author(author: str) -> str:
    """A closing without any author would count as one of Fireline's own."""
    return UNKNOWN if is_blank(author) else author


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PostedEvent(_Body):
    """``at`` is Unix seconds (or RFC 3339); now, when it is left out."""

    at: Annotated[Annotated[float, Field(ge=0, lt=LATEST)] | None, BeforeValidator(_moment)] = None
    kind: Kind
    text: Annotated[PlainText, Field(max_length=10_000)] = ""
    service: Annotated[PlainText, Field(max_length=200)] | None = None
    incident: Annotated[PlainText, Field(max_length=40)] | None = None
    author: Annotated[PlainText, Field(max_length=200), AfterValidator(_with_author)] = UNKNOWN
    source: Annotated[PlainText, Field(max_length=200)] = "api"
    attributes: Annotated[dict[str, Any], AfterValidator(_kept)] = Field(default_factory=dict)

    def fact(self, now: float, key: str | None = None) -> NewEvent:
        values = self.model_dump()
        return NewEvent(**{**values, "at": now if self.at is None else self.at, "key": key})


class Act(_Body):
    """Who acknowledges or resolves."""

    author: Annotated[PlainText, Field(min_length=1, max_length=200)] = UNKNOWN
    source: Annotated[PlainText, Field(max_length=200)] = "api"


def event_key(header: str | None) -> str | None:
    """The header ``Idempotency-Key`` of a posted event, if it has one; raises RequestError (400)."""
    if header is not None and not KEY.fullmatch(header):
        raise RequestError("Idempotency-Key: expected 1 to 255 printable ASCII characters without spaces")
    return header


def event_json(event: Event) -> dict[str, Any]:
    """An event as docs/architecture.md shows it."""
    return {
        "id": event.id,
        "at": event.at,
        "recorded_at": event.recorded_at,
        "kind": event.kind.value,
        "service": event.service,
        "incident": event.incident,
        "author": event.author,
        "source": event.source,
        "text": event.text,
        "attributes": dict(event.attributes),
    }


def incident_json(
    incident: Incident, alerts: Iterable[AlertRecord], deliveries: Iterable[Posting]
) -> dict[str, Any]:
    """An incident as docs/architecture.md shows it, and how its messages fared."""
    records = tuple(alerts)
    firing = firing_severity(records)
    return {
        "id": incident.id,
        "title": incident.title,
        "titles": {language: incident.titled(language) for language in LANGUAGES},
        "state": incident.state.value,
        "severity": incident.severity.value,
        "firing_severity": None if firing is None else firing.value,
        "services": list(incident.services),
        "started_at": incident.started_at,
        "detected_at": incident.detected_at,
        "paged_at": incident.paged_at,
        "acknowledged_at": incident.acknowledged_at,
        "resolved_at": incident.resolved_at,
        "closed_by": incident.closed_by or None,
        "alerts": [_alert_json(record) for record in records],
        "deliveries": [_delivery_json(posting) for posting in deliveries],
    }


def _alert_json(record: AlertRecord) -> dict[str, Any]:
    alert = record.alert
    return {
        "fingerprint": alert.fingerprint,
        "labels": dict(alert.labels),
        "annotations": dict(alert.annotations),
        "state": "firing" if record.firing else "resolved",
        "severity": alert.severity.value,
        "starts_at": alert.starts_at,
        "ends_at": record.ended_at,
        "generator_url": alert.generator_url,
    }


def _delivery_json(posting: Posting) -> dict[str, Any]:
    return {
        "channel": posting.notifier,
        "occasion": posting.occasion.value,
        "state": posting.state.value,
        "attempts": posting.attempts,
        "sent_at": posting.sent_at,
        "error": posting.last_error or None,
    }
