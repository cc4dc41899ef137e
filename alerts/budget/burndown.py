"""How a period's budget went down to what is left of it."""

import math

import numpy as np

from alerts.budget.account import Account
from alerts.budget.taken_off import Excluded
from alerts.expressions import RawExpressions
from collector.querier import Querier
from collector.series import Values

POINTS = 100
_LEAST_STEP_SECONDS = 60.0


def burn_down(querier: Querier, account: Account) -> list[tuple[float, float]]:
    """Times in Unix seconds, and what was left of the budget: from 1 at the period's start to what is left.

    The budget is that of all events of the period until now, so that the line never rises; bad events of
    excluded time are not in it. Empty without events.

    Raises:
        QueryError: if the querier cannot answer.
    """
    status = account.status
    if status.budget_remaining is None or account.counted_seconds <= 0:
        return []
    step = _step_seconds(account)
    count = max(int(account.counted_seconds // step), 1)
    times: Values = status.at - step * np.arange(count, dtype=np.float64)[::-1]
    bad = np.zeros(count)
    for series in querier.range(RawExpressions(status.slo).bad(step), float(times[0]), status.at, step):
        bad[np.rint((series.times - times[0]) / step).astype(np.int64)] = np.nan_to_num(series.values)
    if account.excluded is not None:
        bad = _without(bad, times, step, account.excluded)
    spent = np.cumsum(bad)
    shares = spent / spent[-1] if spent[-1] > 0 else np.where(times == status.at, 1.0, 0.0)
    left = 1 - shares * (1 - status.budget_remaining)
    start = status.at - account.counted_seconds
    return [(start, 1.0), *zip(times.tolist(), left.tolist(), strict=True)]


def _step_seconds(account: Account) -> float:
    """A hundredth of the time that is counted, a minute and a time slice at least."""
    least = max(_LEAST_STEP_SECONDS, account.status.slo.sli.slice_seconds or 0.0)
    return max(least, math.ceil(account.counted_seconds / POINTS / least) * least)


def _without(bad: Values, times: Values, step: float, excluded: Excluded) -> Values:
    """Bad events of each step less those of the excluded spans that it touches, each its share."""
    left = bad.copy()
    for (start, end), taken in excluded.bad_by_span:
        touched = np.where((times > start) & (times - step < end), bad, 0.0)
        if touched.sum() > 0:
            left -= min(taken / touched.sum(), 1.0) * touched
    return np.clip(left, 0, None)
