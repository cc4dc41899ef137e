"""What people recorded that names what there is not: corrections of no row, action items for no candidate."""

import difflib
from collections.abc import Iterator

from alerts.action_items import unknown_cause
from postmortem.causes.knowledge import load_knowledge
from postmortem.corrections import target_of, unknown_targets
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
    known = load_knowledge().ids()
    for item in report.evidence.items:
        unknown = unknown_cause(item.cause, known)
        if unknown:
            yield f"action item {item.number} ({item.added_by}): {unknown}"
