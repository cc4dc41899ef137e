"""When each series turned, and in which order: the arithmetic of the closing table."""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Moments:
    """Unix seconds. The normal stretch is before, fault to hurt_end holds the peak, the last one is after."""

    normal_start: float
    normal_end: float
    fault_at: float
    hurt_end: float
    after_start: float
    end: float


@dataclass(frozen=True)
class Course:
    """One series of an act.

    onset: its first sample past halfway from before to peak. recovery: when it is back for good.
    """

    before: float | None
    peak: float | None
    after: float | None
    peak_at: float | None
    onset: float | None
    recovery: float | None


def course(points: Points, moments: Moments, *, rises: bool) -> Course:
    """What a series did. ``rises``: whether trouble makes it larger."""
    known = [(at, value) for at, value in points if not math.isnan(value)]
    before = _median(known, moments.normal_start, moments.normal_end)
    after = _median(known, moments.after_start, moments.end)
    hurt = [point for point in known if moments.fault_at <= point[0] <= moments.hurt_end]
    if before is None or not hurt:
        return Course(before, None, after, None, None, None)
    peak_at, peak = (max if rises else min)(hurt, key=lambda point: point[1])
    halfway = (before + peak) / 2
    onset = next(
        (at for at, value in known if at > moments.normal_end and _past(value, halfway, rises)), None
    )
    turned = [at for at, value in known if at >= moments.hurt_end and _past(value, halfway, rises)]
    back = [at for at, value in known if at >= moments.hurt_end and not _past(value, halfway, rises)]
    recovery = next((at for at in back if not turned or at > turned[-1]), None)
    return Course(before, peak, after, peak_at, onset, recovery)


def _past(value: float, halfway: float, rises: bool) -> bool:
    return value > halfway if rises else value < halfway


def _median(points: Points, start: float, end: float) -> float | None:
    values = [value for at, value in points if start <= at <= end]
    return statistics.median(values) if values else None


def misplaced(onsets: Mapping[str, float | None], tie_seconds: float) -> list[str]:
    """Names of the links that are missing, or earlier than one before them in the chain."""
    wrong = []
    latest = -math.inf
    for name, at in onsets.items():
        if at is None or at < latest - tie_seconds:
            wrong.append(name)
        if at is not None:
            latest = max(latest, at)
    return wrong
