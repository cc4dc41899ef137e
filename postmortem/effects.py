"""Whether a series changed after an action by more than its level, its trend and its noise before led to."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from postmortem.evidence import Floats
from postmortem.fits.levels import MAD_TO_SIGMA
from postmortem.medians import median

LEAST_SAMPLES = 4  # on each side: of fewer neither level nor noise is known
LEAST_ERRORS = 3.0  # standard errors: noise alone gets there in about one of 300
LEAST_SHARE = 0.1  # of the way from the usual level to the worst: what is less matters to nobody
_TREND_ERRORS = (
    1.0  # a slope of fewer standard errors is none: better to miss an effect than to credit a fall
)
_LINEAR_SHARE = 0.05  # of that way: above it noise is taken as a share of the value, below it as it is
_MEDIAN_ERROR = 1.2533  # of a median, in standard errors of a mean: the square root of half of pi


@dataclass(frozen=True)
class Samples:
    """times: seconds. values: in the series' unit. Both of shape (n,), in time order."""

    times: Floats
    values: Floats


@dataclass(frozen=True)
class Excursion:
    """usual, worst: levels between which a trend is drawn on, in the series' unit. They differ.

    repeats: how many neighbouring samples share what they tell (a rate's window over the step), at least 1.
    """

    usual: float
    worst: float
    repeats: float = 1.0


def change_after(before: Samples, after: Samples, excursion: Excursion) -> float | None:
    """How far the level after lies above what was to be expected, in the series' unit; 0.0 of what is chance.

    Expected is the level before, and where that had a slope also its line drawn on within the excursion: what
    went on by itself is no change. Both hold on a scale of logarithms (linear near zero) and as it is, since
    nobody knows which line a fall would have followed. None where a side has too few samples to tell.
    """
    if min(len(before.values), len(after.values)) < LEAST_SAMPLES:
        return None
    height = abs(excursion.worst - excursion.usual)
    changes = [
        change
        for scale in (_logarithms(height), _AS_IT_IS)
        for change in _on(scale, before, after, excursion)
    ]
    least = min(changes, key=abs)
    is_one_way = all(change * least > 0 for change in changes)
    return least if is_one_way and abs(least) >= LEAST_SHARE * height else 0.0


@dataclass(frozen=True)
class _Scale:
    """there: from the series' unit. back: to it."""

    there: Callable[[Floats], Floats]
    back: Callable[[Floats], Floats]


_AS_IT_IS = _Scale(np.positive, np.positive)


def _logarithms(height: float) -> _Scale:
    unit = 2 * _LINEAR_SHARE * height
    return _Scale(lambda values: np.arcsinh(values / unit), lambda scaled: unit * np.sinh(scaled))


def _on(scale: _Scale, before: Samples, after: Samples, excursion: Excursion) -> list[float]:
    """The change against the level, and against the line if there is one; 0.0 where they cannot be told."""
    one, other = (_Line.through(side.times, scale.there(side.values)) for side in (before, after))
    noise = np.abs(np.concatenate([one.residuals, other.residuals]))
    sigma = _MEDIAN_ERROR * MAD_TO_SIGMA * median(noise) * float(np.sqrt(excursion.repeats))
    error = sigma * float(np.sqrt(1 / len(before.values) + 1 / len(after.values)))
    expected = [(one.level, error)]
    slope_error = sigma / one.spread
    if abs(one.slope) > _TREND_ERRORS * slope_error:
        ahead = other.middle - one.middle
        low, high = np.sort(scale.there(np.array([excursion.usual, excursion.worst])))
        drawn_on = float(np.clip(one.level + one.slope * ahead, low, high))
        expected.append((drawn_on, float(np.hypot(error, slope_error * ahead))))
    return [
        float(scale.back(np.array(other.level)) - scale.back(np.array(level)))
        if abs(other.level - level) > LEAST_ERRORS * error_of
        else 0.0
        for level, error_of in expected
    ]


@dataclass(frozen=True)
class _Line:
    """The line whose slope is the median of those between all pairs (Theil 1950, Sen 1968).

    level: at the middle of its times. spread: the root of the squared distances from that middle, summed.
    """

    level: float
    slope: float
    middle: float
    spread: float
    residuals: Floats

    @classmethod
    def through(cls, times: Floats, values: Floats) -> "_Line":
        middle = float(times.mean())
        one, other = _pairs(len(times))
        slope = median((values[other] - values[one]) / (times[other] - times[one]))
        flat = values - slope * (times - middle)
        level = median(flat)
        return cls(level, slope, middle, float(np.sqrt(((times - middle) ** 2).sum())), flat - level)


@lru_cache(maxsize=64)
def _pairs(size: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """The indices of both of each pair: of few sizes, asked for with each action and series."""
    return np.triu_indices(size, 1)
