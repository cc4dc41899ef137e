"""What befalls samples on their way: restarts, missed scrapes, clocks that are set."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class CounterReset:
    """The process starts again: its counters begin at 0. Unix seconds."""

    at: float


@dataclass(frozen=True)
class ScrapeGap:
    """Nobody scrapes from ``at`` on, for so long."""

    at: float
    seconds: float


@dataclass(frozen=True)
class ClockStep:
    """The clock of whoever scrapes is set by so many seconds; back, it repeats times that are taken."""

    at: float
    seconds: float


Kind = Literal["counter_reset", "scrape_gap", "clock_step"]
Disturbance: TypeAlias = CounterReset | ScrapeGap | ClockStep


def disturbed(
    disturbances: Sequence[Disturbance], times: Floats, values: Floats, *, is_counter: bool
) -> tuple[Floats, Floats]:
    """Samples (t,) as a store would have got them, in the order of the disturbances."""
    for one in disturbances:
        match one:
            case CounterReset(at=at):
                values = _restarted(times, values, at) if is_counter else values
            case ScrapeGap(at=at, seconds=seconds):
                kept = (times < at) | (times >= at + seconds)
                times, values = times[kept], values[kept]
            case ClockStep(at=at, seconds=seconds):
                times, values = _shifted(times, values, at, seconds)
    return times, values


def _restarted(times: Floats, values: Floats, at: float) -> Floats:
    """Counts from 0 after the restart; what was counted since the last scrape before it is lost."""
    first = int(times.searchsorted(at))
    if first == len(values):
        return values
    return np.concatenate([values[:first], values[first:] - values[first]])


def _shifted(times: Floats, values: Floats, at: float, seconds: float) -> tuple[Floats, Floats]:
    """A store refuses what is not later than what it has."""
    moved = np.where(times < at, times, times + seconds)
    kept = moved > np.maximum.accumulate(np.concatenate([[-np.inf], moved[:-1]]))
    return moved[kept], values[kept]
