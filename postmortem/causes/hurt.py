"""Whether users were hurt at all, and from when to when: without it there is nothing to explain."""

from dataclasses import dataclass

import numpy as np

from alerts.charts.model import Unit
from postmortem.evidence import Floats, Subject
from postmortem.recording.model import Recording

Flags = np.typing.NDArray[np.bool_]

BUDGETS = 2.0  # an objective hurts while it spends its budget twice as fast as it may
SUSTAINED_SAMPLES = 3
STRETCH_SAMPLES = 60  # over which an objective has to be missed; over the record, where that is shorter
COLD_SAMPLES = 6
LESSER_RUN = 0.2  # of what was spent in all: a run of samples with less is noise beside the others
APART_LOOKBACKS = 2.0  # runs no further apart are one: what fails again and again is one hurt
ERRORS_PER_SECOND = 0.5
ERROR_RATIO = 0.02
SLOWER = 4.0  # times the usual latency, where no objective says what is slow
SLOWER_SECONDS = 0.2


@dataclass(frozen=True)
class Hurt:
    """From the first to the last sample that is over its bound; ``services``: whose users felt it."""

    start: float
    end: float
    subjects: tuple[Subject, ...]

    @property
    def services(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(subject.signal.service for subject in self.subjects))


def find_hurt(recording: Recording) -> Hurt | None:
    """None where every objective is kept over each stretch, and felt signals without one stay in bounds."""
    found = []
    for subject in _judging(recording):
        series = recording.series[subject.series]
        is_over = series.values > _bound(subject, series.values)
        is_warm = _warm(is_over, series.times, recording.step_seconds)
        times, values = series.times[is_warm], series.values[is_warm]
        is_over = values > _bound(subject, values) if len(values) else np.zeros(0, dtype=bool)
        if subject.slo is None:
            is_over = _sustained(is_over)
        else:
            is_over = _main_runs(is_over, times, values, APART_LOOKBACKS * recording.lookback_seconds)
            is_over &= _worst_mean(values) > subject.slo.error_budget
        if is_over.any():
            found.append((float(times[is_over][0]), float(times[is_over][-1]), subject))
    if not found:
        return None
    subjects = tuple(subject for _, _, subject in sorted(found, key=lambda each: each[0]))
    return Hurt(min(each[0] for each in found), max(each[1] for each in found), subjects)


def _judging(recording: Recording) -> list[Subject]:
    """The objectives, and felt signals of which none speaks: of another service or another unit."""
    objectives = [subject for subject in recording.subjects if subject.slo is not None]
    spoken = {
        (s.signal.service, Unit.SECONDS if s.slo is not None and s.slo.kind == "latency" else Unit.RATIO)
        for s in objectives
    }
    felt = [s for s in recording.subjects if s.slo is None and s.is_user_facing]
    return [*objectives, *(s for s in felt if (s.signal.service, s.signal.unit) not in spoken)]


def _bound(subject: Subject, values: Floats) -> float:
    if subject.slo is not None:
        return BUDGETS * subject.slo.error_budget
    usual = float(np.quantile(values, 0.25)) if len(values) else 0.0
    if subject.signal.unit is Unit.SECONDS:
        return max(SLOWER * usual, usual + SLOWER_SECONDS)
    least = ERROR_RATIO if subject.signal.unit is Unit.RATIO else ERRORS_PER_SECOND
    return max(SLOWER * usual, usual + least)


def _worst_mean(values: Floats) -> float:
    """The largest mean over a stretch; 0 without samples."""
    length = min(STRETCH_SAMPLES, len(values))
    sums = np.concatenate([[0.0], np.cumsum(values)])
    return float((sums[length:] - sums[:-length]).max()) / length if length else 0.0


def _runs(is_over: Flags) -> list[tuple[int, int]]:
    """First and past the last of each run."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], is_over, [False]]).astype(np.int8)))
    return [(int(start), int(end)) for start, end in edges.reshape(-1, 2)]


def _sustained(is_over: Flags) -> Flags:
    """Those of a run of at least so many samples: one is what a rate's window makes of one bad second."""
    kept = np.zeros_like(is_over)
    for start, end in _runs(is_over):
        kept[start:end] = end - start >= SUSTAINED_SAMPLES
    return kept


def _main_runs(is_over: Flags, times: Floats, values: Floats, apart_seconds: float) -> Flags:
    """Those of runs that spent most; runs so close count as one, for three short outages are one hurt."""
    merged: list[tuple[int, int]] = []
    for start, end in _runs(is_over):
        if merged and times[start] - times[merged[-1][1] - 1] <= apart_seconds:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    spent = [float(values[start:end].sum()) for start, end in merged]
    kept = np.zeros_like(is_over)
    for (start, end), part in zip(merged, spent, strict=True):
        kept[start:end] = is_over[start:end] & (part >= LESSER_RUN * sum(spent))
    return kept


def _warm(is_over: Flags, times: Floats, step_seconds: float) -> Flags:
    """False for what a record begins with and gets over: a cold start has no before, and hurts by itself.

    By time and not by samples, of which some may be missing.
    """
    kept = np.ones_like(is_over)
    if not len(times):
        return kept
    cold_until = times[0] + (COLD_SAMPLES - 0.5) * step_seconds
    calm = np.flatnonzero(~is_over[: max(1, len(is_over) // 2)])
    began_hurt = is_over[times < cold_until].any()
    if began_hurt and len(calm) and times[calm[-1]] > cold_until - step_seconds:
        first_calm = next((i for i in calm if i >= np.flatnonzero(is_over)[0]), None)
        if first_calm is not None:
            kept[:first_calm] = False
    return kept
