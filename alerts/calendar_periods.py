"""Periods of the calendar: which one a time lies in, across leap years, month ends and clock changes."""

import calendar as months
import math
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from alerts.slo import Calendar, CalendarUnit

_DAYS = {CalendarUnit.DAY: 1, CalendarUnit.WEEK: 7}
_MONTHS = {CalendarUnit.MONTH: 1, CalendarUnit.QUARTER: 3, CalendarUnit.YEAR: 12}
_MONTH_SECONDS = 365.2425 / 12 * 86_400  # as it is on average, in the Gregorian calendar


def period_at(calendar: Calendar, at: float) -> tuple[float, float]:
    """Start and end, in Unix seconds, of the period that ``at`` lies in; it ends before its end.

    Periods begin at the same local time each. One that begins on a day which its month has not begins on
    the month's last; one at a time that the clocks skip begins as late as they skip. Before the first start
    periods go on backwards.
    """
    number = _guess(calendar, at)
    while period_start(calendar, number) > at:
        number -= 1
    while period_start(calendar, number + 1) <= at:
        number += 1
    return period_start(calendar, number), period_start(calendar, number + 1)


def seconds_so_far(calendar: Calendar, at: float) -> float:
    """How long the period of ``at`` has lasted: a window for PromQL, in whole seconds, one at least."""
    start, _ = period_at(calendar, at)
    return max(1.0, math.floor(at - start))


def period_start(calendar: Calendar, number: int) -> float:
    """When a period begins, in Unix seconds; the first one has the number 0."""
    first = datetime.fromisoformat(calendar.start)
    if calendar.unit in _DAYS:
        local = first + timedelta(days=number * calendar.count * _DAYS[calendar.unit])
    else:
        local = _months_later(first, number * calendar.count * _MONTHS[calendar.unit])
    return local.replace(tzinfo=ZoneInfo(calendar.zone)).timestamp()


def _months_later(first: datetime, count: int) -> datetime:
    """From the first start, not from the last one: 31 January, 28 February, 31 March."""
    year, month = divmod(first.year * 12 + first.month - 1 + count, 12)
    day = min(first.day, months.monthrange(year, month + 1)[1])
    return first.replace(year=year, month=month + 1, day=day)


def _guess(calendar: Calendar, at: float) -> int:
    days, count = _DAYS.get(calendar.unit), calendar.count
    seconds = days * 86_400.0 if days else _MONTHS[calendar.unit] * _MONTH_SECONDS
    return round((at - period_start(calendar, 0)) / (count * seconds))
