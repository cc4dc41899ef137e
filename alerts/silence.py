"""Silences: matchers under which alerts do not notify for a while. Such alerts stay evidence."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa

from alerts.errors import RequestError
from alerts.storage_schema import silences as table
from collector.labels import Labels, Matcher, MatchOp, matches_all


class Status(StrEnum):
    PENDING = "pending"
    ACTIVE = "active"
    EXPIRED = "expired"


@dataclass(frozen=True)
class Silence:
    id: str
    matchers: tuple[Matcher, ...]
    starts_at: float
    ends_at: float
    created_by: str
    comment: str
    updated_at: float

    def status(self, at: float) -> Status:
        if at >= self.ends_at:
            return Status.EXPIRED
        return Status.ACTIVE if at >= self.starts_at else Status.PENDING

    def mutes(self, labels: Labels, at: float) -> bool:
        return self.status(at) is Status.ACTIVE and matches_all(self.matchers, labels)


def silenced_by(labels: Labels, silences: Iterable[Silence], at: float) -> tuple[str, ...]:
    """The ids of the silences that mute these labels now."""
    return tuple(silence.id for silence in silences if silence.mutes(labels, at))


def put(connection: sa.Connection, silence: Silence, at: float) -> str:
    """Makes a silence (empty id), or replaces one; an ended one, or other matchers, make a new one.

    Raises:
        RequestError: 400 for times that make no sense, 404 for an id that is not known.
    """
    if silence.ends_at <= silence.starts_at:
        raise RequestError("Failed to create silence: start time must be before end time")
    if silence.ends_at <= at:
        raise RequestError("Failed to create silence: end time can't be in the past")
    known = get(connection, silence.id) if silence.id else None
    if known is None or known.status(at) is Status.EXPIRED or known.matchers != silence.matchers:
        if known is not None and known.status(at) is not Status.EXPIRED:
            expire(connection, known.id, at)
        silence_id = str(uuid.uuid4())
        connection.execute(sa.insert(table).values({**_columns(silence, at), "id": silence_id}))
        return silence_id
    connection.execute(sa.update(table).where(table.c.id == known.id).values(_columns(silence, at)))
    return known.id


def expire(connection: sa.Connection, silence_id: str, at: float) -> None:
    """Ends a silence now.

    Raises:
        RequestError: 404 when there is none, 400 when it has ended already.
    """
    silence = get(connection, silence_id)
    if silence.status(at) is Status.EXPIRED:
        raise RequestError(f"silence {silence_id} already expired")
    ended = {"ends_at": at, "starts_at": min(silence.starts_at, at), "updated_at": at}
    connection.execute(sa.update(table).where(table.c.id == silence_id, table.c.ends_at > at).values(ended))


def get(connection: sa.Connection, silence_id: str) -> Silence:
    """The silence.

    Raises:
        RequestError: 404 when there is none.
    """
    row = connection.execute(sa.select(table).where(table.c.id == silence_id)).first()
    if row is None:
        raise RequestError("silence not found", status=404)
    return _silence(row)


def select(connection: sa.Connection, ending_after: float = 0.0) -> list[Silence]:
    """Silences that end later than that, the next to end first."""
    query = sa.select(table).where(table.c.ends_at > ending_after).order_by(table.c.ends_at)
    return [_silence(row) for row in connection.execute(query)]


def _columns(silence: Silence, at: float) -> dict[str, object]:
    return {
        "matchers": [[m.name, m.op.value, m.value] for m in silence.matchers],
        "starts_at": max(silence.starts_at, at),
        "ends_at": silence.ends_at,
        "created_by": silence.created_by,
        "comment": silence.comment,
        "updated_at": at,
    }


def _silence(row: sa.Row[tuple[object, ...]]) -> Silence:
    values = row._asdict()
    stored: Sequence[tuple[str, str, str]] = values.pop("matchers")
    return Silence(matchers=tuple(Matcher(n, MatchOp(op), v) for n, op, v in stored), **values)
