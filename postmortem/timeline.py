"""The order of things: turning points, alerts and events, near ones of a kind as one row."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from postmortem.evidence import Evidence
from postmortem.facts import Fact, RecordKind, from_record
from postmortem.records import Alert, Event
from postmortem.turningpoints import Shift

TIED_INTERVALS = 2  # scrapes that two series may lie apart and still count as one moment
_MILESTONES = {
    "detected": "detected_at",
    "paged": "paged_at",
    "acknowledged": "acknowledged_at",
    "resolved": "resolved_at",
}


class RowKind(StrEnum):
    ONSET = "onset"
    FIRED = "fired"
    MILESTONE = "milestone"
    EVENT = "event"
    EASED = "eased"
    RECOVERED = "recovered"
    ENDED = "ended"


@dataclass(frozen=True)
class Entry:
    """One thing that happened; ``word`` is the milestone's or event's kind."""

    at: float
    kind: RowKind
    word: str = ""
    shift: Shift | None = None
    alert: Alert | None = None
    event: Event | None = None
    fact: Fact | None = None


@dataclass(frozen=True)
class Row:
    """Entries of one kind that are tied in time; ``at`` is the first one's."""

    entries: tuple[Entry, ...]

    @property
    def at(self) -> float:
        return self.entries[0].at

    @property
    def kind(self) -> RowKind:
        return self.entries[0].kind

    @property
    def word(self) -> str:
        return self.entries[0].word

    @property
    def fact(self) -> Fact | None:
        """Where ``at`` comes from."""
        return self.entries[0].fact


def build_timeline(evidence: Evidence, shifts: tuple[Shift, ...]) -> tuple[Row, ...]:
    """All rows in time order."""
    entries = [*_turns(shifts, evidence), *_alerts(evidence), *_events(evidence), *_milestones(evidence)]
    return merge_entries(entries, TIED_INTERVALS * evidence.interval_seconds)


def merge_entries(entries: Sequence[Entry], tied_seconds: float) -> tuple[Row, ...]:
    """Rows of tied entries of the same kind and word, by time, then by the order of ``RowKind``.

    Of events only switches and pages to several channels share a row: what people wrote stands alone.
    """
    order = list(RowKind)
    groups: dict[tuple[RowKind, str], list[list[Entry]]] = {}
    for entry in sorted(entries, key=lambda e: e.at):
        rows = groups.setdefault((entry.kind, entry.word), [])
        alone = entry.event is not None and entry.event.kind not in {"switch", "paged"}
        if rows and not alone and entry.at - rows[-1][0].at <= tied_seconds:
            rows[-1].append(entry)
        else:
            rows.append([entry])
    merged = [Row(tuple(row)) for rows in groups.values() for row in rows]
    return tuple(sorted(merged, key=lambda row: (row.at, order.index(row.kind))))


def _turns(shifts: tuple[Shift, ...], evidence: Evidence) -> list[Entry]:
    entries = []
    tied = TIED_INTERVALS * evidence.interval_seconds
    for shift in shifts:
        entries.append(Entry(shift.onset.value, RowKind.ONSET, shift=shift, fact=shift.onset))
        back = shift.recovered
        if shift.eased and (back is None or back.value - shift.eased.value > tied):
            entries.append(Entry(shift.eased.value, RowKind.EASED, shift=shift, fact=shift.eased))
        if back:
            entries.append(Entry(back.value, RowKind.RECOVERED, shift=shift, fact=back))
    return entries


def _alerts(evidence: Evidence) -> list[Entry]:
    def fact(number: int, field: str) -> Fact | None:
        return from_record(evidence, RecordKind.ALERT, str(number), field)

    alerts = list(enumerate(evidence.incident.alerts))
    fired = [Entry(a.starts_at, RowKind.FIRED, alert=a, fact=fact(n, "starts_at")) for n, a in alerts]
    ended = [
        Entry(alert.ends_at, RowKind.ENDED, alert=alert, fact=fact(number, "ends_at"))
        for number, alert in alerts
        if alert.ends_at is not None and alert.ends_at <= evidence.end
    ]
    return [*fired, *ended]


def _events(evidence: Evidence) -> list[Entry]:
    return [
        Entry(
            event.at,
            RowKind.MILESTONE if event.kind in _MILESTONES else RowKind.EVENT,
            event.kind,
            event=event,
            fact=from_record(evidence, RecordKind.EVENT, str(event.id), "at"),
        )
        for event in evidence.events
        if event.kind != "note" or "transition" not in event.attributes  # the alerts' own rows tell it
    ]


def _milestones(evidence: Evidence) -> list[Entry]:
    """The incident's own times, where no event tells them."""
    told = {event.kind for event in evidence.events}
    facts = {
        word: from_record(evidence, RecordKind.INCIDENT, "", field)
        for word, field in _MILESTONES.items()
        if word not in told
    }
    return [Entry(f.value, RowKind.MILESTONE, word, fact=f) for word, f in facts.items() if f is not None]
