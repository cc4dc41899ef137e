import pytest

from alerts.percentages import percent


@pytest.mark.parametrize(
    ("ratio", "digits", "text"),
    [
        (0.0, 4, "0 %"),
        (1.0, 2, "100 %"),
        (0.996, 2, "100 %"),
        (1.44, 4, "144 %"),
        (123.456, 2, "12346 %"),
        (0.05, 4, "5 %"),
        (0.123456, 4, "12.35 %"),
        (1e-7, 2, "0.00001 %"),
        (0.09996, 3, "10 %"),
    ],
)
def test_per_cents_have_no_exponent(ratio, digits, text):
    assert percent(ratio, digits) == text
