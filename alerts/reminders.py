"""Reminders of action items: due soon or overdue, once a day each, through the outbox."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

import sqlalchemy as sa

from alerts import events
from alerts.action_items import ActionItem, Change, Status, items_of
from alerts.desk import Desk
from alerts.events import Event, Kind, NewEvent
from alerts.group import Occasion
from alerts.notify.words import Key, say, texts
from alerts.storage import Database
from collector.clock import Clock

LOOK_EVERY_SECONDS = 60.0
_MOST_EVENTS = 100_000


@dataclass(frozen=True)
class ReminderTimes:
    """days: before its date an item is due soon. from_time: of the day, in the zone of the messages."""

    days: int
    from_time: time


@dataclass(frozen=True)
class Reminder:
    """days_left: to the date; below 0 when it is past."""

    item: ActionItem
    days_left: int

    @property
    def is_overdue(self) -> bool:
        return self.days_left < 0


def due_reminders(items: Iterable[ActionItem], now: datetime, times: ReminderTimes) -> list[Reminder]:
    """Open items that are due soon or overdue, from the time of the day on. now: in the messages' zone."""
    if now.time() < times.from_time:
        return []
    open_items = [item for item in items if item.status is Status.OPEN]
    found = [Reminder(item, (item.due - now.date()).days) for item in open_items]
    return [one for one in found if one.days_left <= times.days]


class Reminders:
    """Looks once a minute; safe with several workers, as the event of the day has a key of its own."""

    def __init__(self, database: Database, desk: Desk, times: ReminderTimes, clock: Clock) -> None:
        self._database = database
        self._desk = desk
        self._times = times
        self._clock = clock
        self._looked_at: float | None = None

    def step(self) -> bool:
        """One look, where a minute has passed since the last; whether there is more to do at once."""
        at = self._clock.now()
        if self._looked_at is not None and 0 <= at - self._looked_at < LOOK_EVERY_SECONDS:
            return False
        with self._database.read() as connection:
            is_any = any(True for _ in self._untold(connection, at))
        if is_any:
            self._database.change(lambda connection: self._tell(connection, at))
        self._looked_at = at
        return False

    def _tell(self, connection: sa.Connection, at: float) -> None:
        for fact in list(self._untold(connection, at)):
            self._desk.tell(connection, Occasion.REMINDER, events.append(connection, fact, at))

    def _untold(self, connection: sa.Connection, at: float) -> Iterator[NewEvent]:
        now = datetime.fromtimestamp(at, self._desk.zone)
        if now.time() < self._times.from_time:
            return
        for incident_id, recorded in _by_incident(connection).items():
            for reminder in due_reminders(items_of(recorded), now, self._times):
                key = f"action/{incident_id}/{reminder.item.number}/{now.date()}"
                if events.of_key(connection, key) is None:
                    yield self._fact(incident_id, reminder, at, key)

    def _fact(self, incident_id: str, reminder: Reminder, at: float, key: str) -> NewEvent:
        item = reminder.item
        phrase: Key = "action_overdue" if reminder.is_overdue else "action_due"
        words = {
            "number": item.number,
            "text": item.text,
            "owner": item.owner,
            "due": item.due.isoformat(),
            "days": abs(reminder.days_left),
        }
        attributes = {
            "action": item.number,
            "change": Change.REMINDED.value,
            "owner": item.owner,
            "due": item.due.isoformat(),
            "overdue": reminder.is_overdue,
            **texts(phrase, **words),
        }
        text = say(self._desk.language, phrase, **words)
        return NewEvent(
            at, Kind.ACTION, text, None, incident_id, attributes=attributes, source="actions", key=key
        )


def _by_incident(connection: sa.Connection) -> dict[str, list[Event]]:
    found: dict[str, list[Event]] = defaultdict(list)
    for event in events.select(connection, kinds=(Kind.ACTION,), limit=_MOST_EVENTS):
        if event.incident is not None:
            found[event.incident].append(event)
    return found


def times_of(days: float, from_time: str) -> ReminderTimes:
    """days: as seconds, of which whole days count. from_time: such as 09:00."""
    return ReminderTimes(timedelta(seconds=days).days, time.fromisoformat(from_time))
