"""The evidence that an archive holds, as it was when the report was made."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, Self

import numpy as np
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    FiniteFloat,
    ValidationError,
    WrapValidator,
    model_validator,
)

from alerts.receive import LATEST
from postmortem.errors import ArchiveError
from postmortem.evidence import LARGEST_VALUE, Evidence, StoredSeries, Subject
from postmortem.queries import RangeQuery, subject_queries
from postmortem.records import LONGEST_SECONDS, Event, Incident, SignalMap, SloRecord, known_zone

_EARLIEST = -86_400.0  # of Unix seconds that every calendar can show: a window begins before its incident
_Time = Annotated[FiniteFloat, Field(ge=_EARLIEST, le=LATEST)]
_Value = Annotated[FiniteFloat, Field(ge=-LARGEST_VALUE, le=LARGEST_VALUE)]
_Interval = Annotated[FiniteFloat, Field(gt=0, le=86_400)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Window(_Part):
    start: _Time
    end: _Time
    interval_seconds: _Interval
    rate_window: str
    quiet_asked_seconds: Annotated[FiniteFloat, Field(gt=0, le=LONGEST_SECONDS)] | None = None


class _Synthetic(_Part):
    until: _Time | None
    in_budget_period: bool


def _in_bounds(samples: object, one_by_one: Callable[[object], object]) -> object:
    """All at once, as an array of shape (n, 2); what that does not fit is told one by one."""
    try:
        found = np.array(samples, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        return one_by_one(samples)
    if found.ndim != 2 or found.shape[1] != 2:
        return one_by_one(samples)
    times, values = found.T
    is_fit = (times >= _EARLIEST) & (times <= LATEST) & (np.abs(values) <= LARGEST_VALUE)
    return found if is_fit.all() else one_by_one(samples)


class _Series(_Part):
    query: str
    start: _Time
    end: _Time
    step_seconds: Annotated[FiniteFloat, Field(ge=0, le=86_400)]
    samples: Annotated[tuple[tuple[_Time, _Value], ...], WrapValidator(_in_bounds)]

    @model_validator(mode="after")
    def _steps(self) -> Self:
        if self.start != self.end and not self.step_seconds:
            raise ValueError("expected step_seconds above 0 from a start to another end")
        return self


class _Archive(_Part):
    fetched_at: _Time
    address: str
    time_zone: Annotated[str, AfterValidator(known_zone)] = "UTC"
    window: _Window
    synthetic_history: _Synthetic
    incident: Incident
    events: tuple[Event, ...]
    slos: tuple[SloRecord, ...]
    signals: SignalMap
    unavailable: dict[str, str]
    series: dict[str, _Series]


def restore_evidence(archive: Mapping[str, Any]) -> Evidence:
    """What the report was made from.

    Raises:
        ArchiveError: for a part that cannot be what a report was made from; names it.
    """
    try:
        parts = _Archive.model_validate(archive)
    except ValidationError as error:
        mistake = error.errors()[0]
        place = ".".join(str(part) for part in mistake["loc"])
        raise ArchiveError(f"{place}: {mistake['msg'].lower()}") from error
    window = parts.window
    return Evidence(
        incident=parts.incident,
        events=parts.events,
        slos=parts.slos,
        signals=parts.signals,
        subjects=_subjects(parts),
        series={name: _restored(name, series) for name, series in parts.series.items()},
        start=window.start,
        end=window.end,
        fetched_at=parts.fetched_at,
        interval_seconds=window.interval_seconds,
        rate_window=window.rate_window,
        address=parts.address,
        synthetic_until=parts.synthetic_history.until,
        has_synthetic_period=parts.synthetic_history.in_budget_period,
        unavailable=parts.unavailable,
        time_zone=parts.time_zone,
        quiet_asked_seconds=window.quiet_asked_seconds,
    )


def _restored(name: str, series: _Series) -> StoredSeries:
    samples = np.asarray(series.samples, dtype=float).reshape(-1, 2)
    times, values = samples[:, 0].copy(), samples[:, 1].copy()
    if (np.diff(times) <= 0).any():
        raise ArchiveError(f"series.{name}.samples: expected each time after the one before")
    return StoredSeries(name, series.query, series.start, series.end, series.step_seconds, times, values)


def _subjects(parts: _Archive) -> tuple[Subject, ...]:
    """In the order in which they were asked for; a query that was answered by several series has several."""
    try:
        queries = subject_queries(parts.incident, parts.slos, parts.signals, parts.window.rate_window)
    except ValueError as error:
        raise ArchiveError(f"window.rate_window: {error}") from error
    owned = {name: _asked_by(name, series, queries) for name, series in parts.series.items()}
    return tuple(replace(q.subject, series=name) for q in queries for name, by in owned.items() if by is q)


def _asked_by(name: str, series: _Series, queries: Sequence[RangeQuery]) -> RangeQuery | None:
    """A series has its query's id, with its labels where several answered."""
    fitting = [query for query in queries if name.startswith(query.id) and series.query == query.query]
    return max(fitting, key=lambda query: len(query.id), default=None)
