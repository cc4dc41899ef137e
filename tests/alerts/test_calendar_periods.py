from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.calendar_periods import period_at, period_start, seconds_so_far
from alerts.slo import Calendar, CalendarUnit

DAY, MONTH = 86_400.0, CalendarUnit.MONTH
ZONES = ("Asia/Seoul", "America/New_York", "Pacific/Apia", "Australia/Lord_Howe", "UTC")


def at(text: str, zone: str = "UTC") -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


def told(calendar: Calendar, moment: float) -> list[str]:
    zone = ZoneInfo(calendar.zone)
    return [f"{datetime.fromtimestamp(each, zone):%Y-%m-%d %H:%M}" for each in period_at(calendar, moment)]


@pytest.mark.parametrize(
    ("unit", "count", "start", "moment", "expected"),
    [
        ("M", 1, "2026-01-01 00:00:00", "2026-11-26", ["2026-11-01 00:00", "2026-12-01 00:00"]),
        ("M", 1, "2026-01-01 00:00:00", "2026-12-01", ["2026-12-01 00:00", "2027-01-01 00:00"]),
        ("M", 1, "2026-01-31 12:00:00", "2026-03-05", ["2026-02-28 12:00", "2026-03-31 12:00"]),
        ("M", 1, "2024-01-31 12:00:00", "2024-03-05", ["2024-02-29 12:00", "2024-03-31 12:00"]),
        ("M", 2, "2026-01-01 00:00:00", "2026-04-30", ["2026-03-01 00:00", "2026-05-01 00:00"]),
        ("Q", 1, "2026-02-01 00:00:00", "2026-04-30", ["2026-02-01 00:00", "2026-05-01 00:00"]),
        ("Y", 1, "2024-02-29 00:00:00", "2026-02-27", ["2025-02-28 00:00", "2026-02-28 00:00"]),
        ("w", 1, "2026-01-05 09:00:00", "2026-01-12", ["2026-01-05 09:00", "2026-01-12 09:00"]),
        ("d", 10, "2026-01-01 00:00:00", "2026-01-10", ["2026-01-01 00:00", "2026-01-11 00:00"]),
        ("M", 1, "2026-06-15 00:00:00", "2026-05-01", ["2026-04-15 00:00", "2026-05-15 00:00"]),
    ],
)
def test_which_period_a_time_lies_in(unit, count, start, moment, expected):
    assert told(Calendar(CalendarUnit(unit), count, start, "UTC"), at(moment)) == expected


def test_months_begin_at_midnight_of_their_zone():
    seoul = Calendar(MONTH, 1, "2026-01-01 00:00:00", "Asia/Seoul")
    assert told(seoul, at("2026-10-31 15:00")) == ["2026-11-01 00:00", "2026-12-01 00:00"]
    assert told(seoul, at("2026-10-31 14:59")) == ["2026-10-01 00:00", "2026-11-01 00:00"]


@pytest.mark.parametrize(("moment", "hours"), [("2026-03-08", 23), ("2026-11-01", 25), ("2026-06-01", 24)])
def test_a_day_of_a_clock_change_is_shorter_or_longer(moment, hours):
    days = Calendar(CalendarUnit.DAY, 1, "2026-01-01 00:00:00", "America/New_York")
    start, end = period_at(days, at(f"{moment} 12:00", "America/New_York"))
    assert (end - start) / 3600 == hours


def test_a_start_that_the_clocks_skip_is_as_late_as_they_skip():
    days = Calendar(CalendarUnit.DAY, 1, "2026-01-01 02:30:00", "America/New_York")
    assert told(days, at("2026-03-08 12:00", "America/New_York")) == ["2026-03-08 03:30", "2026-03-09 02:30"]


def test_the_period_so_far_is_a_window_of_whole_seconds():
    months = Calendar(MONTH, 1, "2026-01-01 00:00:00", "UTC")
    assert seconds_so_far(months, at("2026-11-01") + 90.7) == 90
    assert seconds_so_far(months, at("2026-11-01")) == 1


CALENDARS = st.builds(
    Calendar,
    st.sampled_from(CalendarUnit),
    st.integers(1, 9),
    st.datetimes(datetime(1990, 1, 1), datetime(2040, 1, 1)).map(  # noqa: DTZ001  local time
        lambda start: f"{start:%Y-%m-%d %H:%M:%S}"
    ),
    st.sampled_from(ZONES),
)
MOMENTS = st.floats(
    datetime(1990, 1, 1, tzinfo=UTC).timestamp(), datetime(2040, 1, 1, tzinfo=UTC).timestamp()
)


@settings(deadline=None, derandomize=True, max_examples=150)
@given(CALENDARS, MOMENTS)
def test_each_time_lies_in_one_period_and_the_next_begins_where_it_ends(calendar, moment):
    start, end = period_at(calendar, moment)
    assert start <= moment < end
    assert period_at(calendar, end)[0] == end
    assert period_at(calendar, start) == (start, end)
    assert period_at(calendar, start - 1)[1] == start


@settings(deadline=None, derandomize=True, max_examples=60)
@given(CALENDARS, st.integers(-200, 200))
def test_periods_are_what_their_units_say_but_for_month_ends_and_clocks(calendar, number):
    days = {"d": 1, "w": 7, "M": 30.44, "Q": 91.3, "Y": 365.25}[calendar.unit] * calendar.count
    lasted = period_start(calendar, number + 1) - period_start(calendar, number)
    assert abs(lasted / DAY - days) <= 4.5
