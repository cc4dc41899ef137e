import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.group import Occasion, Pace, due_at, retry_at

PACE = Pace(ticket_wait_seconds=30, update_every_seconds=15)


@pytest.mark.parametrize(
    ("occasion", "last_sent_at", "due"),
    [
        (Occasion.PAGE, None, 100),
        (Occasion.PAGE, 99, 100),
        (Occasion.TICKET, None, 130),
        (Occasion.UPDATE, None, 100),
        (Occasion.UPDATE, 90, 105),
        (Occasion.UPDATE, 10, 100),
    ],
)
def test_page_never_waits_and_the_others_gather(occasion, last_sent_at, due):
    assert due_at(occasion, 100, last_sent_at, PACE) == due


@given(st.sampled_from(Occasion), st.integers(1, 10_000))
def test_waits_grow_to_a_limit(occasion, attempts):
    wait = retry_at(occasion, attempts, 0.0)
    assert 1 <= wait <= (15 if occasion is Occasion.PAGE else 60)
    assert retry_at(occasion, attempts + 1, 0.0) >= wait


def test_channel_that_names_its_wait_is_believed():
    assert retry_at(Occasion.PAGE, 5, 100.0, 7.0) == 107.0


@pytest.mark.parametrize("seconds", [61.0, 86_400.0, float("inf"), float("nan")])
def test_channel_that_wants_a_page_to_wait_for_long_is_not(seconds):
    assert retry_at(Occasion.PAGE, 1, 100.0, seconds) == 160.0
