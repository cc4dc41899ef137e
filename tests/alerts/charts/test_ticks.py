from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.charts.model import Language, Unit
from alerts.charts.ticks import time_ticks, value_axis

SEOUL = ZoneInfo("Asia/Seoul")
TEN = 1756861200.0  # 2025-09-03 10:00 KST


@pytest.mark.parametrize(
    ("low", "high", "unit", "language", "labels"),
    [
        (0, 0.35, Unit.SECONDS, Language.EN, ["0 ms", "100 ms", "200 ms", "300 ms", "400 ms"]),
        (0, 7, Unit.SECONDS, Language.KO, ["0초", "2초", "4초", "6초", "8초"]),
        (0, 0.08, Unit.RATIO, Language.KO, ["0%", "2%", "4%", "6%", "8%"]),
        (
            0.985,
            1,
            Unit.RATIO,
            Language.EN,
            ["98.5%", "99.0%", "99.5%", "100.0%"],
        ),
        (0, 200_000, Unit.COUNT, Language.KO, ["0만", "5만", "10만", "15만", "20만"]),
        (0, 20_000, Unit.COUNT, Language.EN, ["0k", "5k", "10k", "15k", "20k"]),
        (0, 3_000_000, Unit.BYTES, Language.EN, ["0 MiB", "1 MiB", "2 MiB", "3 MiB"]),
    ],
)
def test_value_ticks_are_round_and_share_a_unit(low, high, unit, language, labels):
    assert [tick.label for tick in value_axis(low, high, unit, language).ticks] == labels


@given(
    st.floats(min_value=-1e6, max_value=1e6),
    st.floats(min_value=0, max_value=1e6),
    st.sampled_from(Unit),
)
def test_axis_holds_its_values_in_few_ticks(low, span, unit):
    axis = value_axis(low, low + span, unit, Language.KO)
    tolerance = 1e-6 * max(1.0, abs(low), abs(low + span))
    assert axis.low <= low + tolerance
    assert axis.high >= low + span - tolerance
    assert 2 <= len(axis.ticks) <= 8


def test_time_ticks_fall_on_whole_minutes_of_the_zone():
    labels = [tick.label for tick in time_ticks(TEN - 130, TEN + 610, SEOUL, Language.KO)]
    assert labels == ["09:58", "10:00", "10:02", "10:04", "10:06", "10:08", "10:10"]


def test_short_windows_show_seconds():
    assert [t.label for t in time_ticks(TEN, TEN + 60, SEOUL, Language.EN)][:2] == ["10:00:00", "10:00:10"]


def test_long_windows_show_days_of_the_zone():
    ticks = time_ticks(TEN, TEN + 6 * 86_400, SEOUL, Language.KO)
    assert [t.label for t in ticks][:2] == ["9월 4일", "9월 5일"]


@given(st.floats(min_value=1, max_value=2e8))
def test_time_ticks_stay_few_and_inside(span):
    ticks = time_ticks(TEN, TEN + span, SEOUL, Language.EN)
    assert all(TEN <= tick.at <= TEN + span for tick in ticks)
    assert len(ticks) <= 9
