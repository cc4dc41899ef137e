"""Action items of an incident: what their events say that they are now. Pure, and light to import."""

import difflib
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, Protocol

KIND = "action"  # of the events
PROOF = re.compile(r"(case|drill):[a-z0-9][a-z0-9._-]*")
_CAUSE_ID = re.compile(r"[a-z]+([._][a-z]+)+")
_WEEK, _FOUR_WEEKS = 7, 28  # days


class Change(StrEnum):
    """What an event does to its item."""

    ADDED = "added"
    CHANGED = "changed"
    DONE = "done"
    DROPPED = "dropped"
    REMINDED = "reminded"


class Status(StrEnum):
    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


class Horizon(StrEnum):
    """Within one week of the day that set the date, in one to four, later."""

    SHORT = "short"
    MID = "mid"
    LONG = "long"


class Recorded(Protocol):
    """An event, from whichever side it is read."""

    @property
    def id(self) -> int: ...
    @property
    def at(self) -> float: ...
    @property
    def kind(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def author(self) -> str: ...
    @property
    def attributes(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True)
class ActionItem:
    """number: from 1 within its incident. proof: ``case:NAME``, ``drill:NAME`` or empty.

    cause: what it addresses, in the words of whoever added it, or the id of a row or candidate of the report.
    dated_by: the event that set the date. settled_by: the event that ended it.
    said: what was shown of the proof, or why it was dropped. is_reminded: somebody was told of its date.
    public: what people outside may be told of it; empty where nothing.
    """

    number: int
    text: str
    owner: str
    due: date
    horizon: Horizon
    cause: str
    proof: str
    added_at: float
    added_by: str
    dated_by: int
    status: Status = Status.OPEN
    settled_at: float | None = None
    settled_author: str = ""
    settled_by: int | None = None
    said: str = ""
    is_reminded: bool = False
    public: str = ""


def horizon_of(due: date, today: date) -> Horizon:
    """By the days between."""
    days = (due - today).days
    return Horizon.SHORT if days <= _WEEK else Horizon.MID if days <= _FOUR_WEEKS else Horizon.LONG


def items_of(events: Iterable[Recorded]) -> tuple[ActionItem, ...]:
    """The items of one incident as they are after its events, in any order, by number.

    Events that no item can be made of are left out: a case's file may hold anything.
    """
    found: dict[int, ActionItem] = {}
    for event in sorted((e for e in events if e.kind == KIND), key=lambda event: event.id):
        number = event.attributes.get("action")
        if not isinstance(number, int):
            continue
        known = found.get(number)
        changed = _added(number, event) if known is None else _changed(known, event)
        if changed is not None:
            found[number] = changed
    return tuple(found[number] for number in sorted(found))


def _added(number: int, event: Recorded) -> ActionItem | None:
    said = event.attributes
    due = parse_day(said.get("due"))
    if said.get("change") != Change.ADDED or due is None:
        return None
    return ActionItem(
        number=number,
        text=event.text,
        owner=str(said.get("owner", "")),
        due=due,
        horizon=_horizon(event, due),
        cause=str(said.get("cause", "")),
        proof=str(said.get("proof", "")),
        added_at=event.at,
        added_by=event.author,
        dated_by=event.id,
        public=str(said.get("public", "")),
    )


def _changed(item: ActionItem, event: Recorded) -> ActionItem:
    said = event.attributes
    match said.get("change"):
        case Change.CHANGED:
            item = replace(
                item,
                owner=str(said.get("owner") or item.owner),
                public=str(said.get("public", item.public)),
            )
            due = parse_day(said.get("due"))
            if due is None:
                return item
            return replace(item, due=due, horizon=_horizon(event, due), dated_by=event.id)
        case Change.DONE | Change.DROPPED as change:
            return replace(
                item,
                status=Status(change),
                settled_at=event.at,
                settled_author=event.author,
                settled_by=event.id,
                said=event.text,
            )
        case Change.REMINDED:
            return replace(item, is_reminded=True)
    return item


def unknown_cause(cause: str, candidates: Collection[str]) -> str:
    """What is wrong with it, if it looks like a candidate's id and none of these has it; else empty."""
    if not candidates or cause in candidates or not _CAUSE_ID.fullmatch(cause):
        return ""
    near = difflib.get_close_matches(cause, candidates, 1)
    return f"no candidate is called {cause[:60]!r}" + (f"; {near[0]} is meant?" if near else "")


def _horizon(event: Recorded, due: date) -> Horizon:
    """As it was decided in the server's zone; by UTC where nothing says it."""
    said = event.attributes.get("horizon")
    if isinstance(said, str) and said in set(Horizon):
        return Horizon(said)
    return horizon_of(due, datetime.fromtimestamp(event.at, UTC).date())


def parse_day(value: object) -> date | None:
    """``2025-09-10``; None for anything else."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
