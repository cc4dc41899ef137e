import pytest

from commerce_app.admin import flip_event, prewarm_event, read_flips
from commerce_app.errors import RejectedError
from commerce_app.switches import Flip, Switch


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


@pytest.mark.parametrize(
    ("reason", "text"), [("hit rate fell", "local_tier off: hit rate fell"), ("", "local_tier off")]
)
def test_a_flip_is_told_with_its_reason(reason, text):
    event = flip_event(Flip(Switch.LOCAL_TIER, enabled=False), 7.0, "runbook", reason)
    assert (event.at, event.kind, event.author, event.text) == (7.0, "switch", "runbook", text)
    assert event.attributes == {"switch": "local_tier", "from": True, "to": False, "reason": reason}


def test_prewarming_is_told_in_both_languages():
    event = prewarm_event(5, 7.0, "runbook", "cold")
    assert (event.kind, event.text) == ("mitigation", "pre-warmed 5 keys: cold")
    assert event.attributes == {"warmed": 5, "reason": "cold", "text_ko": "캐시 키 5개 프리워밍: cold"}
