from datetime import UTC, datetime, timedelta

import pytest

from commerce_app.order.bill import Cart
from commerce_app.order.repeats import REPEAT_SECONDS, Repeats

CART = Cart(7, {1: 2, 3: 1})


class Clock:
    at = datetime(2025, 9, 3, tzinfo=UTC)

    def __call__(self):
        return self.at


@pytest.mark.parametrize(
    ("cart", "later", "is_repeat"),
    [
        (Cart(7, {3: 1, 1: 2}), REPEAT_SECONDS - 1, True),
        (CART, REPEAT_SECONDS, False),
        (Cart(8, {1: 2, 3: 1}), 1, False),
        (Cart(7, {1: 2, 3: 2}), 1, False),
    ],
)
def test_only_the_same_to_the_same_customer_soon_is_a_repeat(cart, later, is_repeat):
    clock = Clock()
    repeats = Repeats(clock)
    repeats.note(CART)
    clock.at += timedelta(seconds=later)
    assert repeats.note(cart) is is_repeat


def test_a_repeat_counts_from_the_last_sale_and_nothing_is_kept_for_longer():
    clock = Clock()
    repeats = Repeats(clock)
    told = []
    for _ in range(3):
        told.append(repeats.note(CART))
        clock.at += timedelta(seconds=REPEAT_SECONDS - 1)
    assert told == [False, True, True]
    clock.at += timedelta(seconds=REPEAT_SECONDS)
    repeats.note(Cart(8, {1: 1}))
    assert len(repeats._sold) == 1
