from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce_app.coupon.discount import Coupon
from commerce_app.errors import RejectedError

AT = datetime(2025, 9, 3, tzinfo=UTC)


def coupon(kind="percent", value=10, cap=10_000, minimum=10_000, expires_at=AT + timedelta(days=1)):
    return Coupon(kind, value, cap, minimum, expires_at)


@pytest.mark.parametrize(
    ("given_coupon", "subtotal", "off"),
    [
        (coupon(), 20_000, 2_000),
        (coupon(), 10_009, 1_000),
        (coupon(), 500_000, 10_000),
        (coupon("fixed", 1_000), 10_000, 1_000),
        (coupon("fixed", 50_000, cap=50_000), 10_000, 10_000),
    ],
)
def test_what_it_takes_off(given_coupon, subtotal, off):
    assert given_coupon.discount(subtotal, AT) == off


@pytest.mark.parametrize(
    ("given_coupon", "subtotal", "reason"),
    [(coupon(), 9_999, "an order of 10000"), (coupon(expires_at=AT), 20_000, "expired")],
)
def test_when_it_does_not_apply(given_coupon, subtotal, reason):
    with pytest.raises(RejectedError, match=reason):
        given_coupon.discount(subtotal, AT)


@given(
    st.sampled_from(["percent", "fixed"]), st.integers(1, 100), st.integers(1, 10**6), st.integers(1, 10**9)
)
def test_it_never_takes_more_than_the_cap_or_the_order(kind, value, cap, subtotal):
    off = coupon(kind, value, cap, minimum=0).discount(subtotal, AT)
    assert 0 <= off <= min(cap, subtotal)
