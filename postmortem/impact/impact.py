"""How long, how many and how much: the impact, each figure with the definition that the report prints."""

from collections.abc import Sequence
from dataclasses import dataclass

from alerts.charts.model import Unit
from postmortem.acts import acts_within
from postmortem.evidence import Evidence
from postmortem.facts import Fact, Operation, RecordKind, combine, from_record, measure
from postmortem.impact.concern import concerned_slos
from postmortem.impact.reviewed import review_milestone
from postmortem.impact.span import Span
from postmortem.records import SloRecord
from postmortem.reductions import Cut, Reduction
from postmortem.turning_points.turns import Shift


@dataclass(frozen=True)
class SliImpact:
    """Counts over the impact, and what they took of the budget of the whole period.

    objective, period: as the SLO states them. shift: its excursion, if that is part of the incident.
    bad: from one look-back before the start, as these made its first sample bad. total: from the start, or
    from where bad ones count if those are more. Both are None where it counts no events; then the share spent
    is that of the period's time.
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
        every = (*self.span.facts(), self.duration, *delays, *counts)
        return tuple(fact for fact in every if fact is not None)


def assess_impact(evidence: Evidence, shifts: tuple[Shift, ...], span: Span) -> Impact:
    """The figures, from evidence that holds the counts of ``queries.count_queries``."""

    def since_start(name: str, later: Fact | None) -> Fact | None:
        return combine(f"impact.{name}", Operation.DIFFERENCE, (later, span.start), Unit.SECONDS)

    def delay(name: str, word: str) -> Fact | None:
        return since_start(name, review_milestone(evidence, word, f"{word}_at"))

    related = [shift for shift in shifts if shift not in span.apart]
    acted = next((act.moment for act in acts_within(evidence, span)), None)
    return Impact(
        span=span,
        duration=since_start("duration", span.end),
        to_detect=delay("to_detect", "detected"),
        to_page=delay("to_page", "paged"),
        to_acknowledge=delay("to_acknowledge", "acknowledged"),
        to_mitigate=since_start("to_mitigate", acted),
        to_resolve=delay("to_resolve", "resolved"),
        slis=tuple(_sli(evidence, slo, related, span) for slo in concerned_slos(evidence)),
    )


def _sli(evidence: Evidence, slo: SloRecord, shifts: Sequence[Shift], span: Span) -> SliImpact:
    bad = _within(evidence, slo, "bad", span)
    total = _all_within(evidence, slo, span, bad)
    key, of_period = (
        evidence.slo_key(slo),
        tuple(_counted(evidence, slo, what, "period") for what in ("bad", "total")),
    )
    objective = from_record(evidence, RecordKind.SLO, key, "objective", Unit.RATIO)
    length = from_record(evidence, RecordKind.SLO, key, "period_seconds", Unit.SECONDS)
    name = f"slo:{key}"
    share = combine(f"{name}:share", Operation.QUOTIENT, (bad, total), Unit.RATIO)
    spending: tuple[Operation, tuple[Fact | None, ...]] = (
        (Operation.BUDGET_SHARE, (bad, of_period[1], objective))
        if slo.counts_events
        else (Operation.BUDGET_TIME, (share, _lasted(evidence, span), length, objective))
    )
    spent = combine(f"{name}:spent", *spending, Unit.RATIO)
    left = combine(f"{name}:left", Operation.BUDGET_LEFT, (*of_period, objective), Unit.RATIO)
    shift = next((s for s in shifts if s.subject.slo is not None and s.subject.slo.id == slo.id), None)
    counts = (bad, total) if slo.counts_events else (None, None)
    return SliImpact(slo, shift, objective, length, *counts, share, spent, left)


def _all_within(evidence: Evidence, slo: SloRecord, span: Span, bad: Fact | None) -> Fact | None:
    """All events from the start; from where bad ones count if those are more, or no sample is as late."""
    total = _within(evidence, slo, "total", span)
    if total is not None and (bad is None or bad.value <= total.value):
        return total
    return _within(evidence, slo, "total", span, "led") or total


def _within(evidence: Evidence, slo: SloRecord, what: str, span: Span, when: str = "impact") -> Fact | None:
    """Over the impact, but no more than over a period that holds it.

    ``increase`` stretches the growth between samples over its whole window, and that of a short one by more:
    on a server younger than its period an impact had more failures than the period.
    """
    counted, of_period = (_counted(evidence, slo, what, each) for each in (when, "period"))
    end = span.ends_at(evidence)
    is_held = end - span.start.value + evidence.lookback_of(slo) <= slo.counted_seconds(end)
    if counted is None or of_period is None or not (is_held and slo.counts_events):
        return counted
    if counted.value <= of_period.value:
        return counted
    name = f"slo:{evidence.slo_key(slo)}:{what}:held"
    return combine(name, Operation.LESSER, (counted, of_period), Unit.COUNT)


def _counted(evidence: Evidence, slo: SloRecord, what: str, when: str) -> Fact | None:
    """The answer, and what counters that were born in the impact held at first."""
    key = f"slo:{evidence.slo_key(slo)}:{what}"
    counted, born = (_answer(evidence, f"{key}:{each}") for each in (when, "born"))
    if counted is None or born is None:
        return counted or (born if when == "impact" else None)
    return combine(f"{key}:{when}:whole", Operation.SUM, (counted, born), Unit.COUNT)


def _answer(evidence: Evidence, name: str) -> Fact | None:
    series = evidence.series.get(name)
    if series is None:
        return None
    return measure(series.id, series, Cut(Reduction.LAST, series.start, series.end), Unit.COUNT)


def _lasted(evidence: Evidence, span: Span) -> Fact | None:
    """How long the impact lasted, or has until the record's end."""
    until = span.end or from_record(evidence, RecordKind.WINDOW, "", "end")
    return combine("impact.lasted", Operation.DIFFERENCE, (until, span.start), Unit.SECONDS)
