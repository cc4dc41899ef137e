import pytest

from commerce_app.errors import RateLimitedError
from commerce_app.resilience.user_limits import Allowance, UserLimits

ORDERS = Allowance("ordering", count=1, window_seconds=1)
CLAIMS = Allowance("claiming", count=3, window_seconds=60, failures=5, block_seconds=600)


def test_one_a_second():
    limits = UserLimits(ORDERS)
    limits.admit(1, at=0)
    with pytest.raises(RateLimitedError, match="1 per 1 s"):
        limits.admit(1, at=0.9)
    limits.admit(1, at=1)


def test_users_do_not_share_an_allowance():
    limits = UserLimits(ORDERS)
    limits.admit(1, at=0)
    limits.admit(2, at=0)


def test_the_window_slides():
    limits = UserLimits(CLAIMS)
    for at in (0, 30, 50):
        limits.admit(1, at=at)
    with pytest.raises(RateLimitedError) as refused:
        limits.admit(1, at=55)
    assert refused.value.retry_after_seconds == 5
    limits.admit(1, at=60)


def test_five_failures_in_a_row_block_for_ten_minutes():
    limits = UserLimits(CLAIMS)
    for at in range(0, 500, 100):
        limits.admit(1, at=at)
        limits.failed(1, at=at)
    with pytest.raises(RateLimitedError, match="5 failures"):
        limits.admit(1, at=999)
    limits.admit(1, at=1000)


def test_a_success_ends_the_row():
    limits = UserLimits(CLAIMS)
    for _ in range(4):
        limits.failed(1, at=0)
    limits.succeeded(1)
    limits.failed(1, at=0)
    limits.admit(1, at=0)


def test_whoever_stayed_away_is_forgotten():
    limits = UserLimits(ORDERS)
    for user in range(1000):
        limits.admit(user, at=float(user))
    assert len(limits._records) <= 2
