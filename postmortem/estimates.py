"""What an incident cost, by the series and rates that the configuration names: each with its interval."""

from dataclasses import dataclass

from alerts.charts.model import Unit
from postmortem.evidence import Evidence, StoredSeries, Subject
from postmortem.facts import Fact, Operation, RecordKind, combine, from_record, measure
from postmortem.impact import Impact
from postmortem.records import Estimate
from postmortem.reductions import Cut, Reduction

LEAST_SAMPLES = 5  # before the impact: quartiles of fewer say nothing
_LEVELS = (Reduction.LOWER_QUARTILE, Reduction.MEDIAN, Reduction.UPPER_QUARTILE)


@dataclass(frozen=True)
class Interval:
    """low, usual, high: how many were lost if business had gone on at a quartile or the median of before.

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
    """before: the median ahead of the impact; during: the mean over it; duration: of it.

    interval: None where business did not fall: what it would have been without the incident is not known.
    """

    subject: Subject
    estimate: Estimate
    before: Fact
    during: Fact
    duration: Fact
    interval: Interval | None

    def facts(self) -> tuple[Fact, ...]:
        own, lost = (self.before, self.during), self.interval
        if lost is None:
            return own
        worth = (lost.worth_low, lost.worth_high)
        return (*own, lost.low, lost.usual, lost.high, *(fact for fact in worth if fact is not None))


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
    if span.end is None or duration is None or duration.value <= 0:
        return None
    start, until = evidence.analysis_start, span.start.value - evidence.lookback_seconds
    if _count(series, start, until) < LEAST_SAMPLES:
        return None
    name = f"loss.{subject.series}"
    low, before, high = (
        measure(f"{name}.before.{level}", series, Cut(level, start, until), Unit.PER_SECOND)
        for level in _LEVELS
    )
    mean = Cut(Reduction.MEAN, span.start.value, span.end.value)
    during = measure(f"{name}.during", series, mean, Unit.PER_SECOND)
    if before is None or during is None:
        return None
    lost = [
        combine(f"{name}.{word}", Operation.LOST, (level, during, duration), Unit.COUNT)
        for word, level in (("low", low), ("usual", before), ("high", high))
    ]
    return Loss(subject, estimate, before, during, duration, _interval(evidence, estimate, name, *lost))


def _interval(evidence: Evidence, estimate: Estimate, name: str, *lost: Fact | None) -> Interval | None:
    low, usual, high = lost
    if low is None or usual is None or high is None or high.value <= 0:
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
