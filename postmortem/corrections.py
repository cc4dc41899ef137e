"""People's edits of the timeline: events of kind ``correction`` that name a row, and the original stays."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from alerts.timeline_rows import HIDES, ROW
from postmortem.evidence import Evidence
from postmortem.facts import Fact, RecordKind, from_record
from postmortem.records import Event

CORRECTION = "correction"


@dataclass(frozen=True)
class Correction:
    """The last word on a row. hides: it is not shown. at: when it truly was, where the event says so.

    replaced: ids of earlier corrections of the same row.
    """

    event: Event
    hides: bool
    at: Fact | None = None
    replaced: tuple[int, ...] = ()


def correct(rows: Collection[str], evidence: Evidence) -> Mapping[str, Correction]:
    """The last correction of each of these rows, by the row's id; those of unknown rows are left out."""
    found: dict[str, Correction] = {}
    for event in sorted(evidence.events, key=lambda event: event.id):
        target = target_of(event)
        if target is None or target not in rows:
            continue
        made = Correction(event, HIDES in event.attributes, _moment(event, evidence))
        earlier = found.get(target)
        found[target] = (
            made if earlier is None else replace(made, replaced=(*earlier.replaced, earlier.event.id))
        )
    return found


def unknown_targets(rows: Collection[str], evidence: Evidence) -> tuple[Event, ...]:
    """Corrections of rows that there are not: a slip of the pen, or a row that later data took away."""
    targets = ((event, target_of(event)) for event in evidence.events)
    return tuple(event for event, target in targets if target is not None and target not in rows)


def target_of(event: Event) -> str | None:
    """The id of the row that a correction names; None of one that adds a row, and of other events."""
    if event.kind != CORRECTION:
        return None
    named = event.attributes.get(HIDES, event.attributes.get(ROW))
    return named if isinstance(named, str) else None


def _moment(event: Event, evidence: Evidence) -> Fact | None:
    return from_record(evidence, RecordKind.EVENT, str(event.id), "corrected_at")
