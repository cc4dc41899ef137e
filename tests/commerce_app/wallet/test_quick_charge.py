from datetime import UTC, datetime, timedelta

import pytest

from commerce_app.errors import DependencyError
from commerce_app.locks import RowLocks
from commerce_app.metrics import Metrics
from commerce_app.wallet.quick_charge import QuickCharge
from tests.commerce_app.contended import ContendedPrimary

AT = datetime(2026, 9, 3, 10, tzinfo=UTC)


async def test_a_contended_wallet_is_left_alone_as_long_as_it_has_been():
    quick = QuickCharge(ContendedPrimary(balance=0), RowLocks(Metrics()))
    told = []
    for seconds in (0, 6, 600):
        with pytest.raises(DependencyError, match="wallet 1 changed 5 times") as contended:
            await quick.charge(1, 1_000, AT + timedelta(seconds=seconds), None)
        told.append(contended.value.retry_after_seconds)
    assert told == [1, 6, 1]
