"""A file of incidents that people know of: what pages should have told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from alerts.backtest.stretch import Incident
from alerts.ci.casebook import FiledCase, Instant
from alerts.documents import Strict, read_document
from alerts.errors import SpecError
from collector.durations import format_duration

SAME_ONSET_SECONDS = 300.0


class _IncidentFile(Strict):
    onset: Instant
    end: Instant
    title: str


class _IncidentsFile(Strict):
    incidents: list[_IncidentFile] = Field(min_length=1)


def load_incidents(path: Path) -> list[Incident]:
    """In the order of their onsets.

    Raises:
        SpecError: for the first mistake.
    """
    document = read_document(path)
    content = document.parse(_IncidentsFile)
    for number, one in enumerate(content.incidents):
        if one.end <= one.onset:
            raise SpecError(f"{document.place}: incidents.{number}.end: expected after onset")
    found = [Incident(one.title, one.onset, one.end, over_at=one.end) for one in content.incidents]
    return sorted(found, key=lambda incident: incident.onset)


def incidents_of(cases: Sequence[FiledCase]) -> list[Incident]:
    """Of those cases that are incidents; a case says until when pages count, not when it was over."""
    return [
        Incident(one.title, one.expected.onset, one.expected.end)
        for one in cases
        if not one.expected.is_quiet
    ]


@dataclass(frozen=True)
class Known:
    """Incidents, none of them twice. notes: which were told twice, in words."""

    incidents: tuple[Incident, ...]
    notes: tuple[str, ...] = ()


def merged(incidents: Iterable[Incident]) -> Known:
    """One of those that people told twice: they overlap, and begin within five minutes of each other.

    It has the times of the first of them that is given.
    """
    kept: list[Incident] = []
    notes: list[str] = []
    for one in incidents:
        same = next((other for other in kept if _is_same(one, other)), None)
        if same is None:
            kept.append(one)
            continue
        apart = format_duration(round(abs(one.onset - same.onset)))
        onsets = "their onsets are the same" if one.onset == same.onset else f"their onsets are {apart} apart"
        notes.append(
            f"counted as one incident, with the times of the first: {same.title}; {one.title} ({onsets})"
        )
    return Known(tuple(kept), tuple(notes))


def _is_same(one: Incident, other: Incident) -> bool:
    is_near = abs(one.onset - other.onset) <= SAME_ONSET_SECONDS
    return is_near and one.onset <= other.end and other.onset <= one.end


def within(incidents: Sequence[Incident], start: float, end: float) -> tuple[Incident, ...]:
    """Those that begin within a history: of what began before, nobody knows when it paged."""
    return tuple(one for one in incidents if start <= one.onset < end)
