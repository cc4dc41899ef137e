"""Sends the outbox's events to their consumers, at least once, oldest first."""

import math
from collections.abc import Sequence
from datetime import datetime

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from commerce_app.metrics import Metrics
from commerce_app.outbox.events import Consumer, OutboxEvent

BATCH = 100
BATCHES_A_TURN = 50

LOCK_PENDING = text("""
SELECT event_id, topic, payload::text AS payload FROM outbox WHERE published_at IS NULL
ORDER BY created_at LIMIT :batch FOR UPDATE SKIP LOCKED
""")
PUBLISHED = text("""
UPDATE outbox SET published_at = :at WHERE event_id = ANY(CAST(:event_ids AS text[]))
""")
PENDING = text("SELECT count(*) AS events, min(created_at) AS oldest FROM outbox WHERE published_at IS NULL")


class Relay:
    """Safe beside others in other processes: each locks a batch of its own.

    A consumer that fails holds up the outbox, whose oldest event then grows old.
    """

    def __init__(self, primary: AsyncEngine, consumers: Sequence[Consumer], metrics: Metrics) -> None:
        self._primary = primary
        self._consumers = consumers
        self._metrics = metrics

    async def relay(self, at: datetime) -> int:
        """Send what is pending, and show what is left; returns how many were sent.

        Ends with a batch that is not full: while orders come in there is always one more event.
        """
        sent = 0
        try:
            for _ in range(BATCHES_A_TURN):
                batch = await self._send_batch(at)
                sent += batch
                if batch < BATCH:
                    break
        finally:
            await self._show_pending(at)
        return sent

    async def _send_batch(self, at: datetime) -> int:
        async with self._primary.begin() as connection:
            rows = (await connection.execute(LOCK_PENDING, {"batch": BATCH})).all()
            if not rows:
                return 0
            events = [OutboxEvent(row.event_id, row.topic, orjson.loads(row.payload)) for row in rows]
            for consumer in self._consumers:
                await consumer.take(events, at)
            sent = {"event_ids": [event.event_id for event in events], "at": at}
            await connection.execute(PUBLISHED, sent)
        return len(events)

    async def _show_pending(self, at: datetime) -> None:
        self._metrics.outbox_pending.set(math.nan)
        self._metrics.outbox_oldest_age_seconds.set(math.nan)
        async with self._primary.connect() as connection:
            pending = (await connection.execute(PENDING)).one()
        age_seconds = (at - pending.oldest).total_seconds() if pending.oldest is not None else 0.0
        self._metrics.outbox_pending.set(pending.events)
        self._metrics.outbox_oldest_age_seconds.set(max(0.0, age_seconds))
