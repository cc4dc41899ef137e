"""What the record holds of action items, as figures: how many of them are done, by when each is due."""

from alerts.action_items import ActionItem, Horizon
from alerts.charts.model import Unit
from postmortem.evidence import Evidence
from postmortem.facts import DATE, TIME, Fact, RecordKind, from_record

COUNTS = ("total", "done", "dropped")


def count_fact(evidence: Evidence, field: str, horizon: Horizon | None = None) -> Fact:
    """How many, of one horizon or of all. field: one of COUNTS; ``total`` is without dropped ones."""
    fact = from_record(
        evidence, RecordKind.ITEMS, "" if horizon is None else horizon.value, field, Unit.COUNT
    )
    assert fact is not None
    return fact


def due_fact(evidence: Evidence, item: ActionItem) -> Fact:
    """The day by which it is due, of the event that says so."""
    fact = from_record(evidence, RecordKind.EVENT, str(item.dated_by), "due", DATE)
    assert fact is not None
    return fact


def settled_fact(evidence: Evidence, item: ActionItem) -> Fact | None:
    """When it was done or dropped."""
    if item.settled_by is None:
        return None
    return from_record(evidence, RecordKind.EVENT, str(item.settled_by), "at", TIME)


def item_facts(evidence: Evidence) -> tuple[Fact, ...]:
    """All figures that a report prints of its items; none where there are no items."""
    items = evidence.items
    if not items:
        return ()
    horizons = (None, *Horizon)
    counts = [count_fact(evidence, field, horizon) for horizon in horizons for field in COUNTS]
    settled = [fact for item in items if (fact := settled_fact(evidence, item)) is not None]
    return (*counts, *(due_fact(evidence, item) for item in items), *settled)
