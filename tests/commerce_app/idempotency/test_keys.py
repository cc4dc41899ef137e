import pytest

from commerce_app.errors import InFlightError, RejectedError
from commerce_app.idempotency.answer import Answer
from commerce_app.idempotency.keys import Entry, replay


def test_an_answer_is_replayed_as_it_was():
    again = replay(Entry("print", 409, b"{}"), "print")
    assert again == Answer(409, b"{}", replayed=True)
    assert again.response().headers["Idempotent-Replay"] == "true"
    assert "Idempotent-Replay" not in Answer(409, b"{}").response().headers


def test_another_payload_under_the_same_key_is_refused():
    with pytest.raises(RejectedError) as refused:
        replay(Entry("print", 201, b"{}"), "another")
    assert refused.value.status == 422


def test_another_payload_is_refused_while_the_first_is_under_way():
    with pytest.raises(RejectedError) as refused:
        replay(Entry("print", None, None), "another")
    assert refused.value.status == 422


def test_a_duplicate_of_what_is_under_way_is_told_to_wait():
    with pytest.raises(InFlightError) as waiting:
        replay(Entry("print", None, None), "print")
    assert (waiting.value.status, waiting.value.retry_after_seconds) == (409, 1)
