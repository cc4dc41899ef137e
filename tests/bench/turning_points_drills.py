"""Turning points in recordings of drills: is the fault's begin found, and does anything turn before it?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from postmortem.evidence import Subject
from postmortem.turning_points.excursions import LEAST_CHANGE
from tests.bench.recordings import Recorded
from tests.bench.turning_points_peers import Setting

EARLY_SCRAPES, LATE_SCRAPES = 4, 8  # a minute and two, where a scrape comes every 15 s


@dataclass(frozen=True)
class Drills:
    """Acts, those in which the fault's begin was hit, the series of all, and points before the begin."""

    acts: int
    hits: int
    series: int
    false: int


def judge_drills(setting: Setting, recorded: Sequence[Recorded]) -> Drills:
    """Of acts with a fault, those where a series of the faulty part or of what users feel turns at its begin.

    Which series should turn is not known, nor how often once the fault is there: only points before it,
    in normal traffic, are false for certain.
    """
    acts = hits = series = false = 0
    for act in recorded:
        if act.is_protected:
            continue
        early = act.onset - EARLY_SCRAPES * act.recording.step_seconds
        late = act.onset + LATE_SCRAPES * act.recording.step_seconds
        found = {s.series: _points(setting, act, s) for s in act.recording.subjects}
        telling = [s for s in act.recording.subjects if _is_telling(s, act)]
        acts += 1
        series += len(found)
        hits += any(early <= at <= late for s in telling for at in found[s.series])
        false += sum(at < early for points in found.values() for at in points)
    return Drills(acts, hits, series, false)


def _is_telling(subject: Subject, act: Recorded) -> bool:
    return subject.is_user_facing or subject.signal.service == act.truth[1]


def _points(setting: Setting, act: Recorded, subject: Subject) -> list[float]:
    """Times. What counts as nothing is added to all values, for those that take logarithms of zeros."""
    one = act.recording.series[subject.series]
    if len(one.values) < 2 * EARLY_SCRAPES or np.ptp(one.values) == 0:
        return []
    values = np.maximum(one.values, 0.0) + LEAST_CHANGE[subject.signal.unit]
    return [float(one.times[at]) for at in setting.detect(one.times, values)]
