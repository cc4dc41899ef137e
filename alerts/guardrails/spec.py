"""Guardrails: signals without a budget that ticket when head-room is lost or they leave their baseline."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field

from alerts.documents import LONGEST_NAME, Document, Seconds, Service, Strict, Window, read_document
from alerts.errors import SpecError
from alerts.queries import checked_query
from alerts.signals import Title, Unit
from alerts.slo import WINDOW
from collector.durations import format_duration
from collector.errors import QueryError
from collector.promql.guard import QuerySize
from collector.promql.parse import parse

Direction = Literal["below", "above"]


@dataclass(frozen=True)
class Baseline:
    """The signal over an earlier, longer window, and how far it may depart: a factor or a difference."""

    over_seconds: float
    before_seconds: float
    factor: float | None
    difference: float | None

    def bound(self, earlier: float, bad: Direction) -> float:
        """How far the signal may go from where it was."""
        if self.factor is not None:
            return self.factor * earlier
        difference = self.difference or 0.0
        return earlier - difference if bad == "below" else earlier + difference


@dataclass(frozen=True)
class Guardrail:
    """bad: whether values below or above the limit (or the baseline's departure) are bad."""

    name: str
    title: Mapping[str, str]
    service: str
    query: str
    unit: Unit
    bad: Direction
    limit: float | None = None
    baseline: Baseline | None = None
    window_seconds: float = 60.0
    for_seconds: float = 0.0
    runbook_url: str = ""

    def crosses_limit(self, value: float) -> bool:
        """Whether a value is beyond the limit; False without one."""
        return self.limit is not None and self._is_beyond(value, self.limit)

    def departs(self, value: float, earlier: float) -> bool:
        """Whether a value has left the baseline, where the signal was ``earlier``; False without one."""
        if self.baseline is None:
            return False
        return self._is_beyond(value, self.baseline.bound(earlier, self.bad))

    def _is_beyond(self, value: float, bound: float) -> bool:
        return value < bound if self.bad == "below" else value > bound

    def now(self) -> str:
        """The signal as PromQL."""
        return self.query.replace(WINDOW, format_duration(self.window_seconds))

    def earlier(self, baseline: Baseline) -> str:
        """The signal over the baseline's window."""
        over, before = format_duration(baseline.over_seconds), format_duration(baseline.before_seconds)
        return self.query.replace(f"[{WINDOW}]", f"[{over}] offset {before}")


class _BaselineFile(Strict):
    over: Window
    before: Window
    factor: float | None = Field(None, gt=0, allow_inf_nan=False)
    difference: float | None = Field(None, gt=0, allow_inf_nan=False)


class _GuardrailFile(Strict):
    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=LONGEST_NAME)
    title: Title
    service: Service
    query: str
    unit: Unit
    bad: Direction
    limit: float | None = Field(None, allow_inf_nan=False)
    baseline: _BaselineFile | None = None
    window: Window = 60.0
    for_: Seconds = Field(0.0, alias="for")
    runbook_url: str = ""


class _File(Strict):
    version: Literal[1]
    guardrails: list[_GuardrailFile] = Field(min_length=1)


def is_guardrails(document: Document) -> bool:
    """Whether a document says that it is one of guardrails."""
    return "guardrails" in document.content


def load_guardrail_files(*paths: Path) -> dict[Path, list[Guardrail]]:
    """The guardrails of some files by their files.

    Raises:
        SpecError: for the first mistake, or a name that two files use.
    """
    by_file = {path: load_guardrails(path) for path in paths}
    used: dict[str, Path] = {}
    for path, guardrails in by_file.items():
        for guardrail in guardrails:
            if guardrail.name in used:
                expected = f"expected a name used once, found it in {used[guardrail.name]} too"
                raise SpecError(f"{path}: guardrails: {guardrail.name}: {expected}")
            used[guardrail.name] = path
    return by_file


def load_guardrails(path: Path) -> list[Guardrail]:
    """The guardrails of a file.

    Raises:
        SpecError: for the first mistake.
    """
    document = read_document(path)
    guardrails: dict[str, Guardrail] = {}
    for content in document.parse(_File).guardrails:
        if content.name in guardrails:
            raise SpecError(f"{document.place}: guardrails: {content.name}: expected a name used once")
        guardrails[content.name] = _guardrail(document.place, content)
    return list(guardrails.values())


def _guardrail(place: str, content: _GuardrailFile) -> Guardrail:
    key = f"guardrails: {content.name}"
    if content.limit is None and content.baseline is None:
        raise SpecError(f"{place}: {key}: expected a limit, a baseline or both")
    guardrail = Guardrail(
        name=content.name,
        title=content.title.texts(),
        service=content.service,
        query=checked_query(place, f"{key}: query", content.query),
        unit=content.unit,
        bad=content.bad,
        limit=content.limit,
        baseline=_baseline(f"{place}: {key}: baseline", content.baseline),
        window_seconds=content.window,
        for_seconds=content.for_,
        runbook_url=content.runbook_url,
    )
    _refuse_shifted_twice(f"{place}: {key}: query", guardrail)
    return guardrail


def _refuse_shifted_twice(place: str, guardrail: Guardrail) -> None:
    """A baseline shifts ranges over the window: of a subquery, what stands in it would be shifted again."""
    if guardrail.baseline is None:
        return
    expected = f"{place}: expected [{WINDOW}] without a step or an offset, as the baseline shifts it"
    if f"[{WINDOW}:" in guardrail.query:
        raise SpecError(f"{expected}, found [{WINDOW}:…]")
    try:
        parse(guardrail.earlier(guardrail.baseline), size=QuerySize(), experimental=True)
    except QueryError as error:
        raise SpecError(f"{expected}: {error}") from error


def _baseline(place: str, content: _BaselineFile | None) -> Baseline | None:
    if content is None:
        return None
    if (content.factor is None) == (content.difference is None):
        raise SpecError(f"{place}: expected either factor or difference")
    return Baseline(content.over, content.before, content.factor, content.difference)
