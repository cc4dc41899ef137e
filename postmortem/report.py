"""The report in no language: every part that a renderer needs, and every figure it may print."""

from collections.abc import Iterable
from dataclasses import dataclass

from alerts.charts.model import Unit
from postmortem.causes.leads import Lead, find_lead
from postmortem.causes.ranking import Cause, Ranking, rank
from postmortem.causes.whys import Why, ask_whys
from postmortem.evidence import Evidence, Subject
from postmortem.facts import Fact, FromFacts, Operation, RecordKind, combine, from_record
from postmortem.impact.accounts import BudgetAccount, budget_accounts
from postmortem.impact.estimates import Loss, estimate_losses
from postmortem.impact.gaps import Gap, find_gaps, find_silent
from postmortem.impact.impact import Impact, assess_impact
from postmortem.impact.reviewed import review_milestone
from postmortem.impact.span import Span, find_span
from postmortem.items import item_facts
from postmortem.mitigations import Mitigation, find_mitigations
from postmortem.peaks import ThinPeak, thin_peaks
from postmortem.recording.model import recording_of
from postmortem.timeline import Row, build_timeline
from postmortem.turning_points.turns import Shift, find_shifts, find_unjudged


@dataclass(frozen=True)
class Report:
    """All that the documents are made of. T+ times count from ``impact.span.start``."""

    evidence: Evidence
    shifts: tuple[Shift, ...]
    timeline: tuple[Row, ...]
    impact: Impact
    ranking: Ranking
    whys: tuple[Why, ...]
    mitigations: tuple[Mitigation, ...]
    gaps: tuple[Gap, ...] = ()

    @property
    def origin(self) -> float:
        return self.impact.span.start.value

    def lead_of(self, cause: Cause) -> Lead | None:
        """How long before the impact's start the first of its evidence turned."""
        return find_lead(cause, self.shifts, self.impact.span, self.evidence.lookback_seconds)

    @property
    def warning(self) -> Fact | None:
        """How long before detection the first sign was there."""
        first = self.impact.span.first_sign
        detected = review_milestone(self.evidence, "detected", "detected_at")
        parts = (detected, first.onset if first else None)
        return combine("impact.warning", Operation.DIFFERENCE, parts, Unit.SECONDS)

    @property
    def losses(self) -> tuple[Loss, ...]:
        """What business lost, as far as the configuration says how to estimate it."""
        return estimate_losses(self.evidence, self.impact)

    @property
    def accounts(self) -> tuple[BudgetAccount, ...]:
        """The server's own, where budgets leave time out."""
        return budget_accounts(self.evidence)

    @property
    def thin_peaks(self) -> tuple[ThinPeak, ...]:
        """Highest shares of few events."""
        return thin_peaks(self.evidence, self.shifts)

    @property
    def start_uncertainty(self) -> float:
        """By how many seconds the start may be late: by what the samples that show it look back over."""
        span = self.impact.span
        is_found = span.is_known and span.start_moved is None
        opened = span.opened_by.slo if span.opened_by else None
        return self.evidence.lookback_of(opened) if is_found else 0.0

    def since_origin(self, fact: Fact) -> Fact:
        """A moment as time after the origin."""
        found = combine(
            f"t_plus.{fact.id}", Operation.DIFFERENCE, (fact, self.impact.span.start), Unit.SECONDS
        )
        assert found is not None
        return found

    def window_fact(self, field: str) -> Fact:
        """An end of the window, by the name of its field in the evidence."""
        fact = from_record(self.evidence, RecordKind.WINDOW, "", field)
        assert fact is not None
        return fact

    @property
    def related(self) -> tuple[Shift, ...]:
        """The turning points that are part of the incident."""
        return tuple(shift for shift in self.shifts if shift not in self.impact.span.apart)

    @property
    def unjudged(self) -> tuple[Subject, ...]:
        """Signals with too little history before the incident to say that they did not turn."""
        span = self.impact.span
        first = span.first_sign.onset if span.first_sign else span.start
        return find_unjudged(self.evidence, self.shifts, min(self.evidence.alarm_at, first.value))

    @property
    def calm(self) -> tuple[Subject, ...]:
        """Signals that had a history and samples, and did not turn."""
        turned = [shift.subject for shift in self.shifts]
        others = {subject.series for subject in (*turned, *self.unjudged, *self.silent)}
        return tuple(s for s in self.evidence.subjects if s.series not in others)

    @property
    def silent(self) -> tuple[Subject, ...]:
        """Signals that did not turn, but were not seen for more than a third of the impact."""
        span, turned = self.impact.span, {shift.subject.series for shift in self.shifts}
        unseen = find_silent(self.evidence, self.gaps, span.start.value, span.ends_at(self.evidence))
        return tuple(subject for subject in unseen if subject.series not in turned)

    @property
    def judged_any(self) -> bool:
        """Whether any signal, objectives aside, can be said to have turned or not."""
        return any(s.slo is None for s in [*self.calm, *(shift.subject for shift in self.shifts)])

    def facts(self) -> tuple[Fact, ...]:
        """Every figure once, with those it is computed from before it."""
        found: dict[str, Fact] = {}
        for fact in self._printed():
            for part in _with_parts(fact):
                found.setdefault(part.id, part)
        return tuple(found.values())

    def _printed(self) -> Iterable[Fact]:
        yield from (self.window_fact(field) for field in ("analysis_start", "end"))
        for shift in self.shifts:
            yield from shift.facts()
        yield from (self.since_origin(row.fact) for row in self.timeline if row.fact is not None)
        yield from (row.fact for row in self.timeline if row.fact is not None)
        yield from (fact for row in self.timeline for entry in row.entries for fact in entry.facts())
        yield from self.impact.facts()
        yield from (f for account in self.accounts for f in (account.left, account.at) if f is not None)
        yield from (peak.events for peak in self.thin_peaks)
        yield from item_facts(self.evidence)
        yield from (fact for loss in self.losses for fact in loss.facts())
        yield from (fact for fact in (self.warning,) if fact is not None)
        leads = (self.lead_of(cause) for cause in self.ranking.causes)
        yield from (lead.seconds for lead in leads if lead is not None)
        yield from (why.lead for why in self.whys if why.lead is not None)
        for mitigation in self.mitigations:
            yield self.since_origin(mitigation.moment)
            yield from (fact for effect in mitigation.effects for fact in effect.facts())


def conclude(evidence: Evidence) -> Report:
    """The report on evidence that holds its counts already, as that of an archive does."""
    shifts = find_shifts(evidence)
    return build_report(evidence, shifts, find_span(evidence, shifts))


def build_report(evidence: Evidence, shifts: tuple[Shift, ...], span: Span) -> Report:
    """Every step of the pipeline after the evidence; nothing here reads a clock or a server."""
    tied_seconds = evidence.lookback_seconds
    related = tuple(shift for shift in shifts if shift not in span.apart)
    within = tuple(shift for shift in related if shift.onset.value <= span.ends_at(evidence))
    gaps = find_gaps(evidence, span.start.value - evidence.quiet_seconds, span.ends_at(evidence))
    return Report(
        evidence=evidence,
        shifts=shifts,
        timeline=build_timeline(evidence, shifts, span, gaps),
        impact=assess_impact(evidence, shifts, span),
        ranking=rank(recording_of(evidence)),
        whys=ask_whys(within, evidence.signals, tied_seconds),
        mitigations=find_mitigations(evidence, related, span),
        gaps=gaps,
    )


def _with_parts(fact: Fact) -> Iterable[Fact]:
    if isinstance(fact.source, FromFacts):
        for part in fact.source.facts:
            yield from _with_parts(part)
    yield fact
