"""OpenSLO's time windows."""

from datetime import date, datetime

import pytest

from alerts.errors import SpecError
from alerts.slo import Calendar, CalendarUnit
from tests.alerts.formats.openslo_specs import load, put, spec

DAY = 86_400.0


def window(duration: str, **more: object) -> dict:
    return put(spec(), "spec.timeWindow", [{"duration": duration, **more}])


def of_calendar(
    duration: str, start: object = "2026-01-01 00:00:00", zone: str = "Asia/Seoul", **more: object
) -> dict:
    return window(duration, calendar={"startTime": start, "timeZone": zone}, **more)


@pytest.mark.parametrize(
    ("duration", "unit", "count", "days"),
    [("7d", "d", 7, 7), ("2w", "w", 2, 14), ("1M", "M", 1, 30), ("1Q", "Q", 1, 90), ("1Y", "Y", 1, 365)],
)
def test_a_calendar_has_a_nominal_length(tmp_path, duration, unit, count, days):
    (slo,) = load(tmp_path, of_calendar(duration, isRolling=False))
    assert slo.calendar == Calendar(CalendarUnit(unit), count, "2026-01-01 00:00:00", "Asia/Seoul")
    assert slo.period_seconds == days * DAY


@pytest.mark.parametrize(
    ("start", "read"),
    [
        (datetime(2026, 1, 2, 12, 30), "2026-01-02 12:30:00"),  # noqa: DTZ001  as YAML reads it
        (date(2026, 1, 2), "2026-01-02 00:00:00"),
        ("2026-01-02T12:30:00", "2026-01-02 12:30:00"),
    ],
)
def test_a_start_is_a_local_time(tmp_path, start, read):
    (slo,) = load(tmp_path, of_calendar("1M", start))
    assert slo.calendar.start == read


def test_a_window_rolls_unless_it_says_otherwise(tmp_path):
    (slo,) = load(tmp_path, window("28d"))
    assert (slo.calendar, slo.period_seconds) == (None, 28 * DAY)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (of_calendar("1M", isRolling=True), "spec.timeWindow.0.isRolling: expected false beside calendar"),
        (
            of_calendar("12h"),
            "spec.timeWindow.0.duration: expected days, weeks, months, quarters or years such",
        ),
        (of_calendar("11Y"), "spec.timeWindow.0.duration: expected at most 10 years, found '11Y'"),
        (of_calendar("1M", "soon"), "calendar.startTime: expected a local time such as 2026-01-01 00:00:00"),
        (of_calendar("1M", "2026-01-01 00:00:00+09:00"), "calendar.startTime: expected a local time such as"),
        (of_calendar("1M", "0001-01-01"), "calendar.startTime: expected a year from 1970 to 2200, found 1"),
        *(
            (
                of_calendar("1M", zone=zone),
                "calendar.timeZone: expected a time zone such as Asia/Seoul, found",
            )
            for zone in ("Mars/Base", "/etc/passwd", "../UTC", "Asia", "\0")
        ),
    ],
)
def test_what_is_no_window_is_named(tmp_path, content, expected):
    with pytest.raises(SpecError) as error:
        load(tmp_path, content)
    assert expected in str(error.value)
