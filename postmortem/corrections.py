"""People's edits of the timeline: events of kind ``correction`` that name a row, and the original stays."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from alerts.timeline_rows import END, HIDES, MOVES, ROW, START, RowKind
from postmortem.evidence import Evidence
from postmortem.facts import Fact, RecordKind, from_record
from postmortem.records import Event

CORRECTION = "correction"
START_ROW, END_ROW = (f"{RowKind.IMPACT}:{end}" for end in (START, END))


@dataclass(frozen=True)
class Correction:
    """The last word on a row.

    hides: it is not shown. at: when it truly was, where the event says so and it is a time of the record.
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
        made = Correction(event, HIDES in event.attributes, _moment(event, target, evidence))
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


def without_effect(evidence: Evidence) -> tuple[Event, ...]:
    """Corrections whose time moves nothing: it is none, or one of the impact's ends outside of the record."""

    def is_void(event: Event) -> bool:
        return MOVES in event.attributes and _moment(event, target_of(event), evidence) is None

    return tuple(event for event in evidence.events if event.kind == CORRECTION and is_void(event))


def record_end(evidence: Evidence) -> float:
    """Until when an end of the impact can be given: the window's end, or that of a longer incident."""
    resolved = evidence.incident.resolved_at
    told = evidence.fetched_at if resolved is None else min(resolved, evidence.fetched_at)
    return max(evidence.end, told)


def _moment(event: Event, row: str | None, evidence: Evidence) -> Fact | None:
    fact = from_record(evidence, RecordKind.EVENT, str(event.id), "corrected_at")
    is_end = row in {START_ROW, END_ROW}
    if fact is None or (is_end and not evidence.start <= fact.value <= record_end(evidence)):
        return None
    return fact
