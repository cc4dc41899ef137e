"""The impact's two ends and other moments as people corrected them; what was found stays beside them."""

from collections.abc import Collection
from dataclasses import dataclass

from postmortem.corrections import END_ROW, START_ROW, Correction, correct
from postmortem.evidence import Evidence
from postmortem.facts import Fact, RecordKind, from_record


@dataclass(frozen=True)
class Moved:
    """An end that a person gave another time. found: what the samples show; None where they show none."""

    correction: Correction
    found: Fact | None


@dataclass(frozen=True)
class Ends:
    """What counts as start and end, and who moved them."""

    start: Fact
    end: Fact | None
    start_moved: Moved | None = None
    end_moved: Moved | None = None


def review_ends(evidence: Evidence, start: Fact, end: Fact | None) -> Ends:
    """As corrected; as found where the corrections would leave no time between the two."""
    began, over = _timed((START_ROW,), evidence), _timed((END_ROW,), evidence)
    first, last = (began and began.at) or start, (over and over.at) or end
    if first.value >= (evidence.end if last is None else last.value):
        return Ends(start, end)
    return Ends(first, last, Moved(began, start) if began else None, Moved(over, end) if over else None)


def review_milestone(evidence: Evidence, word: str, field: str) -> Fact | None:
    """When the incident's ``field`` was, as the row of that word was corrected; None where it never was."""
    rows = {f"milestone:{word}", *(f"event:{event.id}" for event in evidence.events if event.kind == word)}
    moved = _timed(rows, evidence)
    return moved.at if moved else from_record(evidence, RecordKind.INCIDENT, "", field)


def _timed(rows: Collection[str], evidence: Evidence) -> Correction | None:
    """The last correction of these rows, if it says when they were."""
    found = [each for each in correct(rows, evidence).values() if each.at is not None and not each.hides]
    return max(found, key=lambda each: each.event.id, default=None)
