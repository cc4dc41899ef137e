"""The budget left of a calendar period at each moment: PromQL has no window that begins with a month.

What the period had counted before the stretch that is shown is asked for once, then steps are added up.
"""

import math
from collections.abc import Iterator

from alerts.budget.status import count_events, counted_seconds
from alerts.calendar_periods import period_at
from alerts.charts.model import Line
from alerts.expressions import RawExpressions
from alerts.slo import Calendar, Slo
from collector.querier import Querier

LEAST_STEP_SECONDS = 300.0  # two scrapes at least, at any interval that is in use


def calendar_budget(
    querier: Querier,
    slo: Slo,
    calendar: Calendar,
    name: str,
    *,
    start: float,
    end: float,
    step_seconds: float,
) -> Line | None:
    """A point a step, of five minutes or a slice at least; None where nothing was counted.

    Raises:
        QueryError: if the querier cannot answer.
    """
    step = max(step_seconds, LEAST_STEP_SECONDS, slo.sli.slice_seconds or 0.0)
    first = math.floor(start / step) * step
    before = count_events(querier, slo, counted_seconds(slo, first), first)
    bad, total = before.bad or 0.0, before.total or 0.0
    _, ends = period_at(calendar, first)
    times, values = [], []
    for at, more_bad, more_total in _steps(querier, slo, first + step, end, step):
        if at - step >= ends:
            bad, total = 0.0, 0.0
            _, ends = period_at(calendar, at - step)
        bad, total = bad + more_bad, total + more_total
        times.append(at)
        values.append(1 - bad / total / slo.error_budget if total else math.nan)
    return Line(name, times, values) if any(math.isfinite(value) for value in values) else None


def _steps(
    querier: Querier, slo: Slo, first: float, end: float, step: float
) -> Iterator[tuple[float, float, float]]:
    """Each step's end, and its bad and all events; none where nothing is recorded."""
    events = RawExpressions(slo)
    queries = events.bad(step), events.total(step)
    bad, total = (_counts(querier, query, first, end, step) for query in queries)
    for number in range(math.floor((end - first) / step) + 1):
        at = first + number * step
        yield at, bad.get(at, 0.0), total.get(at, 0.0)


def _counts(querier: Querier, query: str, first: float, end: float, step: float) -> dict[float, float]:
    found = querier.range(query, first, end, step)
    return dict(zip(found[0].times.tolist(), found[0].values.tolist(), strict=True)) if found else {}
