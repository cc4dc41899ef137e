import pytest
from fastapi import Request
from pydantic import BaseModel

from commerce_app.errors import RejectedError
from commerce_app.idempotency.header import key_reader, request_key
from commerce_app.switches import Switch, Switches


class Charge(BaseModel):
    amount: int


def request(*keys):
    return Request({"type": "http", "headers": [(b"idempotency-key", key.encode()) for key in keys]})


def test_a_key_may_be_left_out():
    assert key_reader(Switches())(request()) is None


def test_a_key_is_demanded_while_the_switch_is_on():
    switches = Switches()
    read = key_reader(switches)
    switches.set({Switch.IDEMPOTENCY_KEYS: True})
    with pytest.raises(RejectedError, match="Idempotency-Key: expected a key") as refused:
        read(request())
    assert refused.value.status == 400
    assert read(request("a-1")) == "a-1"


@pytest.mark.parametrize("key", ["", "two words", "x" * 256, "schlüssel"])
def test_what_is_no_key(key):
    with pytest.raises(RejectedError, match="Idempotency-Key: expected 1 to 255"):
        key_reader(Switches())(request(key))


def test_a_key_belongs_to_an_operation_and_a_user():
    keys = [
        request_key("k", operation, user, Charge(amount=amount))
        for operation, user, amount in (
            ("claim/3", 1, 10), ("claim/4", 1, 10), ("charge", 1, 10), ("charge", 2, 10), ("charge", 2, 20),
        )
    ]  # fmt: skip
    assert [key.scope for key in keys] == ["claim:1", "claim:1", "charge:1", "charge:2", "charge:2"]
    prints = [key.fingerprint for key in keys]
    assert prints[0] != prints[1]
    assert prints[3] != prints[4]


def test_without_a_key_there_is_nothing_to_keep():
    assert request_key(None, "charge", 1, Charge(amount=10)) is None
