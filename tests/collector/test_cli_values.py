import click
import pytest

from collector.cli_values import Time
from collector.clock import ManualClock

NOW = 1_000_000.0


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("now", NOW),
        ("-2h", NOW - 7200),
        ("now-1h30m", NOW - 5400),
        ("12.5", 12.5),
        ("-60", -60.0),
        ("1970-01-01T00:01:00Z", 60.0),
    ],
)
def test_a_time_is_fixed_or_before_now(text, seconds):
    assert Time(ManualClock(NOW)).convert(text, None, None) == seconds


@pytest.mark.parametrize("text", ["2h", "-2x", "yesterday", "now+1h", "1970-01-01T00:01:00", "-"])
def test_other_texts_are_told(text):
    with pytest.raises(
        click.UsageError, match="expected Unix seconds, RFC 3339, or before now as -2h or now"
    ):
        Time(ManualClock(NOW)).convert(text, None, None)
