"""How a figure is drawn from stored samples: the same functions make it and check it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from postmortem.evidence import Floats
from postmortem.fits.bendfit import fit_hinge
from postmortem.fits.changefit import fit_change
from postmortem.fits.meanfit import predict_mean
from postmortem.medians import median, median_of_three


class Reduction(StrEnum):
    """What is taken of the samples in the closed window [start, end]; those after ``last`` give a time.

    first_above, first_below: the first sample past the threshold where most of three neighbours are past it.
    settled_above, settled_below: the first sample after which most of three neighbours never leave that side.
    change_begins, change_reached: the first sample of the window's change, and the first at its new level
    (``fit_change``).
    mean_low, mean_high: the bounds of the mean of another stretch, of as many seconds as the threshold says
    (``predict_mean``). coverage: the share of steps, as long as the threshold, that have a sample.
    bend: where the two straight lines meet that fit the medians of three neighbours best (``fit_hinge``).
    """

    MEDIAN = "median"
    MEAN = "mean"
    MEAN_LOW = "mean_low"
    MEAN_HIGH = "mean_high"
    COVERAGE = "coverage"
    HIGHEST = "highest"
    LOWEST = "lowest"
    LAST = "last"
    TIME_OF_FIRST = "time_of_first"
    TIME_OF_LAST = "time_of_last"
    TIME_OF_HIGHEST = "time_of_highest"
    TIME_OF_LOWEST = "time_of_lowest"
    FIRST_ABOVE = "first_above"
    FIRST_BELOW = "first_below"
    SETTLED_ABOVE = "settled_above"
    SETTLED_BELOW = "settled_below"
    CHANGE_BEGINS = "change_begins"
    CHANGE_REACHED = "change_reached"
    BEND = "bend"


@dataclass(frozen=True)
class Cut:
    """Which samples, and what is taken of them."""

    reduction: Reduction
    start: float
    end: float
    threshold: float = 0.0


_FIGURES: Mapping[Reduction, Callable[[Floats], float]] = {
    Reduction.MEDIAN: median,
    Reduction.MEAN: lambda value: float(value.mean()),
    Reduction.HIGHEST: lambda value: float(value.max()),
    Reduction.LOWEST: lambda value: float(value.min()),
    Reduction.LAST: lambda value: float(value[-1]),
}

_PLACES: Mapping[Reduction, Callable[[Floats], int]] = {
    Reduction.TIME_OF_FIRST: lambda _: 0,
    Reduction.TIME_OF_LAST: lambda value: len(value) - 1,
    Reduction.TIME_OF_HIGHEST: lambda value: int(value.argmax()),
    Reduction.TIME_OF_LOWEST: lambda value: int(value.argmin()),
}


def reduce_samples(times: Floats, values: Floats, cut: Cut) -> float | None:
    """The figure, or None where the window holds no such sample."""
    first, end = np.searchsorted(times, cut.start), np.searchsorted(times, cut.end, side="right")
    at, value = times[first:end], values[first:end]
    if cut.reduction is Reduction.COVERAGE:
        return min(1.0, len(at) / (1 + (cut.end - cut.start) // cut.threshold))
    if len(at) == 0:
        return None
    if figure := _FIGURES.get(cut.reduction):
        return figure(value)
    if cut.reduction in {Reduction.MEAN_LOW, Reduction.MEAN_HIGH}:
        low, high = predict_mean(at, value, cut.threshold)
        return low if cut.reduction is Reduction.MEAN_LOW else high
    index = _index(at, value, cut)
    return None if index is None else float(at[index])


def _index(at: Floats, value: Floats, cut: Cut) -> int | None:
    """Which sample's time is meant."""
    reduction = cut.reduction
    if place := _PLACES.get(reduction):
        return place(value)
    match reduction:
        case Reduction.CHANGE_BEGINS | Reduction.CHANGE_REACHED:
            fit = fit_change(at, value)
            if fit is None:
                return None
            return fit.begins if reduction is Reduction.CHANGE_BEGINS else fit.reached
        case Reduction.BEND:
            hinge = fit_hinge(at, median_of_three(value))
            return None if hinge is None else hinge.knot
    sign = 1.0 if reduction in {Reduction.FIRST_ABOVE, Reduction.SETTLED_ABOVE} else -1.0
    past = sign * (value - cut.threshold) > 0
    voted = sign * (median_of_three(value) - cut.threshold) > 0
    first = reduction in {Reduction.FIRST_ABOVE, Reduction.FIRST_BELOW}
    return _first_past(past, voted) if first else _settled(voted)


def _first_past(past: np.typing.NDArray[np.bool_], voted: np.typing.NDArray[np.bool_]) -> int | None:
    if not voted.any():
        return None
    first = int(voted.argmax())
    near = range(max(first - 1, 0), min(first + 2, len(past)))
    return next((i for i in near if past[i]), first)


def _settled(voted: np.typing.NDArray[np.bool_]) -> int | None:
    """The index after the last one that is off the side; None while the last sample is off it."""
    if not voted[-1]:
        return None
    off = np.flatnonzero(~voted)
    return int(off[-1]) + 1 if len(off) else 0
