"""What a coupon takes off."""

from dataclasses import dataclass
from datetime import datetime

from commerce_app.errors import RejectedError


@dataclass(frozen=True)
class Coupon:
    """``value`` is won for a fixed coupon, percent for the other; ``cap`` and ``minimum`` are won."""

    kind: str
    value: int
    cap: int
    minimum: int
    expires_at: datetime

    def discount(self, subtotal: int, at: datetime) -> int:
        """Won off ``subtotal``, at most all of it; raises RejectedError when it does not apply."""
        if at >= self.expires_at:
            raise RejectedError(409, "the coupon has expired")
        if subtotal < self.minimum:
            raise RejectedError(409, f"the coupon needs an order of {self.minimum} won")
        off = self.value if self.kind == "fixed" else subtotal * self.value // 100
        return min(off, self.cap, subtotal)
