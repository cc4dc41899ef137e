"""How long, how many and how much: the impact, each figure with the definition that the report prints."""

from dataclasses import dataclass

from alerts.charts.model import Unit
from postmortem.evidence import Evidence, StoredSeries
from postmortem.facts import TIME, Fact, Operation, RecordKind, combine, from_record, measure
from postmortem.records import Event, SloRecord
from postmortem.reductions import Cut, Reduction
from postmortem.turningpoints import Shift

ACTIONS = ("mitigation", "switch")


@dataclass(frozen=True)
class Span:
    """From the first turning point that users feel to every objective kept again for the rest of the record.

    start: the onset, or the first alert's start where nothing turned (``is_measured`` is False then).
    first_sign: the first turning point of any signal. end: None while an objective is still missed.
    """

    start: Fact
    is_measured: bool
    first_sign: Shift | None
    end: Fact | None

    def ends_at(self, evidence: Evidence) -> float:
        """The end, or that of the record while the impact lasts."""
        return self.end.value if self.end else evidence.end


@dataclass(frozen=True)
class SliImpact:
    """Counts over the impact, and what they took of the budget of the whole period.

    objective, period: as the SLO states them.
    The impact and the period both hold the first values of counters that appeared during the impact.
    """

    slo: SloRecord
    shift: Shift | None
    objective: Fact | None
    period: Fact | None
    bad: Fact | None
    total: Fact | None
    share: Fact | None
    spent: Fact | None
    left: Fact | None

    def facts(self) -> tuple[Fact | None, ...]:
        return self.objective, self.period, self.bad, self.total, self.share, self.spent, self.left


@dataclass(frozen=True)
class Impact:
    """Delays count from the impact's start."""

    span: Span
    duration: Fact | None
    to_detect: Fact | None
    to_page: Fact | None
    to_acknowledge: Fact | None
    to_mitigate: Fact | None
    to_resolve: Fact | None
    slis: tuple[SliImpact, ...]

    def facts(self) -> tuple[Fact, ...]:
        delays = (self.to_detect, self.to_page, self.to_acknowledge, self.to_mitigate, self.to_resolve)
        counts = [f for s in self.slis for f in s.facts()]
        every = (self.span.start, self.span.end, self.duration, *delays, *counts)
        return tuple(fact for fact in every if fact is not None)


def find_span(evidence: Evidence, shifts: tuple[Shift, ...]) -> Span:
    """The impact's two ends."""
    felt = [shift for shift in shifts if shift.subject.is_user_facing]
    first_sign = shifts[0] if shifts else None
    if not felt:
        start = from_record(evidence, RecordKind.INCIDENT, "", "started_at")
        assert start is not None
        resolved = from_record(evidence, RecordKind.INCIDENT, "", "resolved_at")
        return Span(start, False, first_sign, resolved)
    start = felt[0].onset
    return Span(start, True, first_sign, _end(evidence, felt, start.value))


def assess_impact(evidence: Evidence, shifts: tuple[Shift, ...], span: Span) -> Impact:
    """The figures, from evidence that holds the counts of ``queries.count_queries``."""

    def since_start(name: str, later: Fact | None) -> Fact | None:
        return combine(f"impact.{name}", Operation.DIFFERENCE, (later, span.start), Unit.SECONDS)

    def delay(name: str, field: str) -> Fact | None:
        return since_start(name, from_record(evidence, RecordKind.INCIDENT, "", field))

    action = first_action(evidence, span)
    acted = from_record(evidence, RecordKind.EVENT, str(action.id), "at") if action else None
    return Impact(
        span=span,
        duration=since_start("duration", span.end),
        to_detect=delay("to_detect", "detected_at"),
        to_page=delay("to_page", "paged_at"),
        to_acknowledge=delay("to_acknowledge", "acknowledged_at"),
        to_mitigate=since_start("to_mitigate", acted),
        to_resolve=delay("to_resolve", "resolved_at"),
        slis=tuple(_sli(evidence, slo, shifts) for slo in evidence.slos),
    )


def actions_within(evidence: Evidence, span: Span) -> list[Event]:
    """Mitigations and switches of the impact in time order; what came after its end mitigated nothing."""
    last = span.ends_at(evidence)
    acts = [e for e in evidence.events if e.kind in ACTIONS and span.start.value <= e.at <= last]
    return sorted(acts, key=lambda event: event.at)


def first_action(evidence: Evidence, span: Span) -> Event | None:
    """The first mitigation or switch of the impact."""
    return next(iter(actions_within(evidence, span)), None)


def _end(evidence: Evidence, felt: list[Shift], start: float) -> Fact | None:
    """The last return: of objectives missed since the start, else of the signals that users feel."""
    missed = [
        (shift, evidence.series[shift.subject.series], shift.subject.slo.error_budget)
        for shift in felt
        if shift.subject.slo is not None
    ]
    returns = [
        measure(
            f"{series.id}.kept_again", series, Cut(Reduction.SETTLED_BELOW, start, evidence.end, budget), TIME
        )
        for shift, series, budget in missed
        if _was_missed(series, start, evidence.end, budget)
    ]
    if not returns:
        returns = [shift.recovered or shift.eased for shift in felt]
    known = [fact for fact in returns if fact is not None]
    return max(known, key=lambda fact: fact.value) if len(known) == len(returns) else None


def _was_missed(series: StoredSeries, start: float, end: float, budget: float) -> bool:
    return measure("", series, Cut(Reduction.FIRST_ABOVE, start, end, budget), TIME) is not None


def _sli(evidence: Evidence, slo: SloRecord, shifts: tuple[Shift, ...]) -> SliImpact:
    def count(what: str) -> Fact | None:
        series = evidence.series.get(f"slo:{slo.name}:{what}")
        if series is None:
            return None
        return measure(series.id, series, Cut(Reduction.LAST, series.start, series.end), Unit.COUNT)

    name = f"slo:{slo.name}"

    def with_born(what: str, when: str) -> Fact | None:
        counted, born = count(f"{what}:{when}"), count(f"{what}:born")
        if counted is None or born is None:
            return counted or (born if when == "impact" else None)
        return combine(f"slo:{slo.name}:{what}:{when}:whole", Operation.SUM, (counted, born), Unit.COUNT)

    bad, total = with_born("bad", "impact"), with_born("total", "impact")
    period = with_born("total", "period")
    objective = from_record(evidence, RecordKind.SLO, slo.name, "objective", Unit.RATIO)
    shares = (Operation.BUDGET_SHARE, Operation.BUDGET_LEFT)
    spent = combine(f"{name}:spent", shares[0], (bad, period, objective), Unit.RATIO)
    left = combine(f"{name}:left", shares[1], (with_born("bad", "period"), period, objective), Unit.RATIO)
    share = combine(f"{name}:share", Operation.QUOTIENT, (bad, total), Unit.RATIO)
    shift = next((s for s in shifts if s.subject.slo is not None and s.subject.slo.name == slo.name), None)
    length = from_record(evidence, RecordKind.SLO, slo.name, "period_seconds", Unit.SECONDS)
    return SliImpact(slo, shift, objective, length, bad, total, share, spent, left)
