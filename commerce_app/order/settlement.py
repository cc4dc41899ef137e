"""Orders whose confirmation was not answered: the books know them, so that what was sold counts as sold."""

from collections.abc import Callable

from sqlalchemy.ext.asyncio import AsyncEngine

from commerce_app.database.statements import Statement
from commerce_app.metrics import Metrics
from commerce_app.order.bill import Bill

ENDED = Statement.SETTLE_ORDERS.sql("""
SELECT order_id, status FROM orders
WHERE order_id = ANY(CAST(:order_ids AS bigint[])) AND status IN ('confirmed', 'cancelled')
""")


class Settlement:
    """``ordered`` is told of each user who has an order more."""

    def __init__(self, metrics: Metrics, ordered: Callable[[int], None]) -> None:
        self._metrics = metrics
        self._ordered = ordered
        self._open: dict[int, Bill] = {}

    def note(self, order_id: int, bill: Bill) -> None:
        """It may be confirmed or not; in a minute it is, or the sweeper has undone it."""
        self._open[order_id] = bill

    async def settle(self, primary: AsyncEngine) -> int:
        """Count those that turn out to be sold; returns how many are still open."""
        if self._open:
            async with primary.connect() as connection:
                ended = (await connection.execute(ENDED, {"order_ids": list(self._open)})).all()
            for order in ended:
                bill = self._open.pop(order.order_id)
                if order.status == "confirmed":
                    self._count(bill)
        return len(self._open)

    def _count(self, bill: Bill) -> None:
        self._metrics.orders.labels("placed").inc()
        self._metrics.payment_attempts.labels("paid").inc()
        self._metrics.revenue_krw.inc(bill.total)
        self._ordered(bill.user_id)
