"""What a Prometheus is asked beside queries: its metrics' names and types, and its rules."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import orjson

from collector.errors import QueryError
from collector.remote import RemoteQuerier
from collector.series import Sample, Series

RECENT_SECONDS = 3600.0


class Source(Protocol):
    """A Prometheus. Every method raises ``QueryError``."""

    def instant(self, query: str, at: float) -> list[Sample]: ...

    def range(self, query: str, start: float, end: float, step_seconds: float) -> list[Series]: ...

    def names(self, at: float) -> list[str]:
        """Names of the metrics that had samples in the hour before."""
        ...

    def types(self) -> Mapping[str, str]:
        """Types by family, such as ``counter``; empty where the server does not say."""
        ...

    def rule_groups(self) -> Sequence[Mapping[str, Any]]:
        """Groups as ``/api/v1/rules`` has them."""
        ...


class PrometheusSource:
    """Over the HTTP API of a Prometheus, or of what speaks as one."""

    def __init__(self, querier: RemoteQuerier) -> None:
        self._querier = querier
        self.instant: Callable[[str, float], list[Sample]] = querier.instant
        self.range: Callable[[str, float, float, float], list[Series]] = querier.range

    def names(self, at: float) -> list[str]:
        window = [("start", f"{at - RECENT_SECONDS:.3f}"), ("end", f"{at:.3f}")]
        data = self._get("/api/v1/label/__name__/values", window)
        if not isinstance(data, list):
            raise QueryError("/api/v1/label/__name__/values: expected a list of names", kind="internal")
        return [str(name) for name in data]

    def types(self) -> Mapping[str, str]:
        try:
            data = self._get("/api/v1/metadata", [])
        except QueryError:  # not every engine that speaks PromQL has it, and nothing hangs on it
            return {}
        found = data if isinstance(data, dict) else {}
        return {name: str(said[0].get("type", "")) for name, said in found.items() if said}

    def rule_groups(self) -> Sequence[Mapping[str, Any]]:
        data = self._get("/api/v1/rules", [])
        groups = data.get("groups") if isinstance(data, dict) else None
        return groups if isinstance(groups, list) else []

    def _get(self, path: str, pairs: Sequence[tuple[str, str]]) -> Any:  # noqa: ANN401  # JSON
        answer = self._querier.forward("GET", path, pairs)
        try:
            body = orjson.loads(answer.body)
        except orjson.JSONDecodeError as error:
            raise QueryError(
                f"{path}: expected JSON of the Prometheus API, found HTTP {answer.status}"
            ) from error
        if not isinstance(body, dict) or body.get("status") != "success":
            said = body.get("error") if isinstance(body, dict) else None
            raise QueryError(f"{path}: HTTP {answer.status}: {said or 'no answer of the Prometheus API'}")
        return body.get("data")
