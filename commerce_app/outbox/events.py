"""An event of the outbox, and who takes it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True)
class OutboxEvent:
    event_id: str
    topic: str
    payload: Mapping[str, Any]


class Consumer(Protocol):
    """Takes events in a transaction of its own; the same event may come again."""

    async def take(self, events: Sequence[OutboxEvent], at: datetime) -> None: ...
