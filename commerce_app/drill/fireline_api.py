"""What a drill asks of `fireline up` and tells it, over HTTP."""

import math
from collections.abc import Mapping
from typing import Any

import httpx

from commerce_app.drill.errors import CommandError

Json = Mapping[str, Any]


class FirelineApi:
    """Raises CommandError when Fireline does not answer, or answers with an error."""

    def __init__(self, url: str, client: httpx.Client) -> None:
        self.url = url
        self._client = client

    def is_ready(self) -> bool:
        try:
            return self._client.get(f"{self.url}/-/ready").status_code == 200
        except httpx.TransportError:
            return False

    def is_firing(self, alertname: str) -> bool:
        alerts = self._get("/api/v1/alerts")["data"]["alerts"]
        return any(a["labels"].get("alertname") == alertname and a["state"] == "firing" for a in alerts)

    def healthy_targets(self) -> int:
        targets = self._get("/api/v1/targets")["data"]["activeTargets"]
        return sum(target["health"] == "up" for target in targets)

    def incidents(self) -> list[Json]:
        return list(self._get("/api/v1/incidents"))

    def events(self, incident: str) -> list[Json]:
        return list(self._get(f"/api/v1/incidents/{incident}/events"))

    def all_events(self) -> list[Json]:
        return list(self._get("/api/v1/events"))

    def slos(self) -> list[Json]:
        return list(self._get("/api/v1/slos"))

    def resolve(self, incident: str, author: str) -> None:
        self._request(
            "POST", f"/api/v1/incidents/{incident}/resolve", json={"author": author, "source": "drill"}
        )

    def post_event(self, **event: object) -> None:
        self._request("POST", "/api/v1/events", json=event)

    def value(self, query: str) -> float | None:
        """The value of a query that gives one series, now; None when it gives none or NaN."""
        result = self._get("/api/v1/query", query=query)["data"]["result"]
        value = float(result[0]["value"][1]) if result else math.nan
        return None if math.isnan(value) else value

    def points(self, query: str, start: float, end: float, step_seconds: float) -> list[tuple[float, float]]:
        """The one series of a range query."""
        window: Json = {"start": start, "end": end, "step": step_seconds}
        result = self._get("/api/v1/query_range", query=query, **window)["data"]["result"]
        return [(float(at), float(value)) for at, value in result[0]["values"]] if result else []

    def _get(self, path: str, **parameters: Any) -> Any:  # noqa: ANN401 -- JSON
        return self._request("GET", path, params=parameters).json()

    def _request(self, method: str, path: str, **options: Any) -> httpx.Response:  # noqa: ANN401 -- httpx's own
        try:
            answer = self._client.request(method, f"{self.url}{path}", **options)
        except httpx.TransportError as error:
            raise CommandError(f"fireline up: {method} {path}: no answer ({error})") from error
        if answer.is_error:
            raise CommandError(f"fireline up: {method} {path}: {answer.status_code} {answer.text[:300]}")
        return answer
