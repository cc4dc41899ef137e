import pytest

from commerce_app.admin import read_flips
from commerce_app.errors import RejectedError
from commerce_app.switches import Switch


def test_switches_author_and_reason_are_told_apart():
    body = {"local_tier": True, "early_refresh": False, "author": "runbook", "reason": "hit rate fell"}
    wanted = {Switch.LOCAL_TIER: True, Switch.EARLY_REFRESH: False}
    assert read_flips(body) == (wanted, "runbook", "hit rate fell")


def test_author_and_reason_may_be_left_out():
    assert read_flips({}) == ({}, "operator", "")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"turbo": True}, "turbo: expected a switch: redis_fast_timeouts"),
        ({"local_tier": "yes"}, "local_tier: expected true or false"),
        ({"author": 7}, "author and reason: expected text"),
    ],
)
def test_a_mistake_is_named(body, reason):
    with pytest.raises(RejectedError, match=reason) as rejected:
        read_flips(body)
    assert rejected.value.status == 422
