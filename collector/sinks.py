"""Alerts leave through here: what is due, in Alertmanager's v2 JSON, and the sinks that take it."""

import logging
import queue
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol
from urllib.parse import quote

import httpx
import orjson
import stamina

from collector.config_http import PLAIN_HTTP, HttpClientConfig
from collector.credentials import credentials
from collector.errors import CollectorError, RelabelError
from collector.fetch import tls_context
from collector.http_answer import AddressError
from collector.http_client import HttpClient, reason_of
from collector.labels import Labels
from collector.redaction import without_userinfo
from collector.relabel import RelabelRule, relabel
from collector.rules.state import Alert, needs_sending
from collector.rules.status import GroupStatus, RuleStatus, mark_sent

logger = logging.getLogger(__name__)

PostableAlert = Mapping[str, object]
_WAITING_BATCHES = 1_000
_ANSWER_BYTES = 64 * 1024


class AlertSink(Protocol):
    """Takes firing and resolved alerts as Alertmanager's API v2 does."""

    def send(self, alerts: Sequence[PostableAlert]) -> None:
        """Hands alerts over: labels, annotations, startsAt, endsAt, generatorURL.

        Raises:
            SinkError: where it cannot take them.
        """
        ...


@dataclass(frozen=True)
class Outgoing:
    """How alerts look outside: labels of this collector, rewriting, the address of its pages."""

    external_labels: Mapping[str, str]
    relabel: tuple[RelabelRule, ...] = ()
    external_url: str = ""
    resend_seconds: float = 60.0


def take_due(status: GroupStatus, at: float, outgoing: Outgoing) -> list[PostableAlert]:
    """The group's alerts that are to be sent at ``at``; they count as sent then."""
    taken: list[PostableAlert] = []
    lasting = 4 * max(status.group.interval_seconds, outgoing.resend_seconds)
    for rule in status.rules:
        due = [alert for alert in rule.alerts.values() if needs_sending(alert, at, outgoing.resend_seconds)]
        mark_sent(rule, [alert.labels for alert in due], at)
        taken += [
            made for alert in due if (made := _postable(rule, alert, at + lasting, outgoing)) is not None
        ]
    return taken


def _postable(rule: RuleStatus, alert: Alert, valid_until: float, outgoing: Outgoing) -> PostableAlert | None:
    labels = _relabelled({**outgoing.external_labels, **dict(alert.labels.pairs)}, outgoing.relabel)
    if labels is None:
        return None
    ends_at = valid_until if alert.resolved_at is None else alert.resolved_at
    return {
        "labels": dict(Labels(labels).pairs),
        "annotations": dict(alert.annotations),
        "startsAt": rfc3339(alert.active_at if alert.fired_at is None else alert.fired_at),
        "endsAt": rfc3339(ends_at),
        "generatorURL": f"{outgoing.external_url}/graph?g0.expr={quote(rule.rule.expr, safe='')}&g0.tab=1",
    }


def _relabelled(labels: dict[str, str], rules: Sequence[RelabelRule]) -> dict[str, str] | None:
    """Rules that cannot be applied must not silence the alert: it goes out with the labels it has."""
    try:
        return relabel(labels, rules)
    except RelabelError as error:
        logger.warning("alert_relabel_configs are not applied: %s", error)
        return labels


def rfc3339(at: float) -> str:
    """Unix seconds as Prometheus writes times in JSON, to the millisecond."""
    text = datetime.fromtimestamp(round(at * 1000) / 1000, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


class HttpAlertSink:
    """Posts to an Alertmanager. A failure is tried again until the deadline, then raised.

    url: of the Alertmanager, with its path prefix, without ``/api/v2/alerts``.

    Raises:
        ConfigError: for a secret or certificates that cannot be read.
    """

    def __init__(
        self,
        url: str,
        config: HttpClientConfig = PLAIN_HTTP,
        *,
        timeout_seconds: float = 10.0,
        deadline_seconds: float = 30.0,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.url = url.rstrip("/") + "/api/v2/alerts"
        self._deadline_seconds = deadline_seconds
        self._client = HttpClient(
            seconds=timeout_seconds,
            most_bytes=_ANSWER_BYTES,
            auth=credentials(config),
            headers={"Content-Type": "application/json"},
            verify=tls_context(config.tls),
            trust_env=False,
            transport=transport,
        )

    def send(self, alerts: Sequence[PostableAlert]) -> None:
        body = orjson.dumps(list(alerts))
        for attempt in stamina.retry_context(on=_is_retryable, timeout=self._deadline_seconds, attempts=None):
            with attempt:
                self._client.send("POST", self.url, content=body).raise_for_status()

    def close(self) -> None:
        self._client.close()


def _is_retryable(error: Exception) -> bool:
    if isinstance(error, httpx.HTTPStatusError):
        return error.response.status_code >= 500 or error.response.status_code == 429
    return isinstance(error, httpx.TransportError) and not isinstance(error, AddressError)


class AlertDispatcher:
    """Feeds one sink from a thread of its own, so that a slow sink never delays rules or other sinks.

    When a thousand batches wait, the oldest goes: what still fires is sent again within a minute.
    close: ends the sink, once nothing more is sent; none for a sink that others use too.
    """

    def __init__(self, sink: AlertSink, close: Callable[[], None] | None = None) -> None:
        self._sink = sink
        self._close = close
        self._queue: queue.Queue[Sequence[PostableAlert] | None] = queue.Queue(_WAITING_BATCHES)
        self._thread = threading.Thread(target=self._run, name="collector-alerts", daemon=True)
        self.sent = 0
        self.dropped = 0
        self.failed = 0

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout_seconds: float = 5.0) -> None:
        """Sends what waits, for at most this long."""
        if self._thread.is_alive():
            self._put(None)
            self._thread.join(timeout_seconds)
        elif self._close:
            self._close()

    def offer(self, alerts: Sequence[PostableAlert]) -> None:
        if alerts:
            self._put(alerts)

    def _put(self, item: Sequence[PostableAlert] | None) -> None:
        while True:
            try:
                self._queue.put_nowait(item)
            except queue.Full:
                self.dropped += len(self._queue.get_nowait() or ())
            else:
                return

    def _run(self) -> None:
        while (alerts := self._queue.get()) is not None:
            try:
                self._sink.send(alerts)
                self.sent += len(alerts)
            except (httpx.HTTPError, CollectorError) as error:
                self.failed += len(alerts)
                reason = reason_of(error) if isinstance(error, httpx.HTTPError) else error
                logger.error("%d alerts could not be sent%s: %s", len(alerts), _where(self._sink), reason)  # noqa: TRY400  # no bug
            except Exception:  # a sink's failure must not end the thread that pages
                self.failed += len(alerts)
                logger.exception("sending %d alerts failed", len(alerts))
        if self._close:
            self._close()


def _where(sink: AlertSink) -> str:
    return f" to {without_userinfo(sink.url)}" if isinstance(sink, HttpAlertSink) else ""


def alertmanager_urls(targets: Iterable[str], scheme: str, path_prefix: str) -> list[str]:
    """The addresses of a group of Alertmanagers."""
    return [f"{scheme}://{target}/{path_prefix.strip('/')}".rstrip("/") for target in targets]
