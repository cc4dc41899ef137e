"""What a Prometheus is asked beside queries: its metrics' names and types, and its rules."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Protocol

import orjson
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from alerts.check.observe import retention_seconds
from collector.errors import NoPrometheusError, QueryError
from collector.plain_text import plain_line
from collector.remote import RemoteQuerier
from collector.series import Sample, Series

RECENT_SECONDS = 3600.0
_MOST_SAID = 300
Finite = Annotated[float, Field(allow_inf_nan=False, ge=0)]


class _Rule(BaseModel):
    """What is read of a rule; whatever else an engine says of it may have any shape."""

    type: str | None = None
    name: str | None = None
    query: str | None = None
    duration: Finite | None = None
    labels: dict[str, str] | None = None
    last_error: str | None = Field(None, alias="lastError")


class _Group(BaseModel):
    file: str | None = None
    name: str | None = None
    interval: Finite | None = None
    rules: list[_Rule] | None = None


_GROUPS = TypeAdapter(list[_Group])


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

    def retention_seconds(self) -> float | None:
        """How long samples are kept; None where the server does not say."""
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
            place = f"{self._querier.shown}/api/v1/label/__name__/values"
            raise QueryError(f"{place}: expected a list of names", kind="internal")
        return [str(name) for name in data]

    def types(self) -> Mapping[str, str]:
        try:
            data = self._get("/api/v1/metadata", [])
        except QueryError:  # not every engine that speaks PromQL has it, and nothing hangs on it
            return {}
        found = data if isinstance(data, dict) else {}
        return {name: str(said[0].get("type", "")) for name, said in found.items() if _is_told(said)}

    def rule_groups(self) -> Sequence[Mapping[str, Any]]:
        data = self._get("/api/v1/rules", [])
        groups = data.get("groups") if isinstance(data, dict) else None
        try:
            _GROUPS.validate_python(groups or [])
        except ValidationError as error:
            mistake = error.errors()[0]
            place = ".".join(str(part) for part in mistake["loc"])
            raise QueryError(
                f"{self._querier.shown}/api/v1/rules: expected groups of rules as Prometheus has them, "
                f"found another shape at {place or 'groups'}",
                kind="internal",
            ) from error
        return groups or []

    def retention_seconds(self) -> float | None:
        return retention_seconds(self._querier)

    def _get(self, path: str, pairs: Sequence[tuple[str, str]]) -> Any:  # noqa: ANN401  # JSON
        answer = self._querier.forward("GET", path, pairs)
        try:
            body = orjson.loads(answer.body)
        except orjson.JSONDecodeError as error:
            raise NoPrometheusError(f"{self._querier.shown}{path}", answer.status) from error
        if not isinstance(body, dict) or body.get("status") != "success":
            said = body.get("error") if isinstance(body, dict) else None
            why = plain_line(str(said))[:_MOST_SAID] if said else "no answer of the Prometheus API"
            raise QueryError(f"{self._querier.shown}{path}: HTTP {answer.status}: {why}")
        return body.get("data")


def _is_told(metadata: object) -> bool:
    return isinstance(metadata, list) and bool(metadata) and isinstance(metadata[0], dict)
