"""The sweeper: undoes orders whose hold ran out because their request was killed or lost its database."""

import logging
import math
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from commerce_app.database.outcome import is_refusal
from commerce_app.metrics import Metrics
from commerce_app.order.compensation import Compensation

BATCH = 100

LOCK_EXPIRED = text("""
SELECT order_id, status FROM orders WHERE status IN ('reserved', 'paid') AND hold_until <= :at
ORDER BY hold_until LIMIT :batch FOR UPDATE SKIP LOCKED
""")
EXPIRED = text("""
SELECT order_id FROM orders WHERE status IN ('reserved', 'paid') AND hold_until <= :at AND order_id > :after
ORDER BY order_id LIMIT :batch
""")
LOCK_ONE = text("""
SELECT order_id, status FROM orders WHERE order_id = :order_id AND status IN ('reserved', 'paid')
FOR UPDATE SKIP LOCKED
""")
# Of an order whose batch failed: a hundred that cannot be undone must not hold up the rest past their minute.
SINGLE_PATIENCE = text("SET LOCAL lock_timeout = '100ms'")
HELD = text("""
SELECT count(*) AS orders, min(reserved_at) AS oldest FROM orders WHERE status IN ('reserved', 'paid')
""")

log = logging.getLogger(__name__)


class Sweeper:
    """Safe beside others in other processes: each locks a batch of its own."""

    def __init__(self, primary: AsyncEngine, compensation: Compensation, metrics: Metrics) -> None:
        self._primary = primary
        self._compensation = compensation
        self._metrics = metrics

    async def sweep(self, at: datetime) -> int:
        """Undo all whose hold is over, and show what is still held; returns how many were undone."""
        try:
            undone = await self._undo_all(at)
            await self._show_held(at)
        except BaseException:
            self._metrics.orders_held.set(math.nan)
            self._metrics.orders_oldest_held_age_seconds.set(math.nan)
            raise
        return undone

    async def _undo_all(self, at: datetime) -> int:
        undone = 0
        try:
            while (batch := await self._undo_batch(at)) == BATCH:
                undone += batch
        except DBAPIError as error:
            # One row that somebody holds, or one order that cannot be undone, fails all of its batch.
            if not is_refusal(error):
                raise
            return undone + await self._undo_singly(at)
        return undone + batch

    async def _undo_batch(self, at: datetime) -> int:
        async with self._primary.begin() as connection:
            orders = (await connection.execute(LOCK_EXPIRED, {"at": at, "batch": BATCH})).all()
            if orders:
                await self._compensation.give_back(connection, orders, None, at)
        self._count(orders)
        return len(orders)

    async def _undo_singly(self, at: datetime) -> int:
        """Each in a transaction of its own; those that cannot be undone are left for the next turn."""
        undone = after = 0
        while order_ids := await self._expired(at, after):
            for order_id in order_ids:
                try:
                    undone += await self._undo_one(order_id, at)
                except DBAPIError as error:
                    if not is_refusal(error):
                        raise
                    log.warning("order %d cannot be undone yet: %s", order_id, error.orig)
            after = order_ids[-1]
        return undone

    async def _expired(self, at: datetime, after: int) -> list[int]:
        async with self._primary.connect() as connection:
            page = {"at": at, "after": after, "batch": BATCH}
            return list((await connection.execute(EXPIRED, page)).scalars())

    async def _undo_one(self, order_id: int, at: datetime) -> int:
        async with self._primary.begin() as connection:
            await connection.execute(SINGLE_PATIENCE)
            orders = (await connection.execute(LOCK_ONE, {"order_id": order_id})).all()
            if orders:
                await self._compensation.give_back(connection, orders, None, at)
        self._count(orders)
        return len(orders)

    def _count(self, undone: Sequence[Row[Any]]) -> None:
        for status, count in Counter(order.status for order in undone).items():
            self._metrics.orders_repaired.labels(status).inc(count)
        self._metrics.carts_left.labels("sweeper").inc(len(undone))

    async def _show_held(self, at: datetime) -> None:
        async with self._primary.connect() as connection:
            held = (await connection.execute(HELD)).one()
        age_seconds = (at - held.oldest).total_seconds() if held.oldest is not None else 0.0
        self._metrics.orders_held.set(held.orders)
        self._metrics.orders_oldest_held_age_seconds.set(max(0.0, age_seconds))
