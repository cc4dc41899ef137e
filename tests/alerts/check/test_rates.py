import pytest

from alerts.check.rates import format_rate, parse_rate


@pytest.mark.parametrize(
    ("text", "per_second"), [("0.2/s", 0.2), ("500/m", 500 / 60), (" 1000/h ", 1 / 3.6), ("1/d", 1 / 86_400)]
)
def test_rates(text, per_second):
    assert parse_rate(text) == pytest.approx(per_second)


@pytest.mark.parametrize("text", ["", "5", "/s", "0/s", "-1/s", "nan/s", "1e3/s", "5/w", "5 /s", "1/s/s"])
def test_what_is_no_rate(text):
    with pytest.raises(ValueError, match="expected a rate above 0 such as"):
        parse_rate(text)


@pytest.mark.parametrize(
    ("per_second", "text"),
    [
        (3.2, "3.2/s"),
        (1.0, "1/s"),
        (0.2, "12/m"),
        (1 / 3600, "1/h"),
        (1e-6, "0.0864/d"),
        (12345.6, "12,346/s"),
    ],
)
def test_rates_are_told_in_a_unit_that_gives_a_number_of_one_or_more(per_second, text):
    assert format_rate(per_second) == text
