"""What decisions on incidents stand on, and who is told of them."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from alerts import outbox
from alerts.events import Event
from alerts.group import Occasion, Pace
from alerts.incidents import Dependencies, Timing
from alerts.receive import Alert


@dataclass(frozen=True)
class Desk:
    """What decisions stand on: the graph of services, the rules of time, and who is told."""

    dependencies: Dependencies
    notifiers: tuple[str, ...]
    timing: Timing
    pace: Pace
    language: str
    zone: ZoneInfo

    def tell(
        self,
        connection: sa.Connection,
        occasion: Occasion,
        event: Event,
        alert: Alert | None = None,
        *,
        own: bool = False,
        first: bool = False,
    ) -> None:
        """Queues news of the event's incident; ``own`` and ``first`` as in ``Notice``."""
        assert event.incident is not None
        fingerprint = alert.fingerprint if alert else None
        notice = outbox.Notice(occasion, event.incident, (event.id,), fingerprint, own=own, first=first)
        outbox.post(connection, notice, self.notifiers, event.recorded_at, self.pace)
