"""The order of things: turning points, alerts and events, near ones of a kind as one row."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from alerts.action_items import KIND
from alerts.timeline_rows import END, START, RowKind
from postmortem.corrections import CORRECTION, Correction, correct, target_of
from postmortem.evidence import Evidence, Subject
from postmortem.facts import Fact, RecordKind, from_record, measure
from postmortem.firings import find_firings
from postmortem.impact.gaps import Gap
from postmortem.impact.span import Span
from postmortem.records import Alert, Event
from postmortem.reductions import Cut, Reduction
from postmortem.turning_points.bends import COMPANY_SECONDS, Bend, find_bends
from postmortem.turning_points.news import is_return, is_slow, is_told
from postmortem.turning_points.turns import Shift, Turn, find_turns

AGAIN = "again"  # the word of an alert that had fired in the incident before
TIED_STEPS = 2  # samples that two series may lie apart and still count as one moment
_MILESTONES = {
    "detected": "detected_at",
    "paged": "paged_at",
    "acknowledged": "acknowledged_at",
    "resolved": "resolved_at",
}


@dataclass(frozen=True)
class Entry:
    """One thing that happened; ``word`` is the milestone's or event's kind, AGAIN, or which end it is.

    level: where a series was when it had recovered, before it went on.
    about: whose series shows an end of the impact.
    """

    at: float
    kind: RowKind
    word: str = ""
    shift: Shift | None = None
    turn: Turn | None = None
    bend: Bend | None = None
    alert: Alert | None = None
    event: Event | None = None
    fact: Fact | None = None
    gap: Gap | None = None
    level: Fact | None = None
    about: Subject | None = None

    @property
    def subject(self) -> Subject | None:
        """Whose series it is, of what was measured."""
        bent = self.bend.shift if self.bend else self.shift
        about = self.gap or self.turn or bent
        return about.subject if about else None

    def facts(self) -> tuple[Fact, ...]:
        """Its time, and the levels that its text shows beyond its shift's."""
        whole = self.turn or self.bend or self.gap
        own = whole.facts() if whole else ()
        return tuple(fact for fact in (self.fact, *own, self.level) if fact is not None)


@dataclass(frozen=True)
class Row:
    """Entries of one kind that are tied in time; ``at`` is the first one's, or as corrected.

    id: what a correction calls it by: its kind and what it is of, never its time.
    """

    entries: tuple[Entry, ...]
    id: str = ""
    correction: Correction | None = None

    @property
    def at(self) -> float:
        corrected = self.correction.at if self.correction else None
        return self.entries[0].at if corrected is None else corrected.value

    @property
    def is_hidden(self) -> bool:
        return self.correction is not None and self.correction.hides

    @property
    def kind(self) -> RowKind:
        return self.entries[0].kind

    @property
    def word(self) -> str:
        return self.entries[0].word

    @property
    def fact(self) -> Fact | None:
        """Where ``at`` comes from."""
        corrected = self.correction.at if self.correction else None
        return self.entries[0].fact if corrected is None else corrected


def build_timeline(
    evidence: Evidence, shifts: tuple[Shift, ...], span: Span, gaps: tuple[Gap, ...] = ()
) -> tuple[Row, ...]:
    """All rows in time order, hidden ones among them, as people corrected them."""
    entries = [
        *_impact(span),
        *_measured(evidence, shifts),
        *(Entry(gap.last.value, RowKind.GAP, gap=gap, fact=gap.last) for gap in gaps),
        *_alerts(evidence),
        *_events(evidence),
        *_milestones(evidence),
    ]
    return corrected_rows(merge_entries(entries, TIED_STEPS * evidence.step_seconds), evidence)


def event_rows(evidence: Evidence) -> tuple[Row, ...]:
    """Those rows of the timeline that tell of events."""
    rows = merge_entries(_events(evidence), TIED_STEPS * evidence.step_seconds)
    return corrected_rows(rows, evidence)


def _impact(span: Span) -> Iterator[Entry]:
    """Its start and its end as found; where the samples show none, as people gave them."""
    ends = (
        (
            START,
            span.found_start if span.opened_by and not span.begins_earlier else None,
            span.opened_by,
            span.start_moved,
        ),
        (END, span.found_end if span.ended_by else None, span.ended_by, span.end_moved),
    )
    for word, found, subject, moved in ends:
        fact = found or (moved.correction.at if moved else None)
        if fact is not None:
            yield Entry(fact.value, RowKind.IMPACT, word, fact=fact, about=subject)


def _measured(evidence: Evidence, shifts: tuple[Shift, ...]) -> Iterator[Entry]:
    """Onsets, then of each way back what tells most: its bends, a slow turn, or halfway and recovery."""
    bends = [bend for bend in find_bends(evidence, shifts) if not bend.is_recovery]
    bent = {bend.shift.subject.series for bend in bends}
    by_series = {shift.subject.series: shift for shift in shifts}
    turns = [
        turn
        for subject in evidence.subjects
        for turn in find_turns(evidence, subject)
        if is_told(turn, by_series.get(subject.series), evidence, is_bent=subject.series in bent)
    ]
    for shift in shifts:
        yield from _shift(shift, turns, evidence, is_bent=shift.subject.series in bent)
    yield from (Entry(bend.at.value, RowKind.BEND, bend=bend, fact=bend.at) for bend in bends)
    yield from (Entry(turn.reached.value, RowKind.TURN, turn=turn, fact=turn.reached) for turn in turns)


def corrected_rows(rows: Sequence[Row], evidence: Evidence) -> tuple[Row, ...]:
    """The rows as people's corrections have them. What names a row to correct is no row itself."""
    found = correct({row.id for row in rows}, evidence)
    applied = {event.id for event in evidence.events if target_of(event) is not None}
    kept = [
        replace(row, correction=found.get(row.id))
        for row in rows
        if not any(entry.event is not None and entry.event.id in applied for entry in row.entries)
    ]
    return _in_order(kept)


def merge_entries(entries: Sequence[Entry], tied_seconds: float) -> tuple[Row, ...]:
    """Rows of tied entries of the same kind and word, by time, then by the order of ``RowKind``.

    Of events only switches and pages to several channels share a row: what people wrote stands alone.
    """
    groups: dict[tuple[RowKind, str], list[list[Entry]]] = {}
    for entry in sorted(entries, key=lambda e: e.at):
        rows = groups.setdefault((entry.kind, entry.word), [])
        alone = entry.event is not None and entry.event.kind not in {"switch", "paged"}
        tied = max(tied_seconds, COMPANY_SECONDS) if entry.kind is RowKind.BEND else tied_seconds
        if rows and not alone and entry.at - rows[-1][0].at <= tied:
            rows[-1].append(entry)
        else:
            rows.append([entry])
    found = [tuple(row) for rows in groups.values() for row in rows]
    return _in_order([Row(row, name) for row, name in zip(found, _names(found), strict=True)])


def _in_order(rows: Sequence[Row]) -> tuple[Row, ...]:
    """By time; of one moment, what led to another before it: an incident ends with its last alert."""
    order = list(RowKind)

    def place(row: Row) -> tuple[float, int]:
        is_end = row.kind is RowKind.MILESTONE and row.word == "resolved"
        return row.at, len(order) if is_end else order.index(row.kind)

    return tuple(sorted(rows, key=place))


def _names(rows: Sequence[tuple[Entry, ...]]) -> list[str]:
    """An id for each: its kind and what it is of, numbered from the second of a name on."""
    seen: Counter[str] = Counter()
    names = []
    for row in rows:
        name = min(_name(entry) for entry in row)
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name}:{seen[name]}")
    return names


def _name(entry: Entry) -> str:
    if entry.event is not None:
        return f"event:{entry.event.id}"
    if entry.subject is not None:
        return f"{entry.kind}:{entry.subject.series}"
    if entry.alert is not None:
        labels = entry.alert.labels
        about = labels.get("slo") or labels.get("guardrail") or entry.alert.name
        return ":".join([entry.kind, about, *filter(None, [labels.get("tier"), entry.word])])
    return f"{entry.kind}:{entry.word}"


def _shift(shift: Shift, turns: Sequence[Turn], evidence: Evidence, *, is_bent: bool) -> Iterator[Entry]:
    """Its onset, and how it came back, where no bend or slow turn tells that better."""
    tied = TIED_STEPS * evidence.step_seconds
    yield Entry(shift.onset.value, RowKind.ONSET, shift=shift, fact=shift.onset)
    if any(is_return(turn, shift) and is_slow(turn, evidence) for turn in turns):
        return
    back = shift.recovered
    if shift.eased and not is_bent and (back is None or back.value - shift.eased.value > tied):
        yield Entry(shift.eased.value, RowKind.EASED, shift=shift, fact=shift.eased)
    if back:
        level = _level(shift, back.value, evidence)
        yield Entry(back.value, RowKind.RECOVERED, shift=shift, fact=back, level=level)


def _level(shift: Shift, since: float, evidence: Evidence) -> Fact | None:
    """The median of a rate's window: a recovery may go on for an hour, and its row tells of that moment."""
    series = evidence.series[shift.subject.series]
    cut = Cut(Reduction.MEDIAN, since, min(since + evidence.lookback_seconds, evidence.end))
    return measure(f"{series.id}.recovered_to", series, cut, shift.subject.signal.unit)


def _alerts(evidence: Evidence) -> Iterator[Entry]:
    for firing in find_firings(evidence):
        alert, began, ended = firing.alert, firing.began, firing.ended
        if began is not None:
            word = AGAIN if firing.is_again else ""
            yield Entry(began.value, RowKind.FIRED, word, alert=alert, fact=began)
        if ended is not None:
            yield Entry(ended.value, RowKind.ENDED, alert=alert, fact=ended)


def _events(evidence: Evidence) -> list[Entry]:
    return [
        _event(event, evidence)
        for event in evidence.events
        if event.kind != KIND  # the chapter on what follows tells of action items
        and (event.kind != "note" or "transition" not in event.attributes)  # the alerts' own rows tell it
    ]


def _event(event: Event, evidence: Evidence) -> Entry:
    """A row that a person adds by a correction stands at the time that this gives it."""
    kind = RowKind.MILESTONE if event.kind in _MILESTONES else RowKind.EVENT
    added = event.kind == CORRECTION and event.corrected_at is not None
    fact = from_record(evidence, RecordKind.EVENT, str(event.id), "corrected_at" if added else "at")
    return Entry(event.at if fact is None else fact.value, kind, event.kind, event=event, fact=fact)


def _milestones(evidence: Evidence) -> list[Entry]:
    """The incident's own times, where no event tells them."""
    told = {event.kind for event in evidence.events}
    facts = {
        word: from_record(evidence, RecordKind.INCIDENT, "", field)
        for word, field in _MILESTONES.items()
        if word not in told
    }
    return [Entry(f.value, RowKind.MILESTONE, word, fact=f) for word, f in facts.items() if f is not None]
