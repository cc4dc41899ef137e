"""What a consumer has taken: written in its transaction, so that an event that comes twice counts once."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from commerce_app.outbox.events import OutboxEvent

REMEMBER = text("""
INSERT INTO inbox (consumer, event_id, consumed_at)
SELECT CAST(:consumer AS text), event_id, CAST(:at AS timestamptz)
FROM unnest(CAST(:event_ids AS text[])) AS event_id ORDER BY event_id
ON CONFLICT DO NOTHING RETURNING event_id
""")


async def remember(
    connection: AsyncConnection, consumer: str, events: Sequence[OutboxEvent], at: datetime
) -> list[OutboxEvent]:
    """The events that this consumer has not taken before; they are taken when the transaction commits."""
    taken = {"consumer": consumer, "event_ids": [event.event_id for event in events], "at": at}
    fresh = set((await connection.execute(REMEMBER, taken)).scalars())
    return [event for event in events if event.event_id in fresh]
