import math
import re
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.charts.model import Language, Unit
from alerts.charts.quantities import (
    format_clock,
    format_moment,
    format_percent,
    format_quantity,
    korean_number,
    zone_name,
)

KO, EN = Language.KO, Language.EN
SEOUL = ZoneInfo("Asia/Seoul")
MYRIAD = {"조": 10**12, "억": 10**8, "만": 10**4, "": 1}


@pytest.mark.parametrize(
    ("value", "unit", "korean", "english"),
    [
        (0.081, Unit.RATIO, "8.1%", "8.1%"),
        (0.0042, Unit.RATIO, "0.42%", "0.42%"),
        (0.35, Unit.RATIO, "35%", "35%"),
        (-0.0, Unit.RATIO, "0%", "0%"),
        (0.99995, Unit.RATIO, "99.995%", "99.995%"),
        (1.0, Unit.RATIO, "100%", "100%"),
        (0.00001, Unit.RATIO, "<0.01%", "<0.01%"),
        (0.18, Unit.SECONDS, "180ms", "180 ms"),
        (0.9999, Unit.SECONDS, "1초", "1 s"),
        (1.8, Unit.SECONDS, "1.8초", "1.8 s"),
        (12.34, Unit.SECONDS, "12.3초", "12.3 s"),
        (59.97, Unit.SECONDS, "1분", "1 min"),
        (125, Unit.SECONDS, "2분 5초", "2 min 5 s"),
        (3900, Unit.SECONDS, "1시간 5분", "1 h 5 min"),
        (90_000, Unit.SECONDS, "1일 1시간", "1 d 1 h"),
        (241.4, Unit.PER_SECOND, "241/초", "241/s"),
        (0.98, Unit.CORES, "0.98코어", "0.98 cores"),
        (1536, Unit.BYTES, "1.5 KiB", "1.5 KiB"),
        (9999.4, Unit.COUNT, "9,999", "9,999"),
        (12_345, Unit.COUNT, "1만 2,345", "12,345"),
        (8_500, Unit.KRW, "8,500원", "₩8,500"),
        (12_340_000, Unit.KRW, "1,234만 원", "₩12,340,000"),
        (math.nan, Unit.SECONDS, "–", "–"),
        (None, Unit.RATIO, "–", "–"),
    ],
)
def test_reads_as_a_person_would_write_it(value, unit, korean, english):
    assert format_quantity(value, unit, KO) == korean
    assert format_quantity(value, unit, EN) == english


@pytest.mark.parametrize(
    ("whole", "text"),
    [
        (99_999_999, "9,999만 9,999"),
        (100_000_000, "1억"),
        (321_234_567, "3억 2,123만"),
        (999_999_999_999, "1조"),
        (-25_000, "-2만 5,000"),
        (0, "0"),
    ],
)
def test_korean_groups_by_myriads(whole, text):
    assert korean_number(whole) == text


@given(st.integers(min_value=-(10**15), max_value=10**15))
def test_korean_number_reads_back_within_half_its_smallest_group(whole):
    text = korean_number(whole)
    sign = -1 if text.startswith("-") else 1
    read = sign * sum(
        int(digits.replace(",", "")) * MYRIAD[name]
        for digits, name in re.findall(r"([\d,]+)(조|억|만)?", text.lstrip("-"))
    )
    exact = abs(whole) < 10**8
    assert read == whole if exact else abs(read - whole) <= abs(whole) * 5e-5


@given(st.floats(min_value=-10, max_value=10, allow_nan=False))
def test_percent_never_reads_minus_zero_nor_rounds_up_to_all(ratio):
    text = format_percent(ratio)
    assert not re.fullmatch(r"-0(\.0+)?%", text)
    assert text != "100%" or ratio >= 1 - 1e-9


@given(st.floats(allow_nan=True, allow_infinity=True), st.sampled_from(Unit), st.sampled_from(Language))
def test_every_number_has_a_text(value, unit, language):
    text = format_quantity(value, unit, language)
    assert text
    assert "nan" not in text
    assert "inf" not in text


def test_times_are_in_the_zone_asked_for():
    at = 1756861500.0
    assert format_moment(at, SEOUL) == "2025-09-03 10:05:00"
    assert format_clock(at, SEOUL, with_seconds=False) == "10:05"
    assert (zone_name(at, SEOUL), zone_name(at, ZoneInfo("UTC"))) == ("KST", "UTC")


@pytest.mark.parametrize(
    ("zone", "said"),
    [("America/Sao_Paulo", "UTC-3"), ("Asia/Kathmandu", "UTC+5:45"), ("Etc/GMT-12", "UTC+12")],
)
def test_a_zone_without_letters_is_told_by_its_distance_from_utc(zone, said):
    assert zone_name(1756861500.0, ZoneInfo(zone)) == said
