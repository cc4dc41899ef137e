"""What a report tells people outside: when, what they felt, and which steps were taken, in no language."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from alerts.action_items import ActionItem, Status
from alerts.timeline_rows import RowKind
from postmortem.causes.kinds import SERVICE
from postmortem.causes.ranking import Ranking
from postmortem.evidence import Evidence
from postmortem.facts import Fact
from postmortem.impact.impact import SliImpact
from postmortem.impact.missed import Stretch
from postmortem.records import SloRecord
from postmortem.report import Report
from postmortem.timeline import Row
from postmortem.turning_points.turns import Shift


class StepKind(StrEnum):
    STARTED = "started"
    WORSE = "worse"
    NOTICED = "noticed"
    TAKEN = "taken"
    ACTED = "acted"
    BACK = "back"
    AGAIN = "again"
    ENDED = "ended"
    CLOSED = "closed"


class State(StrEnum):
    """How it stands at the end of the record: over, there again after an end, part of it better, or there."""

    OVER = "over"
    RELAPSED = "relapsed"
    PARTIAL = "partial"
    LASTING = "lasting"


class FeltAs(StrEnum):
    """What was out of order: requests that failed or were slow, or slices of time."""

    FAILED = "failed"
    SLOW = "slow"
    TIMES = "times"


_MILESTONES = {"detected": StepKind.NOTICED, "acknowledged": StepKind.TAKEN, "resolved": StepKind.CLOSED}
_TURNS = {RowKind.ONSET: StepKind.WORSE, RowKind.RECOVERED: StepKind.BACK}


@dataclass(frozen=True)
class Felt:
    """An objective that got worse. number: from 1, what it is called by where its title is internal.

    share: of the requests, or of the time, over the impact; peak: the worst share, at ``peak_at``.
    """

    number: int
    slo: SloRecord
    shift: Shift
    share: Fact | None

    @property
    def peak(self) -> Fact:
        return self.shift.peak

    @property
    def peak_at(self) -> Fact:
        return self.shift.peak_at

    @property
    def kind(self) -> FeltAs:
        """By what the objective counts."""
        if self.slo.slice_seconds is not None:
            return FeltAs.TIMES
        return FeltAs.FAILED if self.slo.threshold_seconds is None else FeltAs.SLOW

    def facts(self) -> tuple[Fact, ...]:
        return tuple(fact for fact in (self.share, self.peak, self.peak_at) if fact is not None)


@dataclass(frozen=True)
class Relapse:
    """What was missed after the end. begins: the first of it; ends: the last, None where that lasts."""

    begins: Fact
    ends: Fact | None
    series: frozenset[str]


@dataclass(frozen=True)
class Step:
    """felt: what it is about; none of a step that is about all of it."""

    kind: StepKind
    at: Fact
    felt: tuple[Felt, ...] = ()


@dataclass(frozen=True)
class Told:
    """What may be told; each moment is None where the record does not show it.

    is_open: nobody closed the incident yet. relapse: after ``end``. seen_until: the end of the record.
    cause: of what class the likeliest candidate is, None where there is none.
    items: the action items that somebody worded for the public, without dropped ones.
    """

    evidence: Evidence
    is_open: bool
    start: Fact | None
    end: Fact | None
    duration: Fact | None
    relapse: Relapse | None
    seen_until: Fact
    felt: tuple[Felt, ...]
    steps: tuple[Step, ...]
    cause: str | None
    items: tuple[ActionItem, ...]

    @property
    def state(self) -> State:
        """What every text for people outside goes by."""
        if self.end is not None:
            is_over = self.relapse is None or self.relapse.ends is not None
            return State.OVER if is_over else State.RELAPSED
        is_easing = any(each.shift.eased is not None for each in self.felt)
        return State.PARTIAL if is_easing else State.LASTING

    @property
    def works_since(self) -> Fact | None:
        """Since when all is well; None where it is not, at the end of the record."""
        if self.state is not State.OVER:
            return None
        return self.relapse.ends if self.relapse else self.end

    def is_missed_again(self, felt: Felt) -> bool:
        """Whether it is part of a relapse that lasts."""
        relapse = self.relapse if self.state is State.RELAPSED else None
        return relapse is not None and felt.shift.subject.series in relapse.series

    @property
    def back(self) -> Fact | None:
        """When the last of what got worse had mostly recovered; None while something has not."""
        last = {each.number: step for step in self.steps for each in step.felt}
        steps = [last.get(each.number) for each in self.felt]
        back = [step.at for step in steps if step is not None and step.kind is StepKind.BACK]
        return max(back, key=lambda at: at.value) if back and len(back) == len(steps) else None

    def facts(self) -> tuple[Fact, ...]:
        """Every figure that may be printed, once."""
        again = (self.relapse.begins, self.relapse.ends) if self.relapse else ()
        times = (self.start, self.end, self.duration, self.seen_until, *again)
        felt = [fact for each in self.felt for fact in each.facts()]
        every = (*(fact for fact in times if fact is not None), *felt, *(step.at for step in self.steps))
        return tuple({fact.id: fact for fact in every}.values())

    @property
    def numbers(self) -> dict[str, int]:
        """What each of them is called outside, by its id: from 1, which says nothing of where it is from."""
        return {fact.id: number for number, fact in enumerate(self.facts(), start=1)}


def tell(report: Report) -> Told:
    """What may leave the team."""
    impact, span = report.impact, report.impact.span
    relapse = _relapse(span.later)
    felt = tuple(_felt(number, sli) for number, sli in enumerate(_worse(report, relapse), start=1))
    return Told(
        evidence=report.evidence,
        is_open=report.evidence.incident.resolved_at is None,
        start=span.start if span.is_known else None,
        end=span.end,
        duration=impact.duration if span.is_known else None,
        relapse=relapse,
        seen_until=report.window_fact("end"),
        felt=felt,
        steps=tuple(sorted(_steps(report, felt), key=lambda step: step.at.value)),
        cause=_cause(report.ranking),
        items=tuple(one for one in report.evidence.items if one.public and one.status is not Status.DROPPED),
    )


def _cause(ranking: Ranking) -> str | None:
    """What a service stands on may be anybody's, so it is called another system."""
    if not ranking.causes or ranking.hurt is None:
        return None
    best = ranking.causes[0]
    name = best.id.partition(".")[0]
    is_below = name == SERVICE and best.part not in ranking.hurt.services
    return "dependency" if is_below else name


def _worse(report: Report, relapse: Relapse | None) -> Iterator[SliImpact]:
    """Those that got worse in the impact, or are missed again still; what came and went after it is none."""
    until = report.impact.span.ends_at(report.evidence)
    again = relapse.series if relapse else frozenset()
    for sli in report.impact.slis:
        if sli.shift is None or not sli.shift.rises:
            continue
        if sli.shift.onset.value <= until or sli.shift.subject.series in again:
            yield sli


def _relapse(later: tuple[Stretch, ...]) -> Relapse | None:
    if not later:
        return None
    first, last = later[0].begins, max(later, key=lambda each: (each.ends is None, each.last)).ends
    return Relapse(first, last, frozenset(each.subject.series for each in later if each.ends is None))


def _felt(number: int, sli: SliImpact) -> Felt:
    assert sli.shift is not None
    return Felt(number, sli.slo, sli.shift, sli.share)


def _steps(report: Report, felt: tuple[Felt, ...]) -> Iterator[Step]:
    """Rows that people hid are not told; those that they moved stand where they moved them."""
    span = report.impact.span
    onsets = {each.shift.onset.id for each in felt}
    if span.is_known and span.start.id not in onsets:
        yield Step(StepKind.STARTED, span.start)
    acts = {act.event.id for mitigation in report.mitigations for act in mitigation.acts}
    for row in report.timeline:
        if row.is_hidden or row.fact is None:
            continue
        kind, about = _kind(row, acts), _about(row, felt)
        if kind is not None and (about or row.kind not in _TURNS):
            yield Step(kind, _moment(row, about) or row.fact, about)
    if span.end is not None:
        yield Step(StepKind.ENDED, span.end)
    if (relapse := _relapse(span.later)) is not None:
        yield Step(StepKind.AGAIN, relapse.begins)
        if relapse.ends is not None:
            yield Step(StepKind.ENDED, relapse.ends)


def _kind(row: Row, acts: set[int]) -> StepKind | None:
    if row.kind is RowKind.MILESTONE:
        return _MILESTONES.get(row.word)
    if row.kind is RowKind.EVENT:
        is_act = any(entry.event is not None and entry.event.id in acts for entry in row.entries)
        return StepKind.ACTED if is_act else None
    return _TURNS.get(row.kind)


def _about(row: Row, felt: tuple[Felt, ...]) -> tuple[Felt, ...]:
    series = {entry.subject.series for entry in row.entries if entry.subject is not None}
    return tuple(each for each in felt if each.shift.subject.series in series)


def _moment(row: Row, felt: tuple[Felt, ...]) -> Fact | None:
    """When users felt the first of it, or were rid of the last: the row may begin with something inside.

    None of a row that says its time itself: a step, and one that a person moved.
    """
    if row.correction is not None and row.correction.at is not None:
        return None
    series = {each.shift.subject.series for each in felt}
    own = [
        entry.fact for entry in row.entries if entry.subject is not None and entry.subject.series in series
    ]
    return (own[-1] if row.kind is RowKind.RECOVERED else own[0]) if own else None
