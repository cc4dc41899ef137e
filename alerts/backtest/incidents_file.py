"""A file of incidents that people know of: what pages should have told."""

from collections.abc import Sequence
from pathlib import Path

from pydantic import Field

from alerts.backtest.stretch import Incident
from alerts.ci.casebook import FiledCase, Instant
from alerts.documents import Strict, read_document
from alerts.errors import SpecError


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


def within(incidents: Sequence[Incident], start: float, end: float) -> tuple[Incident, ...]:
    """Those that begin within a history: of what began before, nobody knows when it paged."""
    return tuple(one for one in incidents if start <= one.onset < end)
