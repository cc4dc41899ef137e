"""Removes, in batches, events that were sent long ago, and the memory of having taken them."""

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

KEPT = timedelta(days=7)
BATCH = 1_000

REMOVE_SENT = text("""
DELETE FROM outbox WHERE event_id IN (
    SELECT event_id FROM outbox WHERE published_at <= :before LIMIT :batch FOR UPDATE SKIP LOCKED
)
""")
# An event that was taken and not yet marked as sent will come again.
REMOVE_TAKEN = text("""
DELETE FROM inbox WHERE (consumer, event_id) IN (
    SELECT i.consumer, i.event_id FROM inbox AS i LEFT JOIN outbox AS o USING (event_id)
    WHERE i.consumed_at <= :before AND o.event_id IS NULL LIMIT :batch FOR UPDATE OF i SKIP LOCKED
)
""")


async def remove_sent(primary: AsyncEngine, at: datetime) -> int:
    """Remove what was sent and taken more than a week ago; returns how many rows."""
    removed = 0
    for statement in (REMOVE_SENT, REMOVE_TAKEN):
        count = BATCH
        while count == BATCH:
            async with primary.begin() as connection:
                done = await connection.execute(statement, {"before": at - KEPT, "batch": BATCH})
            count = done.rowcount
            removed += count
    return removed
