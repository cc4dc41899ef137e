"""Messages to send, queued in the transaction that decided them: at least once, in order, keyed."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from alerts.group import RETRY_AFTER_MOST_SECONDS, Occasion, Pace, due_at
from alerts.notify.message import Receipt
from alerts.storage_schema import outbox as table


class Delivery(StrEnum):
    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"  # for good; the reason is in ``last_error``
    WITHDRAWN = "withdrawn"  # another message says it, or there is nothing left to say


@dataclass(frozen=True)
class Posting:
    """A message of one incident for one notifier."""

    id: int
    key: str
    incident_id: str
    notifier: str
    occasion: Occasion
    alert: str | None
    event_ids: tuple[int, ...]
    state: Delivery
    created_at: float
    due_at: float
    deadline_at: float
    claimed_until: float
    attempts: int
    last_error: str
    sent_at: float | None
    receipt: Receipt | None
    own: bool


@dataclass(frozen=True)
class Notice:
    """Something to say about an incident.

    event_ids: what is new; the first one names the message, so that it is queued once.
    alert: the fingerprint of the alert that gave rise to it.
    hurry: an update that does not wait for others.
    own: of an alert of our own rules, which overtakes messages of others'.
    first: nothing of this incident was queued before.
    """

    occasion: Occasion
    incident_id: str
    event_ids: tuple[int, ...]
    alert: str | None = None
    hurry: bool = False
    own: bool = False
    first: bool = False


def post(connection: sa.Connection, notice: Notice, notifiers: Sequence[str], at: float, pace: Pace) -> None:
    """Queues a notice for each notifier. An update rides on what still waits; a page takes that along."""
    for notifier in notifiers:
        last = None if notice.first else last_sent_at(connection, notice.incident_id, notifier)
        due = at if notice.hurry else due_at(notice.occasion, at, last, pace)
        waiting = _waiting(notice.incident_id, notifier, at)
        if notice.occasion is Occasion.UPDATE and _ride(connection, waiting, notice, due):
            continue
        takes = notice.occasion is Occasion.PAGE and not notice.first
        taken = _withdraw(connection, waiting) if takes else []
        values = {
            "key": f"{notice.incident_id}/{notifier}/{notice.occasion}/{notice.event_ids[0]}",
            "incident_id": notice.incident_id,
            "notifier": notifier,
            "occasion": notice.occasion.value,
            "alert": notice.alert,
            "event_ids": [*taken, *notice.event_ids],
            "state": Delivery.PENDING.value,
            "created_at": at,
            "due_at": due,
            "deadline_at": due + pace.give_up_seconds,
            "claimed_until": 0.0,
            "attempts": 0,
            "last_error": "",
            "own": notice.own,
        }
        connection.execute(sa.insert(table), values)


def _waiting(incident_id: str, notifier: str, at: float) -> sa.ColumnElement[bool]:
    """Queued and in nobody's hands. A reminder tells of something else: it is never taken along."""
    return sa.and_(
        table.c.occasion != Occasion.REMINDER.value,
        table.c.incident_id == incident_id,
        table.c.notifier == notifier,
        table.c.state == Delivery.PENDING.value,
        table.c.claimed_until <= at,
    )


def _ride(connection: sa.Connection, waiting: sa.ColumnElement[bool], notice: Notice, due: float) -> bool:
    found = connection.execute(sa.select(table).where(waiting).order_by(table.c.id.desc()).limit(1)).first()
    if found is None:
        return False
    sooner = found.due_at if found.occasion == Occasion.TICKET.value else min(found.due_at, due)
    values = {"event_ids": [*found.event_ids, *notice.event_ids], "due_at": sooner}
    changed = connection.execute(sa.update(table).where(table.c.id == found.id, waiting).values(values))
    return changed.rowcount == 1


def _withdraw(connection: sa.Connection, waiting: sa.ColumnElement[bool]) -> list[int]:
    """Takes back what waits and returns the events that it would have told."""
    told: list[int] = []
    for row in connection.execute(sa.select(table).where(waiting).order_by(table.c.id)).all():
        values = {"state": Delivery.WITHDRAWN.value}
        if connection.execute(sa.update(table).where(table.c.id == row.id, waiting).values(values)).rowcount:
            told.extend(row.event_ids)
    return told


def withdraw_tickets(
    connection: sa.Connection, incident_id: str, notifiers: Sequence[str], at: float
) -> tuple[str, ...]:
    """Takes back tickets that still wait, and returns the notifiers that have something to take leave of.

    As in Alertmanager: what ends before its first message says nothing. A page is never taken back.
    """
    ticket = table.c.occasion == Occasion.TICKET.value
    return tuple(
        notifier
        for notifier in notifiers
        if not _withdraw(connection, sa.and_(_waiting(incident_id, notifier, at), ticket))
    )


def last_sent_at(connection: sa.Connection, incident_id: str, notifier: str) -> float | None:
    """When this incident was last spoken of on this channel."""
    mine = sa.and_(table.c.incident_id == incident_id, table.c.notifier == notifier)
    latest: float | None = connection.scalar(sa.select(sa.func.max(table.c.sent_at)).where(mine))
    return latest


@dataclass(frozen=True)
class Turn:
    """A notifier's turn to send. Times further ahead than any wait lasts: the clock was put back since.

    lease_seconds: for how long what is taken is its own.
    """

    notifier: str
    at: float
    lease_seconds: float
    longest_wait_seconds: float

    @property
    def is_due(self) -> sa.ColumnElement[bool]:
        page = table.c.occasion == Occasion.PAGE.value
        longest = sa.case((page, RETRY_AFTER_MOST_SECONDS), else_=self.longest_wait_seconds)
        return sa.or_(
            table.c.due_at <= self.at,
            table.c.due_at > self.at + longest,
            sa.and_(page, table.c.created_at > self.at),
        )

    @property
    def is_free(self) -> sa.ColumnElement[bool]:
        """Twice the lease: the clock of whoever holds a claim may be ahead of ours."""
        return sa.or_(
            table.c.claimed_until <= self.at, table.c.claimed_until > self.at + 2 * self.lease_seconds
        )


def claim(connection: sa.Connection, turn: Turn) -> Posting | None:
    """Takes the next due message: pages first, those of our own rules before others', then the earlier ones.

    A page waits for earlier pages only: an update that does not get through must not hold it up.
    A claim ends by itself after the lease, so that the message of a worker that died is sent by another.
    """
    earlier = table.alias("earlier")
    blocked = sa.exists().where(
        earlier.c.incident_id == table.c.incident_id,
        earlier.c.notifier == table.c.notifier,
        earlier.c.state == Delivery.PENDING.value,
        earlier.c.id < table.c.id,
        sa.or_(earlier.c.occasion == Occasion.PAGE.value, table.c.occasion != Occasion.PAGE.value),
    )
    free = sa.and_(table.c.state == Delivery.PENDING.value, turn.is_free)
    due = sa.select(table).where(free, table.c.notifier == turn.notifier, turn.is_due, ~blocked)
    pages_first = sa.case((table.c.occasion == Occasion.PAGE.value, 0), else_=1)
    order = (pages_first, table.c.own.desc(), table.c.due_at, table.c.id)
    row = connection.execute(due.order_by(*order).limit(1)).first()
    if row is None:
        return None
    values = {"claimed_until": turn.at + turn.lease_seconds, "attempts": row.attempts + 1}
    if connection.execute(sa.update(table).where(table.c.id == row.id, free).values(values)).rowcount != 1:
        return None
    return _posting({**row._asdict(), **values})


def release(connection: sa.Connection) -> None:
    """Ends every claim: of workers that are known to live no more."""
    claimed = sa.and_(table.c.state == Delivery.PENDING.value, table.c.claimed_until > 0)
    connection.execute(sa.update(table).where(claimed).values(claimed_until=0.0))


def any_due(connection: sa.Connection, turn: Turn) -> bool:
    """Whether it is worth trying to claim something."""
    mine = sa.and_(table.c.notifier == turn.notifier, table.c.state == Delivery.PENDING.value)
    return bool(connection.scalar(sa.select(sa.exists().where(mine, turn.is_due))))


def settle(
    connection: sa.Connection,
    posting: Posting,
    state: Delivery,
    *,
    due: float | None = None,
    error: str = "",
    sent_at: float | None = None,
    receipt: Receipt | None = None,
) -> bool:
    """Ends a claim: sent, failed, or pending again until ``due``. False when another worker holds it."""
    values: dict[str, Any] = {
        "state": state.value,
        "claimed_until": 0.0,
        "due_at": posting.due_at if due is None else due,
        "last_error": error,
        "sent_at": sent_at,
        "receipt": None if receipt is None else dict(receipt),
    }
    mine = sa.and_(table.c.id == posting.id, table.c.claimed_until == posting.claimed_until)
    pending = table.c.state == Delivery.PENDING.value
    return connection.execute(sa.update(table).where(mine, pending).values(values)).rowcount == 1


def latest_receipt(connection: sa.Connection, incident_id: str, notifier: str) -> Receipt | None:
    """Where on this channel the incident's message stands, if it has been sent."""
    sent = sa.and_(
        table.c.incident_id == incident_id, table.c.notifier == notifier, table.c.sent_at.is_not(None)
    )
    rows = connection.execute(sa.select(table.c.receipt).where(sent).order_by(table.c.id.desc()))
    return next((row.receipt for row in rows if row.receipt), None)


def select(
    connection: sa.Connection, *, incident_id: str | None = None, states: Sequence[Delivery] = ()
) -> list[Posting]:
    """Messages in the order they were queued."""
    query = sa.select(table).order_by(table.c.id)
    if incident_id is not None:
        query = query.where(table.c.incident_id == incident_id)
    if states:
        query = query.where(table.c.state.in_([state.value for state in states]))
    return [_posting(row._asdict()) for row in connection.execute(query)]


def _posting(values: dict[str, Any]) -> Posting:
    return Posting(
        **{
            **values,
            "occasion": Occasion(values["occasion"]),
            "state": Delivery(values["state"]),
            "event_ids": tuple(values["event_ids"]),
        }
    )
