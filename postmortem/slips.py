"""What people recorded without effect: corrections of no row or to no time, action items for no candidate."""

import difflib
from collections.abc import Iterator

from alerts.action_items import unknown_cause
from alerts.receive import format_time
from alerts.timeline_rows import MOVES
from postmortem.causes.knowledge import load_knowledge
from postmortem.corrections import record_end, target_of, unknown_targets, without_effect
from postmortem.evidence import Evidence
from postmortem.records import Event
from postmortem.report import Report


def find_slips(report: Report) -> Iterator[str]:
    """A line for each: who recorded what, and what may be meant."""
    rows = [row.id for row in report.timeline]
    for event in unknown_targets(rows, report.evidence):
        named = target_of(event) or ""
        # Of an event's number none is near: those beside it are other events.
        near = [] if named.startswith("event:") else difflib.get_close_matches(named, rows, 1)
        meant = f"; {near[0]} is meant?" if near else ""
        yield f"event {event.id} ({event.author}) corrects nothing: no row is called {named!r}{meant}"
    yield from (_void(event, report.evidence) for event in without_effect(report.evidence))
    known = load_knowledge().ids()
    for item in report.evidence.items:
        unknown = unknown_cause(item.cause, known)
        if unknown:
            yield f"action item {item.number} ({item.added_by}): {unknown}"


def _void(event: Event, evidence: Evidence) -> str:
    who, at = f"event {event.id} ({event.author})", event.corrected_at
    if at is None:
        wanted, found = "Unix seconds or RFC 3339 with a zone", repr(str(event.attributes[MOVES])[:80])
    else:
        since, until = format_time(evidence.start), format_time(record_end(evidence))
        wanted, found = f"a time of the record, {since} to {until}", format_time(at)
    return f"{who} moves nothing: attributes.{MOVES}: expected {wanted}, found {found}"
