"""The one excursion of a series: how far it left its usual level for its worst, and since when.

Sizes and times only, against the level just before; ``turns`` makes the figures of a report of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from alerts.charts.model import Unit
from postmortem.evidence import Floats, StoredSeries, Subject
from postmortem.fits.levels import LEAST_BASELINE, MOST_BASELINE, level_of
from postmortem.medians import median, median_of_three
from postmortem.records import Good, Signal
from postmortem.reductions import Cut, Reduction, reduce_samples

USUAL_SHARE = (
    0.25  # the best quarter of the samples before the alert was usual: starts may be cold, alarms late
)
FEW = 5  # a baseline of fewer samples asks for twice the change
GUARD_STEPS = 3  # a rate's window: the ramp itself is no baseline
NOISE_GATE = 4.0  # times the scatter of the baseline
RELATIVE_GATE = 0.25  # of the level before
SETTLED_SHARE = 0.1  # of the excursion: back where it was
VANISHED_SHARE = 0.5  # of a level whose fall is bad: what is small may still vanish
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
class SearchWindow:
    """Where an excursion is looked for, Unix seconds. calm_until: the samples before tell what is usual.

    step_seconds: between samples; lookback_seconds: of the queries' rates.
    """

    start: float
    end: float
    calm_until: float
    step_seconds: float
    lookback_seconds: float


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
    def worst(self) -> float:
        """In the signal's unit, the median of three samples."""
        return self.threshold(1.0)

    def onset(self, series: StoredSeries, end: float) -> float | None:
        """When the series is half way, as the figures of a report say it; None past ``end``."""
        reduction = Reduction.FIRST_ABOVE if self.rises else Reduction.FIRST_BELOW
        return reduce_samples(
            series.times, series.values, Cut(reduction, self.start, end, self.threshold(0.5))
        )

    @property
    def settled_share(self) -> float:
        """How close to before is back: a tenth of the way, or the scatter where that is more."""
        return min(0.5, max(SETTLED_SHARE, 3 * self.noise / self.size))


def least_change(subject: Subject) -> float:
    """Changes below it do not matter: the unit's floor, and of an objective no more than its budget."""
    least = LEAST_CHANGE[subject.signal.unit]
    return least if subject.slo is None else min(least, subject.slo.error_budget)


def find_excursion(
    series: StoredSeries, subject: Subject, window: SearchWindow, *, rises: bool
) -> Excursion | None:
    """The largest departure in one direction, or None within noise or without a level before it."""
    inside = (series.times >= window.start) & (series.times <= window.end)
    times, heights = series.times[inside], series.values[inside] * (1 if rises else -1)
    early = heights[times < window.calm_until]
    if len(early) < LEAST_BASELINE:
        return None
    usual = _usual(early)
    first = int((median_of_three(heights) <= usual).argmax())
    onset = _first_halfway(heights[first:], usual)
    if onset is None:
        return None
    baseline = _baseline(times, first, first + onset, window.step_seconds)
    level = level_of(heights[baseline])
    before = level.middle
    worst = float(median_of_three(heights[first:]).max())
    size, ordinary = worst - before, _ordinary(early)
    is_short = len(heights[baseline]) < FEW
    gate = _gate(subject, (ordinary, before), level.noise, is_short=is_short)
    if size <= gate or worst - ordinary <= gate:
        return None
    half, lookback = before + size / 2, window.lookback_seconds
    if size <= LEAST_CHANGE[subject.signal.unit] and not _lasts(heights, half, series.step_seconds, lookback):
        return None
    ends = (float(times[baseline][0]), float(times[baseline][-1]))
    return Excursion(rises, float(times[first]), ends, before if rises else -before, level.noise, size)


def _gate(subject: Subject, levels: Sequence[float], noise: float, *, is_short: bool) -> float:
    """How far from its level a series has to go. levels: heights. is_short: the level is of few samples."""
    signal = subject.signal
    size, least = min(_size(signal, level) for level in levels), least_change(subject)
    if signal.good is Good.UP and signal.unit is not Unit.RATIO and size > 0:
        least = min(least, VANISHED_SHARE * size)
    return max(NOISE_GATE * noise, RELATIVE_GATE * (2 if is_short else 1) * size, least)


def _size(signal: Signal, level: float) -> float:
    """What a change is relative to; of a ratio that is good near one, how much is missing from it."""
    is_success = signal.good is Good.UP and signal.unit is Unit.RATIO and -1.0 <= level <= 0.0
    return 1.0 + level if is_success else abs(level)


def _lasts(heights: Floats, half: float, step_seconds: float, lookback_seconds: float) -> bool:
    """Whether it is past half way for longer than the events of one scrape are in the window of a rate."""
    return int((heights > half).sum()) * step_seconds > lookback_seconds


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
    return min(median(early), median(early[: max(LEAST_BASELINE, len(early) // 5)]))


def _baseline(times: np.typing.NDArray[np.float64], first: int, onset: int, step_seconds: float) -> slice:
    """The samples just before the onset; without its ramp, if enough remain."""
    guarded = int(np.searchsorted(times, times[onset] - GUARD_STEPS * step_seconds))
    last = guarded if guarded - first >= LEAST_BASELINE else onset
    return slice(max(first, last - MOST_BASELINE), last)
