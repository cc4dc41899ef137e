"""What an incident cost, by the series and rates that the configuration names: each with its interval."""

from dataclasses import dataclass, replace

from alerts.charts.model import Unit
from postmortem.evidence import Evidence, StoredSeries, Subject
from postmortem.facts import Fact, Operation, RecordKind, combine, from_record, measure
from postmortem.fits.meanfit import LEAST_SAMPLES
from postmortem.impact.impact import Impact
from postmortem.records import Estimate
from postmortem.reductions import Cut, Reduction

LEAST_COVERAGE = 0.8  # of the impact: samples that are missing may be orders that are missing
_LEVELS = (Reduction.MEAN_LOW, Reduction.MEAN, Reduction.MEAN_HIGH)


@dataclass(frozen=True)
class Interval:
    """low, usual, high: how many were lost if business had gone on at the mean of before, or its bounds.

    worth_low, worth_high: of all that was lost and did not come back, KRW; None where the configuration does
    not say what one is worth.
    """

    low: Fact
    usual: Fact
    high: Fact
    worth_low: Fact | None
    worth_high: Fact | None


@dataclass(frozen=True)
class Loss:
    """before: the mean ahead of the impact; during: the mean over it, if that has samples; duration: of it.

    coverage: the share of the impact that has samples.
    interval: None where samples are missing (``is_covered``), or business fell by no more than chance: then
    nobody knows what it would have been without the incident.
    """

    subject: Subject
    estimate: Estimate
    before: Fact
    during: Fact | None
    duration: Fact
    coverage: Fact
    interval: Interval | None

    @property
    def is_covered(self) -> bool:
        return self.coverage.value >= LEAST_COVERAGE

    def facts(self) -> tuple[Fact, ...]:
        own, lost = (self.before, self.during, self.coverage), self.interval
        bounds = () if lost is None else (lost.low, lost.usual, lost.high, lost.worth_low, lost.worth_high)
        return tuple(fact for fact in (*own, *bounds) if fact is not None)


def estimate_losses(evidence: Evidence, impact: Impact) -> tuple[Loss, ...]:
    """One for each configured signal that has samples of before; none while the impact lasts."""
    losses = (
        _loss(evidence, impact, estimate, subject)
        for estimate in evidence.signals.estimates
        for subject in evidence.subjects
        if subject.slo is None and subject.signal.name == estimate.signal
    )
    return tuple(loss for loss in losses if loss is not None)


def _loss(evidence: Evidence, impact: Impact, estimate: Estimate, subject: Subject) -> Loss | None:
    series, span, duration = evidence.series[subject.series], impact.span, impact.duration
    if span.end is None or span.end.value > evidence.end or duration is None or duration.value <= 0:
        return None
    start, until = evidence.analysis_start, span.start.value - evidence.lookback_seconds
    if _count(series, start, until) < LEAST_SAMPLES:
        return None
    name, ends = f"loss.{subject.series}", (span.start.value, span.end.value)
    low, before, high = (
        measure(f"{name}.before.{level}", series, Cut(level, start, until, duration.value), Unit.PER_SECOND)
        for level in _LEVELS
    )
    during = measure(f"{name}.during", series, Cut(Reduction.MEAN, *ends), Unit.PER_SECOND)
    present = Cut(Reduction.COVERAGE, *ends, series.step_seconds)
    coverage = measure(f"{name}.coverage", series, present, Unit.RATIO)
    if before is None or coverage is None:
        return None
    loss = Loss(subject, estimate, before, during, duration, coverage, None)
    if not loss.is_covered or during is None:
        return loss
    lost = [
        combine(f"{name}.{word}", Operation.LOST, (level, during, duration), Unit.COUNT)
        for word, level in (("low", low), ("usual", before), ("high", high))
    ]
    return replace(loss, interval=_interval(evidence, estimate, name, *lost))


def _interval(evidence: Evidence, estimate: Estimate, name: str, *lost: Fact | None) -> Interval | None:
    low, usual, high = lost
    if low is None or usual is None or high is None or low.value <= 0:
        return None
    worth_low = _worth(evidence, estimate, f"{name}.worth.low", low, ("worth_low", "returning_high"))
    worth_high = _worth(evidence, estimate, f"{name}.worth.high", high, ("worth_high", "returning_low"))
    return Interval(low, usual, high, worth_low, worth_high)


def _worth(
    evidence: Evidence, estimate: Estimate, name: str, lost: Fact, fields: tuple[str, str]
) -> Fact | None:
    """What that many are worth, without those that come back: both as the configuration says."""
    worth, returning = (rate_fact(evidence, estimate, field) for field in fields)
    return combine(name, Operation.WORTH, (lost, worth, returning), Unit.KRW)


def rate_fact(evidence: Evidence, estimate: Estimate, field: str) -> Fact | None:
    """A rate of the configuration."""
    unit = Unit.KRW if field.startswith("worth") else Unit.RATIO
    return from_record(evidence, RecordKind.ESTIMATE, estimate.signal, field, unit)


def _count(series: StoredSeries, start: float, end: float) -> int:
    return int(((series.times >= start) & (series.times <= end)).sum())
