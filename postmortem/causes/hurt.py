"""Whether users were hurt at all, and from when to when: without it there is nothing to explain."""

from dataclasses import dataclass

import numpy as np

from alerts.charts.model import Unit
from postmortem.evidence import Floats, Subject
from postmortem.recording.model import Recording

BUDGETS = 2.0  # an objective hurts while it spends its budget twice as fast as it may
SUSTAINED_SAMPLES = 3
COLD_SAMPLES = 6
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
    """None where every objective, and every felt signal without one, stays within its bound."""
    found = []
    for subject in _judging(recording):
        series = recording.series[subject.series]
        is_over = _warm(_sustained(series.values > _bound(subject, series.values)))
        if is_over.any():
            times = series.times[is_over]
            found.append((float(times[0]), float(times[-1]), subject))
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
    usual = float(np.quantile(values, 0.25))
    if subject.signal.unit is Unit.SECONDS:
        return max(SLOWER * usual, usual + SLOWER_SECONDS)
    least = ERROR_RATIO if subject.signal.unit is Unit.RATIO else ERRORS_PER_SECOND
    return max(SLOWER * usual, usual + least)


def _sustained(is_over: np.typing.NDArray[np.bool_]) -> np.typing.NDArray[np.bool_]:
    """Those of a run of at least so many samples: one is what a rate's window makes of one bad second."""
    kept = np.zeros_like(is_over)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], is_over, [False]]).astype(np.int8)))
    for start, end in edges.reshape(-1, 2):
        kept[start:end] = end - start >= SUSTAINED_SAMPLES
    return kept


def _warm(is_over: np.typing.NDArray[np.bool_]) -> np.typing.NDArray[np.bool_]:
    """Without what a record begins with and gets over: a cold start has no before, and hurts by itself."""
    calm = np.flatnonzero(~is_over[: max(1, len(is_over) // 2)])
    began_hurt = is_over[:COLD_SAMPLES].any()
    kept = is_over.copy()
    if began_hurt and len(calm) and calm[-1] >= COLD_SAMPLES - 1:
        first_calm = next((i for i in calm if i >= np.flatnonzero(is_over)[0]), None)
        if first_calm is not None:
            kept[:first_calm] = False
    return kept
