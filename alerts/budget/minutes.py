"""Bad minutes: how long, in steps of five minutes, an SLO had more errors than it allows."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alerts.expressions import RawExpressions, ratio
from alerts.slo import Slo
from collector.querier import Querier

STEP_SECONDS = 300.0
_ROUNDING = 1e-9
_PART_STEPS = 287  # a day: engines limit how many samples a query may load

Times = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ErrorRatios:
    """times: (n,) Unix seconds at which steps with events end. values: (n,) the error ratio of each."""

    times: Times
    values: Times

    def after(self, start: float) -> "ErrorRatios":
        kept = self.times > start
        return ErrorRatios(self.times[kept], self.values[kept])

    def and_then(self, later: "ErrorRatios") -> "ErrorRatios":
        return ErrorRatios(
            np.concatenate([self.times, later.times]), np.concatenate([self.values, later.values])
        )


NO_RATIOS = ErrorRatios(np.array([]), np.array([]))


def step_seconds(slo: Slo) -> float:
    """Five minutes, or as many times that as a time slice needs."""
    return STEP_SECONDS * math.ceil((slo.sli.slice_seconds or STEP_SECONDS) / STEP_SECONDS)


def error_ratios(querier: Querier, slo: Slo, start: float, end: float) -> ErrorRatios:
    """Of the steps that lie within (start, end]; steps end at multiples of their length.

    Raises:
        QueryError: if the querier cannot answer.
    """
    step = step_seconds(slo)
    first, last = math.ceil(start / step + 1) * step, math.floor(end / step) * step
    query, found = ratio(RawExpressions(slo), step), NO_RATIOS
    while first <= last:
        end = min(first + _PART_STEPS * step, last)
        for series in querier.range(query, first, end, step):
            found = found.and_then(ErrorRatios(series.times, series.values))
        first = end + step
    return found


def bad_minutes(slo: Slo, ratios: ErrorRatios, spans: Iterable[tuple[float, float]]) -> float:
    """Minutes whose error ratio was above what the SLO allows, in steps that no excluded span touches.

    Errors of a step that a span begins or ends in may be those that are excluded.
    """
    step = step_seconds(slo)
    bad = ratios.values > slo.error_budget + _ROUNDING
    for start, end in spans:
        bad &= ~((ratios.times > start) & (ratios.times - step < end))
    return float(bad.sum()) * step / 60


def allowed_bad_minutes(slo: Slo, period_seconds: float, excluded_seconds: float) -> float:
    """The error budget's share of the period's minutes, without those that are excluded."""
    return slo.error_budget * max(period_seconds - excluded_seconds, 0.0) / 60
