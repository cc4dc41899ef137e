"""The webhook notifier: Alertmanager's payload, version 4, for whatever takes that already."""

from typing import Any

import httpx

from alerts.errors import DeliveryError
from alerts.events import Event
from alerts.group import Occasion
from alerts.notify.message import Message, Receipt, Style, Withheld
from alerts.notify.reminder import is_settled
from alerts.receive import fingerprint, format_time
from alerts.storage_incidents import AlertRecord
from collector.http_client import HttpClient, reason_of
from collector.labels import Labels

TIMEOUT_SECONDS = 8.0
MOST_ANSWER_BYTES = 64 * 1024
NEVER = "0001-01-01T00:00:00Z"

REFUSED = frozenset({400, 413, 422})  # the message is at fault: sent again it would fail again


class WebhookNotifier:
    """POSTs every message of an incident, with all its alerts; silent while what fires is silenced."""

    name = "webhook"
    wakes_people = True
    pace_seconds = 0.2
    keeps_groups = True

    def __init__(self, url: str, receiver: str, style: Style, client: HttpClient | None = None) -> None:
        self._url = url
        self._place = f"webhook {httpx.URL(url).host}"  # the rest of a URL may be secret
        self._receiver = receiver
        self._style = style
        self._client = client or HttpClient(
            seconds=TIMEOUT_SECONDS,
            most_bytes=MOST_ANSWER_BYTES,
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    def send(self, message: Message, _receipt: Receipt | None) -> Withheld | None:
        """One POST; 2xx is delivered, and only an answer that refuses this very message is final.

        A redirect or a 404 is what a proxy says during maintenance: a page must outlive it.
        """
        is_reminder = message.occasion is Occasion.REMINDER
        if not is_reminder and _is_muted(message):
            return Withheld.MUTED
        write = reminder_payload if is_reminder else payload
        try:
            answer = self._client.send("POST", self._url, json=write(message, self._receiver, self._style))
        except httpx.HTTPError as error:
            raise DeliveryError(f"{self._place}: {reason_of(error)}", retryable=True) from error
        if not answer.is_success:
            raise self._failed(answer)
        return None

    def _failed(self, answer: httpx.Response) -> DeliveryError:
        """A 503 may be of one message or of a proxy; only 429 says that all of them are too many."""
        passing = answer.status_code not in REFUSED
        wait = answer.headers.get("retry-after", "")
        return DeliveryError(
            f"{self._place}: HTTP {answer.status_code}",
            retryable=passing,
            retry_after_seconds=float(wait) if passing and wait.isdecimal() else None,
            pauses_channel=answer.status_code == 429,
        )


def _is_muted(message: Message) -> bool:
    """Whether alerts fire and all of them are silenced: neither news nor an end."""
    firing = {record.alert.fingerprint for record in message.alerts if record.firing}
    return bool(firing) and firing <= message.silenced


def payload(message: Message, receiver: str, style: Style) -> dict[str, Any]:
    """The incident as an alert group: its id is the group's key."""
    incident = message.incident
    fires = any(record.firing for record in message.alerts)
    told = [r for r in message.alerts if not (fires and r.alert.fingerprint in message.silenced)]
    labels = [dict(record.alert.labels) for record in told]
    annotations = [dict(record.alert.annotations) for record in told]
    return {
        "version": "4",
        "groupKey": f"{{}}:{{incident={incident.id!r}}}".replace("'", '"'),
        "truncatedAlerts": 0,
        "status": "firing" if fires else "resolved",
        "receiver": receiver,
        "groupLabels": {"incident": incident.id},
        "commonLabels": _common(labels),
        "commonAnnotations": _common(annotations),
        "externalURL": style.base_url,
        "alerts": [_alert(record) for record in told],
    }


def reminder_payload(message: Message, receiver: str, style: Style) -> dict[str, Any]:
    """An action item as an alert of its own group, which ends when the item is done or dropped."""
    incident = message.incident
    items = [_reminder(event, incident.id, style.language) for event in message.news]
    key = {"incident": incident.id, "action": items[0]["labels"]["action"]}  # a message is of one item
    return {
        "version": "4",
        "groupKey": "{}:{" + ", ".join(f'{name}="{value}"' for name, value in key.items()) + "}",
        "truncatedAlerts": 0,
        "status": "firing" if any(item["status"] == "firing" for item in items) else "resolved",
        "receiver": receiver,
        "groupLabels": key,
        "commonLabels": _common([item["labels"] for item in items]),
        "commonAnnotations": _common([item["annotations"] for item in items]),
        "externalURL": style.base_url,
        "alerts": items,
    }


def _reminder(event: Event, incident_id: str, language: str) -> dict[str, Any]:
    settled, number = is_settled(event), str(event.attributes.get("action"))
    labels = {"alertname": "ActionItem", "severity": "ticket", "incident": incident_id, "action": number}
    return {
        "status": "resolved" if settled else "firing",
        "labels": labels,
        "annotations": {"summary": event.words(language)},
        "startsAt": format_time(event.at),
        "endsAt": format_time(event.at) if settled else NEVER,
        "generatorURL": "",
        "fingerprint": fingerprint(Labels(labels)),
    }


def _alert(record: AlertRecord) -> dict[str, Any]:
    alert = record.alert
    return {
        "status": "firing" if record.firing else "resolved",
        "labels": dict(alert.labels),
        "annotations": dict(alert.annotations),
        "startsAt": format_time(alert.starts_at),
        "endsAt": NEVER if record.firing else format_time(alert.ends_at),
        "generatorURL": alert.generator_url,
        "fingerprint": alert.fingerprint,
    }


def _common(mappings: list[dict[str, str]]) -> dict[str, str]:
    if not mappings:
        return {}
    shared = set(mappings[0].items()).intersection(*(each.items() for each in mappings[1:]))
    return dict(sorted(shared))
