from datetime import UTC, datetime, timedelta

import pytest

from commerce_app.coupon.counter import CouponCounter
from commerce_app.errors import DependencyError
from commerce_app.locks import RowLocks
from commerce_app.metrics import Metrics
from tests.commerce_app.contended import ContendedPrimary

AT = datetime(2026, 9, 3, 10, tzinfo=UTC)


async def test_a_contended_coupon_is_left_alone_as_long_as_it_has_been():
    free = ContendedPrimary(available=5, expires_at=AT + timedelta(days=1), known=True, has=False)
    counter = CouponCounter(free, RowLocks(Metrics()))
    told = []
    for seconds in (0, 6, 600):
        with pytest.raises(DependencyError, match="coupon 1 changed 3 times") as contended:
            await counter.claim(1, 1, AT + timedelta(seconds=seconds), None)
        told.append(contended.value.retry_after_seconds)
    assert told == [1, 6, 1]
