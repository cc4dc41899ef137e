"""An incident as a case: when it truly began, how soon a page was due, from when to when pages count."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from alerts.ci.freeze import FrozenIncident
from alerts.ci.verdict import Expected
from postmortem.errors import EvidenceError
from postmortem.records import Incident
from postmortem.report import Report
from postmortem.timeline import TIED_STEPS

LEAST_SECONDS = 120.0  # as `fireline alerts freeze` asks for


class OnsetBasis(StrEnum):
    """Where an onset is from, in words."""

    GIVEN = "as given by --onset"
    CORRECTED = "as corrected in the timeline"
    MEASURED = "the impact start of the report"
    WINDOW = (
        "one query's window before the impact start of the report, since the page came within that window"
    )
    ALERT = "the start of the first alert: nothing that users feel turned"


@dataclass(frozen=True)
class Onset:
    """When an incident truly began, in Unix seconds."""

    at: float
    basis: OnsetBasis


def true_onset(report: Report, given: float | None) -> Onset:
    """As reviewed: as given, else as the row of the impact's start was corrected, else that start.

    That start may be late by the window of the queries that show it, and no page comes before what it is of.
    """
    if given is not None:
        return Onset(given, OnsetBasis.GIVEN)
    span = report.impact.span
    if span.start_moved is not None:
        return Onset(span.start.value, OnsetBasis.CORRECTED)
    start, page = span.start.value, report.evidence.incident.first_page_at
    if not span.is_measured:
        return Onset(start, OnsetBasis.ALERT)
    earliest = start - report.start_uncertainty
    if page is not None and earliest <= page < start:
        return Onset(earliest, OnsetBasis.WINDOW)
    return Onset(start, OnsetBasis.MEASURED)


def expected_of(report: Report, onset: Onset, page_within_seconds: float | None) -> Expected:
    """Pages count from where the report's samples begin to where they end.

    page_within_seconds: without it as soon as it came then and a scrape more, in whole minutes, two at least.

    Raises:
        EvidenceError: for an incident that is not over, one that began outside of the record or after its
            page, and one that never paged where nothing says how soon it should have.
    """
    evidence = report.evidence
    incident = evidence.incident
    if incident.resolved_at is None:
        raise EvidenceError(f"incident {incident.id}: expected one that is over, it is {incident.state}")
    start, end = min(evidence.analysis_start, onset.at), evidence.end
    if not evidence.start <= onset.at < end:
        window = f"{shown_time(evidence.start)} to {shown_time(end)}"
        raise EvidenceError(
            f"--onset: expected within the report's samples, {window}, found {shown_time(onset.at)}"
        )
    within = _page_within(report, onset) if page_within_seconds is None else page_within_seconds
    return Expected(start, end, onset.at, within)


def _page_within(report: Report, onset: Onset) -> float:
    incident = report.evidence.incident
    page = incident.first_page_at
    if page is None:
        raise EvidenceError(
            f"incident {incident.id}: no page rang, so nothing says how soon one was due: give --page-within"
        )
    after = page - onset.at
    if after < 0:
        raise EvidenceError(
            f"incident {incident.id}: paged {shown_time(page)}, {-after:.0f} s before the onset "
            f"({shown_time(onset.at)}, {onset.basis}): give --onset, when it truly began"
        )
    return max(LEAST_SECONDS, 60.0 * math.ceil((after + report.evidence.interval_seconds) / 60))


def doubts_about(report: Report, onset: Onset) -> tuple[str, ...]:
    """What a review should look at: an onset that would make a late page look prompt."""
    span = report.impact.span
    began = span.found_start.value
    if span.is_at_least and onset.basis is OnsetBasis.MEASURED:
        return (
            f"an objective was missed by the record's first sample, {shown_time(began)}: "
            "give --onset, when it truly began",
        )
    early = onset.at - began
    if not span.by_objectives or early <= TIED_STEPS * report.evidence.step_seconds:
        return ()
    return (
        f"an objective was missed {early:.0f} s before this onset, since {shown_time(began)}: "
        "what paged in between would look that much sooner than it was",
    )


def labels_of(incident: Incident) -> FrozenIncident:
    """What the record labels it with."""
    return FrozenIncident(incident.id, incident.severity, incident.services)


def shown_time(at: float) -> str:
    """To the second, in UTC."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
