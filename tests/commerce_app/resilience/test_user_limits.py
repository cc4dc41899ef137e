import pytest

from commerce_app.errors import RateLimitedError
from commerce_app.resilience.user_limits import Allowance, UserLimits

ORDERS = Allowance("ordering", count=1, window_seconds=1)
CLAIMS = Allowance("claiming", count=3, window_seconds=60, failures=5, block_seconds=600)


class Stand:
    """Limits under a clock that stands where it is put."""

    def __init__(self, allowance, **options):
        self.at = 0.0
        self.limits = UserLimits(allowance, lambda: self.at, **options)

    def admit(self, user_id, at):
        self.at = at
        self.limits.admit(user_id)

    def failed(self, user_id, at):
        self.at = at
        self.limits.failed(user_id)

    def remembered(self):
        return list(self.limits._records)


def test_one_a_second():
    stand = Stand(ORDERS)
    stand.admit(1, at=0)
    with pytest.raises(RateLimitedError, match="1 per 1 s"):
        stand.admit(1, at=0.9)
    stand.admit(1, at=1)


def test_users_do_not_share_an_allowance():
    stand = Stand(ORDERS)
    stand.admit(1, at=0)
    stand.admit(2, at=0)


def test_the_window_slides():
    stand = Stand(CLAIMS)
    for at in (0, 30, 50):
        stand.admit(1, at=at)
    with pytest.raises(RateLimitedError) as refused:
        stand.admit(1, at=55)
    assert refused.value.retry_after_seconds == 5
    stand.admit(1, at=60)


def test_five_failures_in_a_row_block_for_ten_minutes():
    stand = Stand(CLAIMS)
    for at in range(0, 500, 100):
        stand.admit(1, at=at)
        stand.failed(1, at=at)
    with pytest.raises(RateLimitedError, match="5 failures"):
        stand.admit(1, at=999)
    stand.admit(1, at=1000)


def test_a_success_ends_the_row():
    stand = Stand(CLAIMS)
    for _ in range(4):
        stand.failed(1, at=0)
    stand.limits.succeeded(1)
    stand.failed(1, at=0)
    stand.admit(1, at=0)


def test_whoever_stayed_away_is_forgotten():
    stand = Stand(ORDERS)
    for user in range(1000):
        stand.admit(user, at=float(user))
    assert len(stand.remembered()) <= 2


def test_a_crowd_of_made_up_users_is_not_remembered_whole():
    stand = Stand(CLAIMS, users_limit=3)
    for user in (1, 2, 3, 1, 4):
        stand.admit(user, at=0)
    assert stand.remembered() == [3, 1, 4]
    stand.failed(2, at=0)
    assert stand.remembered() == [1, 4, 2]


def test_the_clock_of_the_day_may_be_set(monkeypatch):
    limits = UserLimits(Allowance("ordering", count=1, window_seconds=3600))
    monkeypatch.setattr("time.time", lambda: 86_400.0)
    limits.admit(1)
    monkeypatch.setattr("time.time", lambda: 0.0)
    with pytest.raises(RateLimitedError) as refused:
        limits.admit(1)
    assert refused.value.retry_after_seconds <= 3600
