import pytest
from pydantic import ValidationError

from commerce_app.order.bill import Cart
from commerce_app.order.routes import OrderRequest


def request(*items, **more):
    lines = [{"product_id": product_id, "quantity": quantity} for product_id, quantity in items]
    return OrderRequest.model_validate({"user_id": 1, "items": lines, **more})


def test_a_request_becomes_a_cart():
    cart = request((7, 2), (3, 10), coupon_id=2, expected_total=9_900).cart()
    assert cart == Cart(1, {7: 2, 3: 10}, 2, 9_900)


@pytest.mark.parametrize(
    ("items", "more", "reason"),
    [
        ([], {}, "at least 1 item"),
        ([(7, 11)], {}, "less than or equal to 10"),
        ([(7, 0)], {}, "greater than or equal to 1"),
        ([(0, 1)], {}, "greater than or equal to 1"),
        ([(1, 10), (2, 10), (3, 10), (4, 1)], {}, "at most 30 pieces"),
        ([(7, 1), (7, 1)], {}, "in one item only"),
        ([(7, 1)], {"price": 0}, "Extra inputs"),
        ([(7, 1)], {"coupon_id": "x"}, "valid integer"),
    ],
)
def test_what_the_policy_forbids(items, more, reason):
    with pytest.raises(ValidationError, match=reason):
        request(*items, **more)
