"""Action items: added, changed, done and dropped, each as an event that is never changed again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from alerts import events
from alerts import storage_incidents as rows
from alerts.action_items import ActionItem, Change, Status, horizon_of, items_of
from alerts.desk import Desk
from alerts.errors import RequestError
from alerts.events import Event, Kind, NewEvent
from alerts.group import Occasion
from alerts.notify.words import texts
from alerts.storage import Database

_ASKED = {
    "case": "that `fireline alerts ci` passes this case with the rules in force",
    "drill": "that this drill passed lately",
}


@dataclass(frozen=True)
class NewItem:
    """What a person asks to have done. proof: ``case:NAME``, ``drill:NAME`` or empty.

    public: what people outside may be told of it, or empty.
    """

    text: str
    owner: str
    due: date
    cause: str
    proof: str
    author: str
    public: str = ""


class Actions:
    """Each change is one transaction. Times are Unix seconds; days are those of the desk's zone.

    Its methods raise RequestError: 404 for an incident or item that does not exist, 409 for an item that is
    settled already.
    """

    def __init__(self, database: Database, desk: Desk) -> None:
        self._database = database
        self._desk = desk

    def listed(self, incident_id: str) -> tuple[ActionItem, ...]:
        """All of an incident, by number."""
        with self._database.read() as connection:
            rows.get(connection, incident_id)
            return _items(connection, incident_id)

    def add(self, incident_id: str, asked: NewItem, at: float, key: str | None = None) -> ActionItem:
        """The item as it is kept. One whose key is known is answered as it is now, and added no second time.

        Raises RequestError: 400 for a date that is past, 409 for a key that was something else's.
        """
        today = self._day(at)

        def record(connection: sa.Connection) -> ActionItem:
            rows.get(connection, incident_id)
            known = None if key is None else events.of_key(connection, key)
            if known is not None:
                return _added_by(connection, known, incident_id, asked)
            _refuse_past(asked.due, today)
            number = max((item.number for item in _items(connection, incident_id)), default=0) + 1
            due = asked.due.isoformat()
            said = {
                "action": number,
                "change": Change.ADDED.value,
                "owner": asked.owner,
                "due": due,
                "horizon": horizon_of(asked.due, today).value,
                "cause": asked.cause,
                "proof": asked.proof,
                **({"public": asked.public} if asked.public else {}),
                **texts("action_added", number=number, text=asked.text, owner=asked.owner, due=due),
            }
            fact = _fact(incident_id, asked.text, asked.author, said, at)
            events.append(connection, replace(fact, key=key), at)
            return _items(connection, incident_id)[-1]

        return self._database.change(record)

    def change(
        self,
        incident_id: str,
        number: int,
        author: str,
        at: float,
        *,
        owner: str,
        due: date | None,
        public: str | None = None,
    ) -> ActionItem:
        """Another owner, date or text for the public, which an empty one takes back.

        Raises RequestError (400) for a date that is past.
        """
        today = self._day(at)
        if due is not None:
            _refuse_past(due, today)

        def said(item: ActionItem) -> tuple[str, Mapping[str, Any]]:
            to = {"owner": owner or item.owner, "due": (due or item.due).isoformat()}
            dated = {} if due is None else {"due": to["due"], "horizon": horizon_of(due, today).value}
            return "", {
                "change": Change.CHANGED.value,
                **({"owner": owner} if owner else {}),
                **dated,
                **({} if public is None else {"public": public}),
                **texts("action_changed", number=number, text=item.text, **to),
            }

        return self._settle(incident_id, number, author, at, said)

    def done(self, incident_id: str, number: int, author: str, at: float, *, shown: str) -> ActionItem:
        """It was done. Raises RequestError (409) where its proof is not shown, which says what is asked."""

        def said(item: ActionItem) -> tuple[str, Mapping[str, Any]]:
            if item.proof and not shown:
                raise RequestError(unproven(incident_id, item), status=409)
            told = texts("action_done", number=number, text=item.text, author=author)
            return shown, {"change": Change.DONE.value, **told}

        return self._settle(incident_id, number, author, at, said)

    def drop(self, incident_id: str, number: int, author: str, at: float, *, why: str) -> ActionItem:
        """It will not be done."""

        def said(item: ActionItem) -> tuple[str, Mapping[str, Any]]:
            told = texts("action_dropped", number=number, text=item.text, author=author, why=why)
            return why, {"change": Change.DROPPED.value, **told}

        return self._settle(incident_id, number, author, at, said)

    def _settle(
        self,
        incident_id: str,
        number: int,
        author: str,
        at: float,
        said: Callable[[ActionItem], tuple[str, Mapping[str, Any]]],
    ) -> ActionItem:
        def record(connection: sa.Connection) -> ActionItem:
            rows.get(connection, incident_id)
            item = _open_item(_items(connection, incident_id), incident_id, number)
            text, attributes = said(item)
            fact = _fact(incident_id, text, author, {"action": number, **attributes}, at)
            event = events.append(connection, fact, at)
            after = next(one for one in _items(connection, incident_id) if one.number == number)
            if item.is_reminded and after.status is not Status.OPEN:
                self._desk.tell(connection, Occasion.REMINDER, event)
            return after

        return self._database.change(record)

    def _day(self, at: float) -> date:
        return datetime.fromtimestamp(at, self._desk.zone).date()


def unproven(incident_id: str, item: ActionItem) -> str:
    """What is asked of whoever says that it is done."""
    asked = _ASKED[item.proof.partition(":")[0]]
    return (
        f"action {item.number} of {incident_id} names its proof, {item.proof}: expected it to be shown, "
        f"{asked} (`postmortem actions done` reads it)"
    )


def _fact(incident_id: str, text: str, author: str, attributes: Mapping[str, Any], at: float) -> NewEvent:
    return NewEvent(at, Kind.ACTION, text, None, incident_id, author, "actions", attributes)


def _items(connection: sa.Connection, incident_id: str) -> tuple[ActionItem, ...]:
    return items_of(events.select(connection, incident=incident_id, kinds=(Kind.ACTION,), limit=100_000))


def _added_by(connection: sa.Connection, event: Event, incident_id: str, asked: NewItem) -> ActionItem:
    """The item that this event added, where it is the one that is asked for."""
    said = (event.kind, event.incident, event.author, event.text)
    if said != (Kind.ACTION, incident_id, asked.author, asked.text):
        raise RequestError(f"Idempotency-Key: it was used for event {event.id}, which is another", status=409)
    number = event.attributes["action"]
    return next(item for item in _items(connection, incident_id) if item.number == number)


def _open_item(items: tuple[ActionItem, ...], incident_id: str, number: int) -> ActionItem:
    item = next((one for one in items if one.number == number), None)
    if item is None:
        known = ", ".join(str(one.number) for one in items) or "none yet"
        raise RequestError(f"action {number}: expected one of {incident_id}: {known}", status=404)
    if item.status is not Status.OPEN:
        raise RequestError(f"action {number} of {incident_id} is {item.status} already", status=409)
    return item


def _refuse_past(due: date, today: date) -> None:
    if due < today:
        raise RequestError(f"due: expected {today} or later, found {due}")
