"""Action items of a server, read and changed over HTTP: `alerts` keeps them."""

import hashlib
import json
from datetime import date
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
from pydantic import TypeAdapter, ValidationError

from alerts.action_items import Horizon, Status
from collector.http_client import HttpClient, reason_of
from collector.redaction import without_userinfo
from postmortem.errors import EvidenceError
from postmortem.records import Record

T = TypeVar("T")
_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL)
_MAYBE = "; it may have been recorded: `actions list` shows it, and the same command again records it once"


class Listed(Record):
    """An item as ``GET /api/v1/incidents/ID/actions`` answers it."""

    number: int
    text: str
    owner: str
    due: date
    horizon: Horizon
    status: Status
    cause: str = ""
    proof: str = ""
    said: str = ""
    settled_author: str = ""
    public: str = ""


class Added(Listed):
    """As ``POST`` answers it. warnings: what it names that the server does not know."""

    warnings: tuple[str, ...] = ()


class ActionsApi:
    """The items of one incident. They raise EvidenceError, of a refusal with the server's own words."""

    def __init__(self, client: HttpClient, url: str, incident: str) -> None:
        self._client = client
        self._path = f"/api/v1/incidents/{quote(incident, safe='')}/actions"
        self._url = url.rstrip("/")
        self._address = without_userinfo(self._url)

    def listed(self) -> tuple[Listed, ...]:
        """All of them, by number."""
        return self._parsed(TypeAdapter(tuple[Listed, ...]), self._asked("GET", ""))

    def add(self, item: dict[str, str]) -> Added:
        """As it is kept, with its number. The same item again, by the same author, is the same one."""
        said = json.dumps([self._path, item], sort_keys=True)
        key = f"action:{hashlib.sha256(said.encode()).hexdigest()}"
        return self._parsed(TypeAdapter(Added), self._asked("POST", "", item, {"Idempotency-Key": key}))

    def act(self, number: int, act: str, said: dict[str, str]) -> Listed:
        """act: change, done or drop."""
        return self._parsed(TypeAdapter(Listed), self._asked("POST", f"/{number}/{act}", said))

    def _asked(
        self,
        method: str,
        path: str,
        body: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Any:  # noqa: ANN401  JSON
        place = f"{self._address}{self._path}{path}"
        sent = {} if body is None else {"json": body, "headers": headers or {}}
        try:
            answer = self._client.send(method, f"{self._url}{self._path}{path}", **sent)
            content = answer.json()
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            maybe = _MAYBE if body is not None and not isinstance(error, _UNSENT) else ""
            raise EvidenceError(f"{place}: expected Fireline to answer: {reason_of(error)}{maybe}") from error
        except (ValueError, RecursionError) as error:
            raise EvidenceError(f"{place}: expected JSON, is this the address of `fireline up`?") from error
        if answer.is_success:
            return content
        said = content.get("error") if isinstance(content, dict) else None
        if said and answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
            raise EvidenceError(str(said))
        raise EvidenceError(f"{place}: expected Fireline to answer, got status {answer.status_code}")

    def _parsed(self, model: TypeAdapter[T], content: object) -> T:
        try:
            return model.validate_python(content)
        except ValidationError as error:
            mistake = error.errors()[0]
            place = ".".join(str(part) for part in mistake["loc"])
            raise EvidenceError(f"{self._address}{self._path}: {place}: {mistake['msg'].lower()}") from error
