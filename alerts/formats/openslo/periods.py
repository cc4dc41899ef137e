"""OpenSLO's time windows: rolling, or of the calendar."""

import re
from zoneinfo import ZoneInfo

from alerts.documents import LONGEST_SECONDS, duration_seconds
from alerts.errors import SpecError
from alerts.formats.openslo.kinds import CalendarSpec, TimeWindow
from alerts.slo import Calendar, CalendarUnit
from collector.redaction import shortened

_NOMINAL_DAYS = {
    CalendarUnit.DAY: 1,
    CalendarUnit.WEEK: 7,
    CalendarUnit.MONTH: 30,
    CalendarUnit.QUARTER: 90,
    CalendarUnit.YEAR: 365,
}
_CALENDAR_DURATION = re.compile(r"([1-9][0-9]{0,4})([dwMQY])")
_KEY = "spec.timeWindow.0"


def period_of(place: str, window: TimeWindow) -> tuple[float, Calendar | None]:
    """Seconds of the period, and its calendar if it has one: then they are what it lasts as a rule.

    Raises:
        SpecError: for a duration or a time zone that is none, or a window that is neither or both.
    """
    if window.calendar is None:
        if window.is_rolling is False:
            raise SpecError(f"{place}: {_KEY}: expected either calendar or isRolling: true")
        return _rolling(place, window.duration), None
    if window.is_rolling:
        raise SpecError(f"{place}: {_KEY}.isRolling: expected false beside calendar")
    return _calendar(place, window.duration, window.calendar)


def _rolling(place: str, text: str) -> float:
    try:
        seconds = duration_seconds(text)
    except ValueError as error:
        raise SpecError(
            f"{place}: {_KEY}.duration: expected days or weeks such as 30d or 4w, found {shortened(text)}"
        ) from error
    if seconds <= 0:
        raise SpecError(f"{place}: {_KEY}.duration: expected more than 0")
    return seconds


def _calendar(place: str, text: str, spec: CalendarSpec) -> tuple[float, Calendar]:
    found = _CALENDAR_DURATION.fullmatch(text)
    if found is None:
        expected = "expected days, weeks, months, quarters or years such as 1M or 1Q"
        raise SpecError(f"{place}: {_KEY}.duration: {expected}, found {shortened(text)}")
    count, unit = int(found[1]), CalendarUnit(found[2])
    seconds = count * _NOMINAL_DAYS[unit] * 86_400.0
    if seconds > LONGEST_SECONDS:
        raise SpecError(f"{place}: {_KEY}.duration: expected at most 10 years, found {shortened(text)}")
    try:
        ZoneInfo(spec.time_zone)
    except (ValueError, OSError, KeyError) as error:  # by path, of a folder, unknown
        key = f"{_KEY}.calendar.timeZone"
        expected = "expected a time zone such as Asia/Seoul"
        raise SpecError(f"{place}: {key}: {expected}, found {shortened(spec.time_zone)}") from error
    return seconds, Calendar(unit, count, spec.start_time, spec.time_zone)
