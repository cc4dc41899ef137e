"""Where a series turns: from its usual level past halfway to its worst, and back.

Thin method, named so in the report: one excursion a series, found against the level before the incident.
"""

from dataclasses import dataclass

import numpy as np

from alerts.charts.model import Unit
from postmortem.evidence import Evidence, StoredSeries, Subject
from postmortem.facts import TIME, Fact, measure
from postmortem.records import Good
from postmortem.reductions import Cut, Reduction, median_of_three

BASELINE_SHARE = 0.3  # of the time before the first alert: early enough to lie before a late alarm's onset
LEAST_BASELINE = 5
NOISE_GATE = 4.0  # times the scatter of the baseline
RELATIVE_GATE = 0.25  # of the level before
SETTLED_SHARE = 0.1  # of the excursion: back where it was
_MAD_TO_SIGMA = 1.4826
_LEAST_CHANGE = {
    Unit.RATIO: 0.005,
    Unit.SECONDS: 0.005,
    Unit.PER_SECOND: 0.2,
    Unit.CORES: 0.05,
    Unit.BYTES: 1024.0,
    Unit.COUNT: 1.0,
    Unit.KRW: 1.0,
}


@dataclass(frozen=True)
class Shift:
    """An excursion. ``eased``: back past halfway for good; ``recovered``: within a tenth of where it was."""

    subject: Subject
    rises: bool
    before: Fact
    onset: Fact
    peak: Fact
    peak_at: Fact
    eased: Fact | None
    recovered: Fact | None
    after: Fact | None

    def facts(self) -> tuple[Fact, ...]:
        every = (self.before, self.onset, self.peak, self.peak_at, self.eased, self.recovered, self.after)
        return tuple(fact for fact in every if fact is not None)


def find_shifts(evidence: Evidence) -> tuple[Shift, ...]:
    """The shifts of all subjects, by onset."""
    found = [find_shift(evidence, subject) for subject in evidence.subjects]
    return tuple(sorted((s for s in found if s is not None), key=lambda s: (s.onset.value, s.subject.series)))


def find_shift(evidence: Evidence, subject: Subject) -> Shift | None:
    """The subject's excursion, or None where nothing stands out of its own noise."""
    series = evidence.series[subject.series]
    baseline_end = _baseline_end(series, evidence)
    if baseline_end is None:
        return None
    unit, name = subject.signal.unit, subject.series
    before = measure(
        f"{name}.before", series, Cut(Reduction.MEDIAN, evidence.analysis_start, baseline_end), unit
    )
    excursion = _excursion(series, evidence, baseline_end, subject)
    if before is None or excursion is None:
        return None
    rises, size, noise = excursion
    level = _Levels(series, subject, rises, before.value, size, noise, baseline_end, evidence.end)
    return level.shift(before)


@dataclass(frozen=True)
class _Levels:
    """The thresholds of one excursion and the facts they give."""

    series: StoredSeries
    subject: Subject
    rises: bool
    before: float
    size: float
    noise: float
    start: float
    end: float

    def shift(self, before: Fact) -> Shift | None:
        name = self.subject.series
        onset = self._crossing(f"{name}.onset", self._past, 0.5, self.start)
        if onset is None:
            return None
        eased = self._crossing(f"{name}.eased", self._settled, 0.5, onset.value)
        until = eased.value if eased else self.end
        unit = self.subject.signal.unit
        extreme = Reduction.HIGHEST if self.rises else Reduction.LOWEST
        moment = Reduction.TIME_OF_HIGHEST if self.rises else Reduction.TIME_OF_LOWEST
        peak = measure(f"{name}.peak", self.series, Cut(extreme, onset.value, until), unit)
        peak_at = measure(f"{name}.peak_at", self.series, Cut(moment, onset.value, until), TIME)
        if peak is None or peak_at is None:
            return None
        share = min(0.5, max(SETTLED_SHARE, 3 * self.noise / self.size))
        recovered = self._crossing(f"{name}.recovered", self._settled, share, onset.value)
        since = recovered or eased
        after = since and self._typical(f"{name}.after", since.value)
        return Shift(self.subject, self.rises, before, onset, peak, peak_at, eased, recovered, after)

    @property
    def _past(self) -> Reduction:
        return Reduction.FIRST_ABOVE if self.rises else Reduction.FIRST_BELOW

    @property
    def _settled(self) -> Reduction:
        return Reduction.SETTLED_BELOW if self.rises else Reduction.SETTLED_ABOVE

    def _crossing(self, name: str, reduction: Reduction, share: float, start: float) -> Fact | None:
        threshold = self.before + (1 if self.rises else -1) * share * self.size
        return measure(name, self.series, Cut(reduction, start, self.end, threshold), TIME)

    def _typical(self, name: str, start: float) -> Fact | None:
        return measure(name, self.series, Cut(Reduction.MEDIAN, start, self.end), self.subject.signal.unit)


def _baseline_end(series: StoredSeries, evidence: Evidence) -> float | None:
    """The last moment of the baseline: the first share of the samples before the first alert."""
    before = series.times[
        (series.times >= evidence.analysis_start) & (series.times < evidence.incident.started_at)
    ]
    if len(before) < LEAST_BASELINE:
        return None
    return float(before[max(LEAST_BASELINE, round(len(before) * BASELINE_SHARE)) - 1])


def _excursion(
    series: StoredSeries, evidence: Evidence, baseline_end: float, subject: Subject
) -> tuple[bool, float, float] | None:
    """Which way the series goes, how far, and its scatter before; None if that is within its noise."""
    early = (series.times >= evidence.analysis_start) & (series.times <= baseline_end)
    baseline, later = series.values[early], series.values[series.times > baseline_end]
    if len(later) < 3:
        return None
    level = float(np.median(baseline))
    noise = _MAD_TO_SIGMA * float(np.median(np.abs(baseline - level)))
    smooth = median_of_three(later) - level
    up, down = float(smooth.max()), float(-smooth.min())
    good = subject.signal.good
    rises = up >= down if good is Good.NONE else good is Good.DOWN
    size = up if rises else down
    gate = max(NOISE_GATE * noise, RELATIVE_GATE * abs(level), _LEAST_CHANGE[subject.signal.unit])
    return (rises, size, noise) if size > gate else None
