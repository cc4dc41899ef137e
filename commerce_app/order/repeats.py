"""Carts that a customer was sold a moment ago: an order that the app sent again, or that was meant twice."""

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta

from commerce_app.order.bill import Cart

# An app that gives an order up sends it again within seconds; who wants the same again takes longer.
REPEAT_SECONDS = 10.0


class Repeats:
    """Remembers what this process sold, each cart for ``seconds``."""

    def __init__(self, now: Callable[[], datetime], seconds: float = REPEAT_SECONDS) -> None:
        self._now = now
        self._kept = timedelta(seconds=seconds)
        self._sold: OrderedDict[tuple[int, frozenset[tuple[int, int]]], datetime] = OrderedDict()

    def note(self, cart: Cart) -> bool:
        """Whether the customer was sold the same just before; from now on he was."""
        at = self._now()
        while self._sold and next(iter(self._sold.values())) <= at - self._kept:
            self._sold.popitem(last=False)
        what = cart.user_id, frozenset(cart.quantities.items())
        is_repeat = self._sold.pop(what, None) is not None
        self._sold[what] = at
        return is_repeat
