"""Stretches without samples: nothing is known of them, and when a change over one came is not known."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from postmortem.evidence import Evidence, StoredSeries, Subject
from postmortem.facts import TIME, Fact, measure
from postmortem.reductions import Cut, Reduction
from postmortem.turning_points.turns import LEAST_HISTORY

LEAST_STEPS = 3  # so many steps from one sample to the next are no gap: a scrape or two may fail
COVERED = 2 / 3  # of the samples that are due: with fewer nothing can be said of a stretch


@dataclass(frozen=True)
class Gap:
    """Between two samples of a series. again: of the first one after it, None where none came."""

    subject: Subject
    last: Fact
    again: Fact | None

    def facts(self) -> tuple[Fact, ...]:
        return (self.last,) if self.again is None else (self.last, self.again)


def find_gaps(evidence: Evidence, start: float, end: float) -> tuple[Gap, ...]:
    """Those that reach into the time from ``start`` to ``end``, of series that had samples until then."""
    every = [gap for subject in evidence.subjects for gap in _gaps(evidence, subject)]
    return tuple(
        gap for gap in every if gap.last.value < end and (gap.again is None or gap.again.value > start)
    )


def find_silent(evidence: Evidence, gaps: tuple[Gap, ...], start: float, end: float) -> tuple[Subject, ...]:
    """Subjects with such a gap that have less than two thirds of the samples that were due in this time."""
    until = min(end, evidence.end)

    def is_silent(subject: Subject) -> bool:
        series = evidence.series[subject.series]
        due = 1 + (until - start) // series.step_seconds
        return int(((series.times >= start) & (series.times <= until)).sum()) < COVERED * due

    return tuple(
        subject for subject in {g.subject.series: g.subject for g in gaps}.values() if is_silent(subject)
    )


def _gaps(evidence: Evidence, subject: Subject) -> Iterator[Gap]:
    series = evidence.series[subject.series]
    times = series.times[(series.times >= evidence.analysis_start) & (series.times <= evidence.end)]
    longest = LEAST_STEPS * series.step_seconds
    apart = np.diff(np.append(times, evidence.end))
    for number, index in enumerate(np.flatnonzero(apart > longest), 1):
        if _is_watched(series, float(times[0]), float(times[index]), int(index) + 1):
            yield _gap(evidence, subject, number, float(times[index]))


def _is_watched(series: StoredSeries, first: float, last: float, samples: int) -> bool:
    """Whether samples came regularly until then: a ratio of few requests has none where there were none."""
    due = 1 + (last - first) / series.step_seconds
    return samples >= LEAST_HISTORY and samples >= COVERED * due


def _gap(evidence: Evidence, subject: Subject, number: int, at: float) -> Gap:
    series, name = evidence.series[subject.series], f"{subject.series}.gap{number}"
    last = Cut(Reduction.TIME_OF_LAST, evidence.analysis_start, at)
    again = Cut(Reduction.TIME_OF_FIRST, at + series.step_seconds, evidence.end)
    found = measure(f"{name}.last", series, last, TIME)
    assert found is not None
    return Gap(subject, found, measure(f"{name}.again", series, again, TIME))
