"""All that is told of a budget at a time: its status, what is excluded, bad minutes, when it runs out."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from alerts.budget.forecast import HOUR, WEEK_HOURS, Forecast, Hourly, exhausted_at, expected_traffic
from alerts.budget.minutes import ErrorRatios, allowed_bad_minutes, bad_minutes, error_ratios
from alerts.budget.status import (
    BudgetState,
    BudgetStatus,
    Count,
    History,
    WindowCounts,
    budget_status,
    count_events,
    counted_seconds,
    recorded_share,
)
from alerts.budget.taken_off import Excluded, is_averaged, take_off
from alerts.exclusions.times import Exclusion
from alerts.expressions import RawExpressions
from alerts.policy import Policy
from alerts.slo import Slo
from collector.durations import format_duration
from collector.querier import Querier


@dataclass(frozen=True)
class Account:
    """status: judged by the counts without what is excluded; burn rates, and so tiers, are with it.

    counted_seconds: how far back the counts of the period reach.
    bad_minutes: None without data. forecast: None without errors to go on.
    """

    status: BudgetStatus
    counted_seconds: float
    excluded: Excluded | None
    forecast: Forecast | None
    bad_minutes: float | None
    allowed_bad_minutes: float

    @property
    def exhausted_at(self) -> float | None:
        return None if self.forecast is None else self.forecast.exhausted_at

    def to_json(self) -> dict[str, Any]:
        """The ``status`` of ``GET /api/v1/slos``."""
        forecast, slo = self.forecast, self.status.slo
        return {
            **self.status.to_json(),
            "exhausted_at": self.exhausted_at,
            "forecast": forecast
            and {
                "error_ratio": forecast.error_ratio,
                "window": format_duration(forecast.window_seconds),
                "seasonal": forecast.seasonal,
            },
            "bad_minutes": self.bad_minutes,
            "allowed_bad_minutes": self.allowed_bad_minutes,
            "excluded": None if self.excluded is None else self.excluded.to_json(slo),
        }


def hourly_traffic(querier: Querier, slo: Slo, at: float) -> Hourly:
    """(168,) events of each hour of the week before ``at``, oldest first; NaN where there is no data.

    Raises:
        QueryError: if the querier cannot answer.
    """
    week = np.full(WEEK_HOURS, np.nan)
    first = at - (WEEK_HOURS - 1) * HOUR
    for series in querier.range(RawExpressions(slo).total(HOUR), first, at, HOUR):
        week[np.rint((series.times - first) / HOUR).astype(np.int64)] = series.values
    return week


TakeOff = Callable[
    [Querier, Slo, Sequence[Exclusion], WindowCounts, float], tuple[WindowCounts, Excluded | None]
]


@dataclass(frozen=True)
class Sources:
    """What asks; those that remember may spare the querier."""

    count: Count = count_events
    history: History = recorded_share
    take_off: TakeOff = take_off
    traffic: Callable[[Querier, Slo, float], Hourly] = hourly_traffic
    ratios: Callable[[Querier, Slo, float, float], ErrorRatios] = error_ratios

    def remembering(self) -> "Sources":
        """The same, which count each window once."""
        return replace(self, count=_once(self.count))


def take_account(
    querier: Querier,
    slo: Slo,
    policy: Policy,
    at: float,
    *,
    exclusions: Sequence[Exclusion] = (),
    more_windows: Collection[float] = (),
    sources: Sources | None = None,
) -> Account:
    """Asks for all of it; more_windows as in ``budget_status``.

    Raises:
        QueryError: if the querier cannot answer.
    """
    ask = (sources or Sources()).remembering()
    gross = ask.count(querier, slo, counted_seconds(slo, at), at)
    net, excluded = ask.take_off(querier, slo, exclusions, gross, at)
    status = budget_status(
        querier,
        slo,
        policy,
        at,
        more_windows={*more_windows, HOUR},
        count=ask.count,
        history=ask.history,
        so_far=net,
    )
    account = Account(status, gross.seconds, excluded, None, None, _allowed_minutes(status, excluded))
    if gross.total is None:
        return account
    ratios = ask.ratios(querier, slo, at - gross.seconds, at)
    minutes = bad_minutes(slo, ratios, [] if excluded is None else excluded.spans)
    if status.state is BudgetState.NO_DATA:
        return replace(account, bad_minutes=minutes)
    going_on = ask.count(querier, slo, status.burning_seconds or HOUR, at)
    if excluded is not None:
        going_on, _ = ask.take_off(querier, slo, exclusions, going_on, at)
    return replace(account, bad_minutes=minutes, forecast=_forecast(querier, status, net, going_on, ask))


def _allowed_minutes(status: BudgetStatus, excluded: Excluded | None) -> float:
    period = status.slo.period_seconds if status.period is None else status.period[1] - status.period[0]
    return allowed_bad_minutes(status.slo, period, 0.0 if excluded is None else excluded.seconds)


def _once(count: Count) -> Count:
    """Asks for each window once: a period's are as many samples as all the others'."""
    known: dict[float, WindowCounts] = {}

    def counted(querier: Querier, slo: Slo, seconds: float, at: float) -> WindowCounts:
        if seconds not in known:
            known[seconds] = count(querier, slo, seconds, at)
        return known[seconds]

    return counted


def _forecast(
    querier: Querier, status: BudgetStatus, net: WindowCounts, going_on: WindowCounts, ask: Sources
) -> Forecast | None:
    """With the errors of ``going_on``: of the long window of the tier that burns, or of the last hour.

    A rolling budget that burns at its pace or slower lasts: as much leaves its window as comes. It gains by
    new events, as the calendar's does, while its window is not full yet of traffic like last week's.
    """
    slo, at, ratio = status.slo, status.at, going_on.error_ratio
    if ratio is None or ratio <= slo.error_budget or net.bad is None or not net.total:
        return None
    per_hour = ask.count(querier, slo, HOUR, at).total or 0.0
    traffic = expected_traffic(ask.traffic(querier, slo, at), per_hour)
    hours = net.seconds / HOUR if is_averaged(slo, net) else 1.0  # averages are as of one event an hour
    total, bad = net.total * hours, net.bad * hours
    if status.period is not None:
        full_at = until = status.period[1]
    else:
        held = total / traffic.mean_per_hour * HOUR if traffic.mean_per_hour else slo.period_seconds
        full_at, until = at + slo.period_seconds - held, None
    found = exhausted_at(
        slo.error_budget * total - bad,
        ratio,
        traffic,
        at,
        gain=slo.error_budget,
        gains_until=full_at,
        until=until,
    )
    return Forecast(found, ratio, going_on.seconds, traffic.seasonal)
