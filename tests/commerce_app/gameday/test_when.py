from datetime import UTC, datetime
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from commerce_app.gameday.when import EARLIEST, LATEST, When, checked_rule

START = datetime.fromisoformat("2026-12-01T02:00")
SEOUL, NEW_YORK = ZoneInfo("Asia/Seoul"), ZoneInfo("America/New_York")


def when(rule, start=START, zone=SEOUL):
    return When(start, zone, checked_rule(rule, start))


def unix(text, zone=SEOUL):
    return datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()


def test_times_are_local():
    weekly = when("freq=weekly;byday=tu")
    assert [weekly.spell(at) for at in weekly.upcoming(unix("2026-11-30T00:00"), 2)] == [
        "2026-12-01T02:00:00+09:00",
        "2026-12-08T02:00:00+09:00",
    ]


def test_the_moment_itself_has_passed():
    daily = when("FREQ=DAILY")
    at = unix("2026-12-03T02:00")
    assert daily.next_after(at) == unix("2026-12-04T02:00")
    assert daily.between(at - 1, at) == [at]
    assert daily.between(at, at + 1) == []


def test_a_rule_may_end():
    twice = when("FREQ=DAILY;COUNT=2")
    assert len(list(twice.upcoming(0, 5))) == 2
    assert twice.next_after(unix("2026-12-02T02:00")) is None


def test_clocks_that_skip_the_time_hold_it_later_and_miss_no_other():
    start = datetime.fromisoformat("2026-03-07T02:00")
    rule = when("FREQ=DAILY;BYHOUR=2,3;BYMINUTE=0,30", start, NEW_YORK)
    before = unix("2026-03-08T00:00", NEW_YORK)
    held = [datetime.fromtimestamp(at, UTC).strftime("%d %H:%M") for at in rule.upcoming(before, 3)]
    assert held == ["08 07:00", "08 07:30", "09 06:00"]


def test_of_a_time_that_comes_twice_the_first_is_meant():
    rule = when("FREQ=DAILY;BYHOUR=1;BYMINUTE=30", datetime.fromisoformat("2026-10-30T01:00"), NEW_YORK)
    found = rule.between(unix("2026-11-01T00:00", NEW_YORK), unix("2026-11-01T23:00", NEW_YORK))
    assert [datetime.fromtimestamp(at, UTC).hour for at in found] == [5]


@given(
    st.sampled_from(["FREQ=DAILY", "FREQ=WEEKLY;BYDAY=SU,WE", "FREQ=DAILY;BYHOUR=1,2,3;BYMINUTE=15"]),
    st.sampled_from([SEOUL, NEW_YORK, ZoneInfo("Australia/Lord_Howe")]),
    st.floats(min_value=1_772_000_000, max_value=1_810_000_000),
)
def test_one_after_another_is_all_of_them(rule, zone, at):
    kept = when(rule, datetime.fromisoformat("2026-01-01T02:00"), zone)
    times = list(kept.upcoming(at, 4))
    assert times[0] > at
    assert all(a < b for a, b in pairwise(times))
    assert kept.between(at, times[-1]) == times


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("", "expected an RRULE such as FREQ=WEEKLY;BYDAY=TU"),
        ("0 2 * * 2", "expected an RRULE such as"),
        ("FREQ=HOURLY", "expected FREQ=DAILY, WEEKLY, MONTHLY or YEARLY"),
        ("FREQ=WEEKLY;BYDAY=XX", "expected an RRULE such as"),
        ("FREQ=WEEKLY;FREQ=DAILY", "expected FREQ once"),
        ("FREQ=DAILY;INTERVAL=0", "expected INTERVAL from 1 to 10000"),
        ("FREQ=DAILY;UNTIL=20270101T000000Z", "expected UNTIL in local time"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "expected a rule that happens at least once"),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31", "expected a rule that happens at least once"),
        ("FREQ=DAILY;BYEASTER=0", "expected no BYEASTER"),
        ("FREQ=DAILY;UNTIL=soon", "expected UNTIL such as 20271231T235959"),
        ("FREQ=DAILY;BYMINUTE=0,1", "expected 5 minutes or more between two game days"),
    ],
)
def test_a_rule_that_cannot_be_kept_says_what_was_expected(rule, message):
    with pytest.raises(ValueError, match=message):
        checked_rule(rule, START)


@pytest.mark.parametrize(
    "start", ["0001-01-01T00:00", "2019-12-31T23:59", "2100-01-01T00:00", "9999-12-31T00:00"]
)
def test_a_start_that_is_too_far_away_is_refused(start):
    with pytest.raises(ValueError, match="expected a start from 2020 on and before 2100"):
        checked_rule("FREQ=DAILY", datetime.fromisoformat(start))


def test_until_and_count_both_end_a_rule():
    assert len(list(when("FREQ=DAILY;UNTIL=20261203").upcoming(0, 5))) == 2
    assert len(list(when("FREQ=DAILY;UNTIL=20261203T020000").upcoming(0, 5))) == 3
    assert len(list(when("FREQ=DAILY;UNTIL=99991231T235959;COUNT=4").upcoming(0, 5))) == 4


@given(
    st.sampled_from(
        [
            "FREQ=DAILY;INTERVAL=7",
            "FREQ=WEEKLY;INTERVAL=3;BYDAY=MO,SA;WKST=SU",
            "FREQ=MONTHLY;BYDAY=-1FR",
            "FREQ=YEARLY;BYWEEKNO=53;BYDAY=WE",
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
            "FREQ=DAILY;INTERVAL=2;COUNT=9;BYMONTH=3",
        ]
    ),
    st.datetimes(EARLIEST, LATEST),
)
def test_reckoned_later_it_is_the_same_rule(rule, start):
    start = start.replace(microsecond=0)
    times = When(start, ZoneInfo("UTC"), rule).upcoming(0, 5)
    expected = islice(rrulestr(rule, dtstart=start), 5)
    assert list(times) == [local.replace(tzinfo=UTC).timestamp() for local in expected]
