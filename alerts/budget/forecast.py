"""When a budget runs out, if errors go on as they are and traffic is as in the same hours of last week."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

HOUR = 3600.0
HORIZON_SECONDS = 30 * 86_400.0
WEEK_HOURS = 7 * 24
_DAY_HOURS = 24

Hourly = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Forecast:
    """exhausted_at: None where the budget lasts for thirty days, or for the rest of the calendar's period.

    error_ratio: that goes on, over the last window_seconds.
    seasonal: whether traffic is that of the same hours of last week, not the same in every hour.
    """

    exhausted_at: float | None
    error_ratio: float
    window_seconds: float
    seasonal: bool


@dataclass(frozen=True)
class Traffic:
    """per_hour: events in each hour from now on, which come again after the last. seasonal: as above."""

    per_hour: Hourly
    seasonal: bool

    @property
    def mean_per_hour(self) -> float:
        return float(self.per_hour.mean())


def expected_traffic(last_week: Sequence[float] | Hourly, per_hour_now: float) -> Traffic:
    """Events of each hour to come, from those of the last week.

    last_week: (168,) oldest first; NaN where nothing was recorded. An hour that is missing is like the same
        hour of other days. With less than a day, all hours are like those that are known, or the last one.
    per_hour_now: events of the last hour.
    """
    week = np.clip(np.asarray(last_week, dtype=np.float64), 0, None)
    known = ~np.isnan(week)
    if len(week) != WEEK_HOURS or known.sum() < _DAY_HOURS:
        mean = float(week[known].mean()) if known.any() else per_hour_now
        return Traffic(np.full(WEEK_HOURS, mean), seasonal=False)
    days = week.reshape(-1, _DAY_HOURS)
    counts = (~np.isnan(days)).sum(axis=0)
    hours = np.where(counts > 0, np.nansum(days, axis=0) / np.maximum(counts, 1), float(week[known].mean()))
    return Traffic(np.where(known, week, np.tile(hours, len(days))), seasonal=True)


def exhausted_at(
    left: float,
    error_ratio: float,
    traffic: Traffic,
    at: float,
    *,
    gain: float = 0.0,
    gains_until: float | None = None,
    until: float | None = None,
) -> float | None:
    """When what is left of a budget is spent; None where it lasts until ``until``, thirty days on without it.

    Each event costs ``error_ratio`` bad ones on average. Within an hour events come evenly.

    Args:
        left: bad events that the budget still allows; without any there is nothing to run out.
        error_ratio: of the events to come, 0–1.
        traffic: events of the hours from ``at`` on.
        at: Unix seconds.
        gain: bad events that each new event allows, while the period that is counted grows.
        gains_until: until when it does, Unix seconds.
        until: the last time of interest, Unix seconds.
    """
    end = at + HORIZON_SECONDS if until is None else min(at + HORIZON_SECONDS, until)
    if left <= 0 or end <= at:
        return None
    hours = int(np.ceil((end - at) / HOUR))
    starts = at + HOUR * np.arange(hours)
    grows = starts + HOUR / 2 < (at if gains_until is None else gains_until)
    events = np.resize(traffic.per_hour, hours)
    costs = events * (error_ratio - np.where(grows, gain, 0.0))
    spent = np.cumsum(costs)
    over = np.flatnonzero(spent >= left)
    if not len(over):
        return None
    hour = int(over[0])
    found = float(starts[hour] + HOUR * (1 - (spent[hour] - left) / costs[hour]))
    return found if found <= end else None
