"""What an order comes to. Amounts in won."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One product of an order at the price the primary knows."""

    product_id: int
    quantity: int
    unit_price: int


@dataclass(frozen=True)
class Cart:
    """What a user wants: quantities by product. ``expected_total`` is what the customer was shown."""

    user_id: int
    quantities: Mapping[int, int]
    coupon_id: int | None = None
    expected_total: int | None = None


@dataclass(frozen=True)
class Bill:
    user_id: int
    lines: Sequence[Line]
    coupon_id: int | None
    discount: int

    @property
    def subtotal(self) -> int:
        return subtotal(self.lines)

    @property
    def total(self) -> int:
        return self.subtotal - self.discount


def subtotal(lines: Sequence[Line]) -> int:
    """Won for all lines before any discount."""
    return sum(line.quantity * line.unit_price for line in lines)
