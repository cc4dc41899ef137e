"""The sweeper: undoes orders whose hold ran out because their request was killed or lost its database."""

import math
from collections import Counter
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from commerce_app.metrics import Metrics
from commerce_app.order.compensation import Compensation

BATCH = 100

LOCK_EXPIRED = text("""
SELECT order_id, status FROM orders WHERE status IN ('reserved', 'paid') AND hold_until <= :at
ORDER BY hold_until LIMIT :batch FOR UPDATE SKIP LOCKED
""")
HELD = text("""
SELECT count(*) AS orders, min(reserved_at) AS oldest FROM orders WHERE status IN ('reserved', 'paid')
""")


class Sweeper:
    """Safe beside others in other processes: each locks a batch of its own."""

    def __init__(self, primary: AsyncEngine, compensation: Compensation, metrics: Metrics) -> None:
        self._primary = primary
        self._compensation = compensation
        self._metrics = metrics

    async def sweep(self, at: datetime) -> int:
        """Undo all whose hold is over, and show what is still held; returns how many were undone."""
        undone = 0
        try:
            while (batch := await self._undo_batch(at)) == BATCH:
                undone += batch
            undone += batch
            await self._show_held(at)
        except BaseException:
            self._metrics.orders_held.set(math.nan)
            self._metrics.orders_oldest_held_age_seconds.set(math.nan)
            raise
        return undone

    async def _undo_batch(self, at: datetime) -> int:
        async with self._primary.begin() as connection:
            orders = (await connection.execute(LOCK_EXPIRED, {"at": at, "batch": BATCH})).all()
            if orders:
                await self._compensation.give_back(connection, orders, None, at)
        for status, count in Counter(order.status for order in orders).items():
            self._metrics.orders_repaired.labels(status).inc(count)
        self._metrics.carts_left.labels("sweeper").inc(len(orders))
        return len(orders)

    async def _show_held(self, at: datetime) -> None:
        async with self._primary.connect() as connection:
            held = (await connection.execute(HELD)).one()
        age_seconds = (at - held.oldest).total_seconds() if held.oldest is not None else 0.0
        self._metrics.orders_held.set(held.orders)
        self._metrics.orders_oldest_held_age_seconds.set(max(0.0, age_seconds))
