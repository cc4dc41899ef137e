from datetime import UTC, datetime

from commerce_app.outbox.events import OutboxEvent
from commerce_app.product.sales import pieces


def order(paid_at, *items):
    lines = [{"product_id": product_id, "quantity": quantity} for product_id, quantity in items]
    return OutboxEvent("e", "order-confirmed", {"paid_at": paid_at, "items": lines})


def test_pieces_are_counted_by_product_and_hour():
    sold = pieces(
        [
            order("2025-09-03T19:05:00+09:00", (7, 2), (8, 1)),
            order("2025-09-03T10:59:59.999999+00:00", (7, 3)),
            order("2025-09-03T11:00:00+00:00", (7, 1)),
        ]
    )
    ten, eleven = (datetime(2025, 9, 3, hour, tzinfo=UTC) for hour in (10, 11))
    assert sold == {(7, ten): 5, (8, ten): 1, (7, eleven): 1}
