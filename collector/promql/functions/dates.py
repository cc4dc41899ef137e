"""Functions that read a value as Unix seconds and answer in UTC."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from collector.series import Values

_Dates = npt.NDArray[np.datetime64]
_FARTHEST_SECONDS = 2.0**53


def _hour(dates: _Dates) -> Values:
    return (dates - dates.astype("M8[D]")).astype("m8[h]").astype(np.float64)


def _minute(dates: _Dates) -> Values:
    return (dates - dates.astype("M8[h]")).astype("m8[m]").astype(np.float64)


def _day_of_week(dates: _Dates) -> Values:
    """Sunday is 0; the epoch was a Thursday."""
    return (dates.astype("M8[D]").astype(np.int64) + 4) % 7 + 0.0


def _day_of_month(dates: _Dates) -> Values:
    return (dates.astype("M8[D]") - dates.astype("M8[M]")).astype(np.float64) + 1


def _day_of_year(dates: _Dates) -> Values:
    return (dates.astype("M8[D]") - dates.astype("M8[Y]")).astype(np.float64) + 1


def _days_in_month(dates: _Dates) -> Values:
    month = dates.astype("M8[M]")
    return ((month + 1).astype("M8[D]") - month.astype("M8[D]")).astype(np.float64)


def _month(dates: _Dates) -> Values:
    return dates.astype("M8[M]").astype(np.int64) % 12 + 1.0


def _year(dates: _Dates) -> Values:
    return dates.astype("M8[Y]").astype(np.int64) + 1970.0


_PARTS: dict[str, Callable[[_Dates], Values]] = {
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
