"""The ``Querier`` over HTTP: any engine with Prometheus' API."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import httpx
import orjson
import stamina

from collector.config_http import PLAIN_HTTP, HttpClientConfig
from collector.credentials import credentials
from collector.errors import ConfigError, NoPrometheusError, QueryError
from collector.fetch import tls_context
from collector.http_answer import AddressError
from collector.http_client import MOST_BYTES, HttpClient, reason_of
from collector.labels import Labels
from collector.parts import in_parts
from collector.plain_text import plain_line
from collector.redaction import shown_url, without_secrets
from collector.remote_answer import (
    ShapeError,
    read_label_sets,
    read_matrix,
    read_scalar,
    read_vector,
    refuse_other_times,
    within,
)
from collector.series import Sample, Series

_MOST_SAID = 1000
_FINAL_KINDS = {"execution", "timeout", "canceled", "bad_data"}
_KINDS = _FINAL_KINDS | {"internal", "unavailable", "not_found", "not_acceptable"}
A = TypeVar("A")
T = TypeVar("T")
_RETRYABLE_STATUSES = {429, 500, 502, 503, 504}


@dataclass(frozen=True)
class Forwarded:
    """An answer of the engine as it came."""

    status: int
    body: bytes
    content_type: str


class _UnreachableError(Exception):
    """The engine did not answer, or said that it cannot now."""


class RemoteQuerier:
    """Asks a Prometheus-compatible engine. Every method raises ``QueryError``.

    url: of the engine, with its path prefix, without ``/api/v1``; ``shown`` is the one that people see.
    headers: for example a tenant id.
    timeout_seconds: for one try, from its start to the end of the answer.
    deadline_seconds: after which no other try begins.
    most_bytes: of an answer, unpacked; a longer one is refused.
    on_retry: is told why a request is going to be tried again, once for each request.

    Raises:
        ConfigError: for a secret or certificates that cannot be read.
    """

    def __init__(
        self,
        url: str,
        config: HttpClientConfig = PLAIN_HTTP,
        *,
        headers: Mapping[str, str] | None = None,
        timeout_seconds: float = 30.0,
        deadline_seconds: float = 60.0,
        on_retry: Callable[[str], None] | None = None,
        most_bytes: int = MOST_BYTES,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._on_retry = on_retry
        self.url = url.rstrip("/")
        self.shown = shown_url(self.url)
        self._deadline_seconds = deadline_seconds
        self._client = HttpClient(
            seconds=timeout_seconds,
            most_bytes=most_bytes,
            refuse_longer=True,
            auth=credentials(config),
            headers=dict(headers or {}),
            verify=tls_context(config.tls),
            follow_redirects=config.follow_redirects,
            transport=transport,
        )

    def close(self) -> None:
        self._client.close()

    def interrupt(self) -> None:
        """Ends the queries under way."""
        self._client.interrupt()

    def instant(self, query: str, at: float) -> list[Sample]:
        data = self._ask("query", [("query", query), ("time", _spelled(at))])
        match data.get("resultType"):
            case "vector":
                return self._read(read_vector, data.get("result"))
            case "scalar":
                return [self._read(read_scalar, data.get("result"))]
            case "matrix" | "string" as kind:
                needed = "a query must be Scalar or instant Vector"
                raise QueryError(f"{self.shown}: expected a vector or a scalar, found a {kind} ({needed})")
            case _:
                raise QueryError(f"{self.shown}: expected a resultType of vector or scalar", kind="internal")

    def range(self, query: str, start: float, end: float, step_seconds: float) -> list[Series]:
        def part(asked: str, first: float, last: float) -> list[Series]:
            return self._range_part(asked, first, last, step_seconds)

        return in_parts(part, query, start, end, step_seconds)

    def series(self, matchers: Sequence[str], start: float, end: float) -> list[Labels]:
        pairs = [
            *(("match[]", matcher) for matcher in matchers),
            ("start", _spelled(start)),
            ("end", _spelled(end)),
        ]
        found = self._read(read_label_sets, self._data("series", pairs))
        return sorted(found, key=lambda labels: labels.pairs)

    def raw(self, selector: str, start: float, end: float) -> list[Series]:
        """Samples as they are kept, in the closed interval; staleness markers are not among them."""
        window_ms = round((end - start) * 1000) + 1
        data = self._ask("query", [("query", f"{selector}[{window_ms}ms]"), ("time", _spelled(end))])
        found = self._read(read_matrix, data.get("result"))
        return within(found, start, end)

    def forward(self, method: str, path: str, pairs: Sequence[tuple[str, str]]) -> Forwarded:
        """Passes a request of the HTTP API on, and its answer back as it is."""
        response = self._send(method, path, pairs)
        return Forwarded(response.status_code, response.content, response.headers.get("content-type", ""))

    def _range_part(self, query: str, start: float, end: float, step_seconds: float) -> list[Series]:
        pairs = [
            ("query", query),
            ("start", _spelled(start)),
            ("end", _spelled(end)),
            ("step", _spelled(step_seconds)),
        ]
        found = self._read(read_matrix, self._ask("query_range", pairs).get("result"))
        self._read(partial(refuse_other_times, start=start, end=end, step_seconds=step_seconds), found)
        return within(found, start, end)

    def _read(self, read: Callable[[A], T], result: A) -> T:
        try:
            return read(result)
        except ShapeError as error:
            raise QueryError(f"{self.shown}: result: {error}", kind="internal") from error

    def _ask(self, path: str, pairs: Sequence[tuple[str, str]]) -> Mapping[str, Any]:
        data = self._data(path, pairs)
        if not isinstance(data, dict):
            raise QueryError(f"{self.shown}: data: expected a mapping with resultType", kind="internal")
        return data

    def _data(self, path: str, pairs: Sequence[tuple[str, str]]) -> object:
        response = self._send("POST", f"/api/v1/{path}", pairs)
        try:
            body = orjson.loads(response.content)
        except orjson.JSONDecodeError as error:
            raise NoPrometheusError(self.shown, response.status_code) from error
        if not isinstance(body, dict) or body.get("status") != "success":
            raise _refusal(self.shown, response.status_code, body)
        return body.get("data")

    def _send(self, method: str, path: str, pairs: Sequence[tuple[str, str]]) -> httpx.Response:
        given: dict[str, list[str]] = {}
        for name, value in pairs:
            given.setdefault(name, []).append(value)
        if method == "POST":
            return self._tried(lambda: self._client.send(method, self.url + path, data=given))
        return self._tried(lambda: self._client.send(method, self.url + path, params=given))

    def _tried(self, send: Callable[[], httpx.Response]) -> httpx.Response:
        """Tries again on 5xx, 429 and broken connections, until the deadline."""
        began = time.monotonic()
        try:
            for attempt in stamina.retry_context(
                on=_UnreachableError, timeout=self._deadline_seconds, attempts=None, wait_initial=0.1
            ):
                with attempt:
                    return self._told(send) if attempt.num == 1 else self._once(send)
        except _UnreachableError as error:
            waited = time.monotonic() - began
            raise QueryError(
                f"{self.shown}: {error} (tried for {waited:.0f}s)", kind="unavailable", retryable=True
            ) from error
        raise AssertionError("stamina returns or raises")

    def _told(self, send: Callable[[], httpx.Response]) -> httpx.Response:
        try:
            return self._once(send)
        except _UnreachableError as error:
            if self._on_retry is not None:
                self._on_retry(f"{self.shown}: {error}: trying again for {self._deadline_seconds:g}s")
            raise

    def _once(self, send: Callable[[], httpx.Response]) -> httpx.Response:
        try:
            response = send()
        except (AddressError, httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            reason = "expected an address" if "@" in self.url else error  # it may quote a part of a password
            raise QueryError(f"{self.shown}: {reason}", kind="bad_data") from error
        except httpx.TransportError as error:
            raise _UnreachableError(reason_of(error)) from error
        except httpx.HTTPError as error:  # an answer that no other try makes better
            raise QueryError(f"{self.shown}: {reason_of(error)}", kind="unavailable") from error
        except ConfigError as error:
            raise QueryError(str(error), kind="unavailable") from error
        if response.status_code in _RETRYABLE_STATUSES and not _is_answer(response):
            raise _UnreachableError(f"HTTP status {response.status_code}{_why(response)}")
        return response


def _why(response: httpx.Response) -> str:
    """What a server in between says of the one behind it."""
    try:
        body = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        return ""
    said = body.get("error") if isinstance(body, dict) else None
    return f": {_said(said)}" if said else ""


def _said(text: object) -> str:
    """A server's words as part of a line: no terminal obeys them, and they end."""
    line = plain_line(without_secrets(str(text)))
    return line if len(line) <= _MOST_SAID else f"{line[:_MOST_SAID]}…"


def _kind(text: object) -> str:
    return text if isinstance(text, str) and text in _KINDS else "internal"


def _is_answer(response: httpx.Response) -> bool:
    """Prometheus answers a query that timed out or is too big with 503 and JSON: asking again is no use."""
    try:
        body = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        return False
    return isinstance(body, dict) and _kind(body.get("errorType")) in _FINAL_KINDS


def _refusal(url: str, status: int, body: object) -> QueryError:
    if isinstance(body, dict) and body.get("error"):
        return QueryError(_said(body["error"]), kind=_kind(body.get("errorType")))
    return QueryError(f"{url}: HTTP status {status} without an error of the Prometheus API", kind="internal")


def _spelled(number: float) -> str:
    return f"{number:.3f}".rstrip("0").rstrip(".")
