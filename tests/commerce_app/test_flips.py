import orjson
import pytest

from commerce_app.errors import RejectedError
from commerce_app.flips import Flips, read_flips
from commerce_app.switches import Switch

WHO = {"author": "runbook", "reason": "hit rate fell"}


def test_switches_author_and_reason_are_told_apart():
    body = {"local_tier": True, "early_refresh": False, "author": " runbook ", "reason": "적중률 하락"}
    states = {Switch.LOCAL_TIER: True, Switch.EARLY_REFRESH: False}
    assert read_flips(orjson.dumps(body)) == Flips(states, "runbook", "적중률 하락")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"turbo": True}, "^turbo: expected a switch: redis_fast_timeouts"),
        ({"t" * 10_000: True}, "^t{100}…: expected a switch"),
        ({"local_tier": "yes"}, "^local_tier: expected true or false"),
        ({"local_tier": 1}, "^local_tier: expected true or false"),
        ({"author": 7}, "^author: expected text of 1 to 100 characters"),
        ({"author": None}, "^author: expected text"),
        ({"author": "a" * 101}, "^author: expected text"),
        ({"reason": " \t"}, "^reason: expected text of 1 to 500 characters"),
        ({"reason": "r" * 501}, "^reason: expected text"),
        ({"reason": "fine\nWARNING forged"}, "^reason: .* in one line"),
        ({"reason": "fine\u2028forged"}, "^reason: .* in one line"),
        ({"reason": "\u202eforged"}, "^reason: .* in one line"),
    ],
)
def test_a_mistake_is_named(change, reason):
    with pytest.raises(RejectedError, match=reason) as rejected:
        read_flips(orjson.dumps({"local_tier": True, **WHO, **change}))
    assert rejected.value.status == 422


@pytest.mark.parametrize("left_out", ["author", "reason"])
def test_author_and_reason_are_needed(left_out):
    body = {"local_tier": True, **WHO}
    del body[left_out]
    with pytest.raises(RejectedError, match=f"^{left_out}: expected text"):
        read_flips(orjson.dumps(body))


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"true", b"\xff", orjson.dumps(WHO)])
def test_a_body_that_flips_nothing_is_refused(body):
    with pytest.raises(RejectedError, match=r"^body: expected"):
        read_flips(body)
