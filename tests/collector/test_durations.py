import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.durations import format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        ("500ms", 0.5),
        ("30s", 30),
        ("1m30s", 90),
        ("1h30m", 5400),
        ("1d", 86_400),
        ("1w", 604_800),
        ("1y", 31_536_000),
        ("1m500ms", 60.5),
    ],
)
def test_parses(text, seconds):
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "5", "1.5h", "30m1h", "1h1h", "-5m", "5M", " 5m", "5m ", "1h 30m", "1" * 10 + "s"]
)
def test_refuses_and_names_the_text(text):
    with pytest.raises(ValueError, match="not a duration") as caught:
        parse_duration(text)
    assert repr(text) in str(caught.value)


@pytest.mark.parametrize("text", ["293y", "999999999y", "106752d"])
def test_durations_beyond_gos_are_refused(text):
    with pytest.raises(ValueError, match=f"out of range: '{text}'"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (5400, "1h30m"), (0.25, "250ms"), (604_800, "7d"), (-90, "-1m30s"), (59.9996, "1m")],
)
def test_formats(seconds, text):
    assert format_duration(seconds) == text


@settings(deadline=None, derandomize=True)
@given(st.integers(0, 10**12))
def test_what_is_formatted_parses_back(milliseconds):
    assert round(parse_duration(format_duration(milliseconds / 1000)) * 1000) == milliseconds
