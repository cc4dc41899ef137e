"""From when to when users were hurt: the objectives' own answer, else that of what users feel."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from postmortem.evidence import Evidence, Subject
from postmortem.facts import TIME, Fact, RecordKind, from_record, measure
from postmortem.impact.concern import felt_subjects
from postmortem.impact.missed import Bound, Stretch, find_bound, find_stretches, join_stretches
from postmortem.impact.nearest import closed_at, nearest
from postmortem.impact.reach import first_sample_at, holds_usual, missed_by_budget
from postmortem.impact.reviewed import Ends, Moved, review_ends
from postmortem.impact.unseen import begins_unseen, find_unseen
from postmortem.later import go_on
from postmortem.records import SloRecord
from postmortem.reductions import Cut, Reduction
from postmortem.turning_points.turns import Shift, Turn, find_turns


@dataclass(frozen=True)
class Span:
    """From the moment that an objective is on its way over its budget to that of all being kept again.

    start: that moment, or the first alert's start where nothing that users feel shows one (``is_measured`` is
    False then). end: the first moment from which every objective is kept for ``Evidence.quiet_seconds``, or
    None where the record does not show it. opened_by, ended_by: whose series show the two.
    turned: half way through the change that begins there, which the onsets of other signals compare with:
    they are half way, too. first_sign: the first turning point of any signal, where it is before the start.
    resting: objectives that are judged by a level of their own, as they are missed at rest.
    later: stretches of missed objectives after the end. apart: what users felt and has no part in this.
    unended: the impact's stretches, where the record does not show its end.
    unseen: objectives without samples around the alarm, where another series or the alert stands in for them.
    begins_earlier: what opens the impact is missed at the record's first sample, so it began before that.
    start_moved, end_moved: by whose correction the two are what they are, and what was found.
    """

    start: Fact
    is_measured: bool
    first_sign: Shift | None
    end: Fact | None
    opened_by: Subject | None = None
    ended_by: Subject | None = None
    turned: Fact | None = None
    by_objectives: bool = False
    resting: tuple[Bound, ...] = ()
    later: tuple[Stretch, ...] = ()
    apart: tuple[Shift, ...] = ()
    unended: tuple[Stretch, ...] = ()
    unseen: tuple[SloRecord, ...] = ()
    begins_earlier: bool = False
    start_moved: Moved | None = None
    end_moved: Moved | None = None

    @property
    def is_known(self) -> bool:
        """Whether the start is measured, or given by a person: nothing stands in for it."""
        return self.start_moved is not None or (self.is_measured and not self.begins_earlier)

    @property
    def is_at_least(self) -> bool:
        """Whether times that count from the start are longer in truth: it was before the record."""
        return self.begins_earlier and self.start_moved is None

    @property
    def found_start(self) -> Fact:
        """The start without what people corrected."""
        found = self.start_moved.found if self.start_moved else None
        return found or self.start

    @property
    def found_end(self) -> Fact | None:
        """The end without what people corrected."""
        return self.end_moved.found if self.end_moved else self.end

    def ends_at(self, evidence: Evidence) -> float:
        """The end, or that of the record while the impact lasts."""
        return self.end.value if self.end else evidence.end

    def facts(self) -> tuple[Fact, ...]:
        """Both ends, and what is said beside them."""
        levels = [fact for bound in self.resting for fact in (bound.before, bound.after)]
        again = [fact for each in (*self.later, *self.unended) for fact in (each.begins, each.ends)]
        moved = (self.start_moved, self.end_moved)
        found = [each.found for each in moved if each is not None]
        return tuple(fact for fact in (self.start, self.end, *found, *levels, *again) if fact is not None)

    @property
    def onset(self) -> Fact:
        """What an onset of another signal is compared with."""
        return self.turned or self.found_start


def find_span(evidence: Evidence, shifts: tuple[Shift, ...]) -> Span:
    """The two ends of the stretch of missed objectives that is nearest to the alarm.

    Stretches belong together if there is less than ``Evidence.quiet_seconds`` between them. Where no
    objective is missed near the alarm, what users feel in other ways decides, by its turning points; it tells
    the start, too, where an objective had no samples at the alarm and was missed when they came. What is
    missed from the record's first part on is no rest, where nothing else tells of an impact.
    """
    by_series = {shift.subject.series: shift for shift in shifts}
    joined, bounds = _missed(evidence, by_series)
    chosen = nearest(evidence, joined)
    unseen = find_unseen(evidence)
    if chosen is not None and not begins_unseen(evidence, chosen[0], unseen):
        return _span(evidence, shifts, chosen, joined, bounds, opened=chosen[0])
    turned = [by_series[s.series] for s in felt_subjects(evidence) if s.series in by_series]
    felt = join_stretches(_excursions(evidence, turned, unseen), evidence.quiet_seconds)
    instead = nearest(evidence, felt)
    if chosen is not None:
        opened = instead[0] if instead and instead[0].begins.value < chosen[0].begins.value else None
        span = _span(evidence, shifts, chosen, joined, bounds, opened=opened)
    elif instead is not None:
        span = _span(evidence, shifts, instead, felt, None, opened=instead[0])
    elif early := _missed_early(evidence):
        span = _span(evidence, shifts, early, [early], (), opened=early[0])
    else:
        span = _unmeasured(evidence, shifts)
    return replace(span, unseen=unseen)


def _missed(
    evidence: Evidence, by_series: Mapping[str, Shift]
) -> tuple[Sequence[Sequence[Stretch]], tuple[Bound, ...]]:
    """Joined stretches, and what bounds them; by the budgets alone where nothing precedes them."""
    objectives = [s for s in felt_subjects(evidence) if s.slo is not None]
    bounds = tuple(find_bound(evidence, s, by_series.get(s.series)) for s in objectives)
    missed = [
        stretch for bound in bounds for stretch in go_on(evidence, bound, find_stretches(evidence, bound))
    ]
    joined = join_stretches(missed, evidence.quiet_seconds)
    if nearest(evidence, joined) is None:
        early = _missed_early(evidence)
        if early and not _is_earlier(evidence, early[0].begins):
            return [early], ()
    return joined, bounds


def _missed_early(evidence: Evidence) -> Sequence[Stretch]:
    """What would pass for rest, as too little of the record precedes it; empty where enough does."""
    return () if holds_usual(evidence) else missed_by_budget(evidence)


def _is_earlier(evidence: Evidence, begins: Fact) -> bool:
    """Whether what is missed was so at the first sample already."""
    return begins.value <= first_sample_at(evidence)


def _excursions(evidence: Evidence, felt: Iterable[Shift], unseen: tuple[SloRecord, ...]) -> list[Stretch]:
    """Those that began before the closing, and whose beginning could be seen."""
    found = [_excursion(evidence, shift) for shift in felt if shift.onset.value < closed_at(evidence)]
    return [each for each in found if not begins_unseen(evidence, each, unseen)]


def _alert_start(evidence: Evidence) -> Fact:
    start = from_record(evidence, RecordKind.INCIDENT, "", "started_at")
    assert start is not None
    return start


def _unmeasured(evidence: Evidence, shifts: tuple[Shift, ...]) -> Span:
    resolved = from_record(evidence, RecordKind.INCIDENT, "", "resolved_at")
    ends = review_ends(evidence, _alert_start(evidence), resolved)
    at = ends.start.value
    return Span(
        start=ends.start,
        is_measured=False,
        first_sign=_first_sign(evidence, shifts, at, ()),
        end=ends.end,
        apart=_apart(evidence, shifts, at),
        start_moved=ends.start_moved,
        end_moved=ends.end_moved,
    )


def _excursion(evidence: Evidence, shift: Shift) -> Stretch:
    turn = _leading_turn(evidence, shift.subject, shift.onset.value)
    seen_until = float(evidence.series[shift.subject.series].times[-1])
    begins = turn.begins if turn and turn.begins.value < shift.onset.value else shift.onset
    return Stretch(shift.subject, begins, shift.recovered or shift.eased, seen_until)


def _leading_turn(evidence: Evidence, subject: Subject, at: float) -> Turn | None:
    """The change for the worse that is under way at a moment."""
    lookback = evidence.lookback_of(subject.slo)

    def leads(turn: Turn) -> bool:
        near = turn.reached.value + lookback
        return turn.worsens is True and turn.begins.value - lookback <= at <= near

    return next((turn for turn in find_turns(evidence, subject) if leads(turn)), None)


def _half_way(evidence: Evidence, turn: Turn) -> Fact | None:
    """As an onset is found: the first sample more than half way through the change."""
    series = evidence.series[turn.subject.series]
    half = (turn.before.value + turn.after.value) / 2
    way = Reduction.FIRST_ABOVE if turn.rises else Reduction.FIRST_BELOW
    return measure(f"{series.id}.turned", series, Cut(way, turn.begins.value, evidence.end, half), TIME)


def _span(
    evidence: Evidence,
    shifts: tuple[Shift, ...],
    chosen: Sequence[Stretch],
    joined: Sequence[Sequence[Stretch]],
    bounds: tuple[Bound, ...] | None,
    *,
    opened: Stretch | None,
) -> Span:
    """bounds: of the objectives, where they decide. opened: what shows the start, if anything does."""
    turn = _leading_turn(evidence, opened.subject, opened.begins.value) if opened else None
    start = opened.begins if opened else _alert_start(evidence)
    start = turn.begins if turn and turn.begins.value < start.value else start
    last = max(chosen, key=lambda stretch: (stretch.ends is None, stretch.last))
    ended = last.ends if _is_shown(evidence, chosen) else None
    ends = review_ends(evidence, start, ended)
    apart = _apart(evidence, shifts, ends.start.value)
    own = {stretch.subject.series for stretch in chosen}
    return Span(
        start=ends.start,
        is_measured=opened is not None,
        first_sign=_first_sign(evidence, shifts, ends.start.value, apart),
        end=ends.end,
        opened_by=opened.subject if opened else None,
        ended_by=last.subject if ended else None,
        turned=_half_way(evidence, turn) if turn else None,
        by_objectives=bounds is not None,
        resting=tuple(b for b in bounds or () if (b.before or b.after) and b.subject.series in own),
        later=_later(joined, ends),
        apart=apart,
        unended=() if ends.end else tuple(chosen),
        begins_earlier=opened is not None and _is_earlier(evidence, start),
        start_moved=ends.start_moved,
        end_moved=ends.end_moved,
    )


def _later(joined: Sequence[Sequence[Stretch]], ends: Ends) -> tuple[Stretch, ...]:
    end = ends.end
    return tuple(each for group in joined for each in group if end and each.begins.value > end.value)


def _is_shown(evidence: Evidence, chosen: Sequence[Stretch]) -> bool:
    """Whether each is seen to end and to stay so; of an incident that is closed, to the record's end."""
    ends = [stretch.ends.value for stretch in chosen if stretch.ends is not None]
    if len(ends) < len(chosen):
        return False
    is_closed = evidence.incident.resolved_at is not None
    needed = 0.0 if is_closed else evidence.quiet_seconds - evidence.interval_seconds
    return min(stretch.seen_until for stretch in chosen) - max(ends) >= needed


def _apart(evidence: Evidence, shifts: Iterable[Shift], start: float) -> tuple[Shift, ...]:
    """Of services that are not concerned, or over before the impact."""
    own = {subject.series for subject in felt_subjects(evidence)}

    def is_apart(shift: Shift) -> bool:
        if not shift.subject.is_user_facing:
            return False
        return shift.subject.series not in own or _back(shift) < start

    return tuple(shift for shift in shifts if is_apart(shift))


def _first_sign(
    evidence: Evidence, shifts: Iterable[Shift], start: float, apart: Sequence[Shift]
) -> Shift | None:
    """The earliest turning point before the start whose signal had not come back by then."""
    lasting = [s for s in shifts if s not in apart and _back(s) >= start - evidence.quiet_seconds]
    return next((shift for shift in lasting if shift.onset.value < start), None)


def _back(shift: Shift) -> float:
    back = shift.recovered or shift.eased
    return back.value if back else float("inf")
