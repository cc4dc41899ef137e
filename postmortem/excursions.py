"""The one excursion of a series: how far it left its usual level for its worst, and since when.

Sizes and times only, against the level just before; ``turningpoints`` makes the figures of a report of them.
"""

from dataclasses import dataclass

import numpy as np

from alerts.charts.model import Unit
from postmortem.evidence import Evidence, StoredSeries
from postmortem.levels import LEAST_BASELINE, MOST_BASELINE, level_of
from postmortem.reductions import median_of_three

USUAL_SHARE = (
    0.25  # the best quarter of the samples before the alert was usual: starts may be cold, alarms late
)
FEW = 5  # a baseline of fewer samples asks for twice the change
GUARD_INTERVALS = 3  # a rate's window: the ramp itself is no baseline
NOISE_GATE = 4.0  # times the scatter of the baseline
RELATIVE_GATE = 0.25  # of the level before
SETTLED_SHARE = 0.1  # of the excursion: back where it was
LEAST_CHANGE = {
    Unit.RATIO: 0.005,
    Unit.SECONDS: 0.005,
    Unit.PER_SECOND: 0.2,
    Unit.CORES: 0.05,
    Unit.BYTES: 1024.0,
    Unit.COUNT: 1.0,
    Unit.KRW: 1.0,
}


@dataclass(frozen=True)
class Excursion:
    """Where to look for the facts of a shift: sizes and times, no figure of a report yet.

    start: since when the series was at its usual level. baseline: first and last moment of the level before.
    """

    rises: bool
    start: float
    baseline: tuple[float, float]
    before: float
    noise: float
    size: float

    def threshold(self, share: float) -> float:
        """The value this share of the way from before to the worst."""
        return self.before + (1 if self.rises else -1) * share * self.size

    @property
    def settled_share(self) -> float:
        """How close to before is back: a tenth of the way, or the scatter where that is more."""
        return min(0.5, max(SETTLED_SHARE, 3 * self.noise / self.size))


def find_excursion(evidence: Evidence, series: StoredSeries, unit: Unit, *, rises: bool) -> Excursion | None:
    """The largest departure in one direction, or None within noise or without a level before it."""
    inside = (series.times >= evidence.analysis_start) & (series.times <= evidence.end)
    times, heights = series.times[inside], series.values[inside] * (1 if rises else -1)
    early = heights[times < evidence.alarm_at]
    if len(early) < LEAST_BASELINE:
        return None
    usual = _usual(early)
    first = int((median_of_three(heights) <= usual).argmax())
    onset = _first_halfway(heights[first:], usual)
    if onset is None:
        return None
    baseline = _baseline(times, first, first + onset, evidence.interval_seconds)
    level = level_of(heights[baseline])
    before = level.middle
    worst = float(median_of_three(heights[first:]).max())
    size, ordinary = worst - before, _ordinary(early)
    share = RELATIVE_GATE * (2 if len(heights[baseline]) < FEW else 1)
    gate = max(NOISE_GATE * level.noise, share * min(abs(ordinary), abs(before)), LEAST_CHANGE[unit])
    if size <= gate or worst - ordinary <= gate:
        return None
    ends = (float(times[baseline][0]), float(times[baseline][-1]))
    return Excursion(rises, float(times[first]), ends, before if rises else -before, level.noise, size)


def _usual(early: np.typing.NDArray[np.float64]) -> float:
    """The best quarter of the samples before the alert, and no fewer than a baseline takes."""
    return max(float(np.quantile(early, USUAL_SHARE)), float(np.sort(early)[LEAST_BASELINE - 1]))


def _first_halfway(heights: np.typing.NDArray[np.float64], usual: float) -> int | None:
    smooth = median_of_three(heights)
    half = usual + (float(smooth.max()) - usual) / 2
    past = np.flatnonzero(smooth > half)
    return int(past[0]) if len(past) and past[0] >= LEAST_BASELINE else None


def _ordinary(early: np.typing.NDArray[np.float64]) -> float:
    """What was ordinary before the alert: a surge that ends goes back there, and that is no excursion."""
    return min(float(np.median(early)), float(np.median(early[: max(LEAST_BASELINE, len(early) // 5)])))


def _baseline(times: np.typing.NDArray[np.float64], first: int, onset: int, interval_seconds: float) -> slice:
    """The samples just before the onset; without its ramp, if enough remain."""
    guarded = int(np.searchsorted(times, times[onset] - GUARD_INTERVALS * interval_seconds))
    last = guarded if guarded - first >= LEAST_BASELINE else onset
    return slice(max(first, last - MOST_BASELINE), last)
