"""Functions that read a value as Unix seconds and answer in UTC."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from collector.series import Values

_Dates = npt.NDArray[np.datetime64]
_Parts = npt.NDArray[np.int64]
_FARTHEST_SECONDS = 2.0**53


def _hour(dates: _Dates) -> _Parts:
    return _elapsed(dates, "D", "h")


def _minute(dates: _Dates) -> _Parts:
    return _elapsed(dates, "h", "m")


def _day_of_week(dates: _Dates) -> _Parts:
    """Sunday is 0; the epoch was a Thursday."""
    days: _Parts = dates.astype("M8[D]").astype(np.int64)
    return (days + 4) % 7


def _day_of_month(dates: _Dates) -> _Parts:
    return _elapsed(dates, "M", "D") + 1


def _day_of_year(dates: _Dates) -> _Parts:
    return _elapsed(dates, "Y", "D") + 1


def _days_in_month(dates: _Dates) -> _Parts:
    month = dates.astype("M8[M]")
    return _elapsed((month + 1).astype("M8[D]") - 1, "M", "D") + 1


def _month(dates: _Dates) -> _Parts:
    months: _Parts = dates.astype("M8[M]").astype(np.int64)
    return months % 12 + 1


def _year(dates: _Dates) -> _Parts:
    years: _Parts = dates.astype("M8[Y]").astype(np.int64)
    return years + 1970


def _elapsed(dates: _Dates, since: str, unit: str) -> _Parts:
    """Whole units since the beginning of the day, month or year."""
    units: _Parts = (dates.astype(f"M8[{unit}]") - dates.astype(f"M8[{since}]")).astype(np.int64)
    return units


_PARTS: dict[str, Callable[[_Dates], _Parts]] = {
    "day_of_month": _day_of_month,
    "day_of_week": _day_of_week,
    "day_of_year": _day_of_year,
    "days_in_month": _days_in_month,
    "hour": _hour,
    "minute": _minute,
    "month": _month,
    "year": _year,
}
DATE_FUNCTIONS = frozenset(_PARTS)


def date_part(name: str, seconds: Values) -> Values:
    """The part of each time; NaN where a value is no time at all."""
    usable = np.abs(seconds) < _FARTHEST_SECONDS
    whole = np.where(usable, np.trunc(seconds), 0).astype(np.int64)
    return np.where(usable, _PARTS[name](whole.astype("M8[s]")), np.nan)
