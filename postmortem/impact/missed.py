"""When objectives were missed: stretches of samples over the error budget, as figures."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from alerts.charts.model import Unit
from postmortem.evidence import Evidence, Floats, StoredSeries, Subject
from postmortem.facts import TIME, Fact, measure
from postmortem.fits.levels import level_of
from postmortem.medians import median, median_of_three
from postmortem.reductions import Cut, Reduction
from postmortem.turning_points.turns import Shift

LEAST_LEVEL = 3  # samples: a level before of fewer is none
ABOVE_LEVEL = 0.1  # of a level, or three times its scatter where that is more: what is still that level
_SCATTERS = 3.0
_EARLY_SHARE = 5  # one part in so many of the samples before the alert: an alarm may be late


@dataclass(frozen=True)
class Bound:
    """Above which share of bad events an objective counts as missed.

    threshold: its error budget; where that is within the rest before the alert, the bound of that rest.
    settled: the same from ``worst_at`` on: the rest at the end may be higher, unless it misses by more than a
    tenth a budget that was kept before.
    before, after: those levels, before the alert and at the end; None of one within the budget.
    """

    subject: Subject
    threshold: float
    before: Fact | None = None
    after: Fact | None = None
    settled: float | None = None
    worst_at: float = math.inf

    def at(self, moment: float) -> float:
        """The threshold for what is missed from then on."""
        return self.threshold if self.settled is None or moment < self.worst_at else self.settled

    def among(self, times: Floats) -> Floats:
        """The threshold at each of these moments."""
        return np.where(times < self.worst_at, self.threshold, self.at(math.inf))


@dataclass(frozen=True)
class Stretch:
    """From the first sample over the bound to the first one within it again.

    begins, ends: figures; ``ends`` is None where the record shows no return. seen_until: the last sample.
    """

    subject: Subject
    begins: Fact
    ends: Fact | None
    seen_until: float

    @property
    def last(self) -> float:
        """Its end, or the last sample while it has none."""
        return self.ends.value if self.ends else self.seen_until


def find_bound(evidence: Evidence, subject: Subject, shift: Shift | None) -> Bound:
    """The budget, or the level at which the objective rests without keeping it.

    shift: the excursion of the subject's series, if it has one.
    """
    assert subject.slo is not None
    budget, series = subject.slo.error_budget, evidence.series[subject.series]
    before, threshold = _rest(f"{series.id}.rest.before", series, _early(evidence, series), budget)
    if shift is None or shift.recovered is None:
        return Bound(subject, threshold, before)
    rest = (max(shift.recovered.value, evidence.end - evidence.quiet_seconds), evidence.end)
    after, settled = _rest(f"{series.id}.rest.after", series, rest, budget)
    if before is None and after is not None and after.value > (1 + ABOVE_LEVEL) * budget:
        return Bound(subject, threshold)
    return Bound(subject, threshold, before, after, max(threshold, settled), shift.peak_at.value)


def _early(evidence: Evidence, series: StoredSeries) -> tuple[float, float] | None:
    """First and last moment of what was usual before the alarm; of a late one the record's first part."""
    inside = (series.times >= evidence.analysis_start) & (series.times < evidence.alarm_at)
    times, values = series.times[inside], series.values[inside]
    if len(times) < LEAST_LEVEL:
        return None
    first = max(LEAST_LEVEL, len(times) // _EARLY_SHARE)
    is_late = median(values[:first]) < median(values)
    return float(times[0]), float(times[first - 1 if is_late else -1])


def _rest(
    name: str, series: StoredSeries, ends: tuple[float, float] | None, budget: float
) -> tuple[Fact | None, float]:
    """The level, if it is over the budget, and above what it is left; the budget where its scatter is within.

    A level within the budget that scatters over it is kept, yet is left only above its scatter.
    """
    level = ends and measure(name, series, Cut(Reduction.MEDIAN, *ends), Unit.RATIO)
    if ends is None or level is None:
        return None, budget
    values = series.values[(series.times >= ends[0]) & (series.times <= ends[1])]
    scatter = level_of(values).noise
    bound = level.value + max(_SCATTERS * scatter, ABOVE_LEVEL * level.value)
    reaches_over = level.value + _SCATTERS * scatter > budget
    return (level if level.value > budget else None), (max(bound, budget) if reaches_over else budget)


def find_stretches(evidence: Evidence, bound: Bound) -> tuple[Stretch, ...]:
    """Every stretch of the subject's series for which most of three neighbours are over the bound.

    The events of one scrape are in every rate whose window holds them: what lasts no longer than that may be
    a single request, which of few requests is over any budget. It is no stretch unless the record ends in it.
    """
    series = evidence.series[bound.subject.series]
    inside = (series.times >= evidence.analysis_start) & (series.times <= evidence.end)
    times, values = series.times[inside], series.values[inside]
    found = [
        (first, end)
        for first, end in _runs(median_of_three(values) > bound.among(times))
        if end == len(times) or times[end] - times[first] > evidence.lookback_of(bound.subject.slo)
    ]
    return tuple(
        _stretch(evidence, series, bound, number, _Samples(times, values, *run))
        for number, run in enumerate(found, 1)
    )


def _runs(is_over: np.typing.NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """First index of each run, and the index after its last; one sample apart is no gap."""
    whole = is_over.copy()
    whole[1:-1] |= is_over[:-2] & is_over[2:]
    edges = np.flatnonzero(np.diff(np.concatenate([[False], whole, [False]]).astype(np.int8)))
    yield from ((int(first), int(end)) for first, end in edges.reshape(-1, 2))


@dataclass(frozen=True, eq=False)
class _Samples:
    """Those of the record, and between which of them the neighbours vote for over: [first, end)."""

    times: Floats
    values: Floats
    first: int
    end: int


def _stretch(evidence: Evidence, series: StoredSeries, bound: Bound, number: int, run: _Samples) -> Stretch:
    """The cuts begin and end at samples within the bound, as the first and last of a cut vote alone."""
    times, within = run.times, run.values <= bound.among(run.times)
    over = bound.at(float(times[run.first]))
    name = f"{series.id}.missed{number}"
    since = next((i for i in range(run.first - 1, max(run.first - 3, -1), -1) if within[i]), 0)
    last = len(times) - 1
    until = float(times[min(run.end, last)])
    begins = Cut(Reduction.FIRST_ABOVE, float(times[since]), until, over)
    began = measure(f"{name}.begins", series, begins, TIME)
    assert began is not None
    if run.end > last:
        return Stretch(bound.subject, began, None, float(times[-1]))
    until = float(times[_quiet_until(evidence, run, bound)])
    ends = Cut(Reduction.SETTLED_BELOW, began.value, until, bound.at(float(times[run.end])))
    return Stretch(bound.subject, began, measure(f"{name}.ends", series, ends, TIME), float(times[-1]))


def _quiet_until(evidence: Evidence, run: _Samples, bound: Bound) -> int:
    """The last sample within the bound of the time that has to be quiet, and before it is missed again."""
    times, values, bounds = run.times, run.values, bound.among(run.times)
    quiet = float(times[run.end]) + evidence.quiet_seconds
    until = int(np.searchsorted(times, quiet, side="right"))
    over = np.flatnonzero(median_of_three(values)[run.end : until] > bounds[run.end : until])
    until = run.end + int(over[0]) if len(over) else until
    return next((i for i in range(until - 1, run.end, -1) if values[i] <= bounds[i]), run.end)


def join_stretches(stretches: Iterable[Stretch], quiet_seconds: float) -> list[list[Stretch]]:
    """Those with less than so much between them, together; in order."""
    joined: list[list[Stretch]] = []
    for stretch in sorted(stretches, key=lambda each: each.begins.value):
        if joined and stretch.begins.value - max(each.last for each in joined[-1]) < quiet_seconds:
            joined[-1].append(stretch)
        else:
            joined.append([stretch])
    return joined
