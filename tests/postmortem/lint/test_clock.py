import pytest

from postmortem.lint.clock import clocks, durations, format_time, t_plus_times, zone_shift_seconds


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("10:05", ["10:05"]),
        ("2025-09-03 10:05:30 KST", ["10:05:30"]),
        ("오전 9시 5분, 오후 2시", ["09:05", "14:00"]),
        ("2:05 pm and 12:01 AM", ["14:05", "00:01"]),
        ("from 10:05 to 10:50.", ["10:05", "10:50"]),
        ("10:05: slow", ["10:05"]),
        ("localhost:9600, 3:2, 1:100, 25:99, T+0:20", []),
        ("2시간 걸렸다", []),
    ],
)
def test_clock_times(text, times):
    assert [format_time(clock.second) for clock in clocks(text)] == times


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("T+03m", 180),
        ("T+9m30s", 570),
        ("T+1h05m", 3900),
        ("T-15s", -15),
        ("T+20분", 1200),
        ("T+20", 1200),
        ("T+0:20", 1200),
        ("T + 5 min", 300),
        ("T+0", 0),
        ("GMT+9 is no such time", None),
    ],
)
def test_times_since_an_origin(text, seconds):
    assert [span.seconds for span in t_plus_times(text)] == ([] if seconds is None else [seconds])


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("45분간", [2700]),
        ("1시간 20분", [4800]),
        ("1 h 20 min", [4800]),
        ("a 15-minute outage", [900]),
        ("2.5 hours", [9000]),
        ("9분 30초", [570]),
        ("1 d 3 h", [97_200]),
        ("2 days and 30 minutes", [174_600]),
        ("1일 3시간", [97_200]),
        ("9월 3일 3시간 동안", [10_800]),
        ("kept for 30 days, 5 messages", []),
        ("1d3h", [97_200]),
        ("at 10:05 for 4 min", [240]),
        ("p95, 180ms, 3 messages, 5 mice", []),
    ],
)
def test_lengths_of_time(text, seconds):
    assert [span.seconds for span in durations(text)] == seconds


def test_zones_differ_by_hours():
    assert zone_shift_seconds("UTC", "KST") == 9 * 3600
    assert zone_shift_seconds("", "KST") == 0
    assert zone_shift_seconds("UTC", "UTC-3") == -3 * 3600
    assert zone_shift_seconds("UTC+5:45", "UTC") == -5.75 * 3600


def test_a_zone_is_told_by_its_distance_from_utc_too():
    assert [clock.zone for clock in clocks("12:24 (UTC-3), 15:24 UTC, 12:24 UTC+5:45")] == [
        "UTC-3",
        "UTC",
        "UTC+5:45",
    ]
