"""HTTP API of action items: ``/api/v1/incidents/ID/actions``."""

from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass
from datetime import date
from typing import Annotated, Any, Self

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from alerts.action_items import PROOF, ActionItem, parse_day, unknown_cause
from alerts.actions import Actions, NewItem
from alerts.api_models import event_key
from alerts.api_route import AlertsRoute, read_model
from alerts.events import UNKNOWN
from alerts.plain_text import PlainText, is_blank
from collector.clock import Clock

Json = dict[str, Any]


def _day(value: object) -> object:
    day = parse_day(value)
    if day is None:
        raise ValueError(f"expected a day such as 2025-09-10, found {str(value)[:40]!r}")
    return day


def _line(value: object) -> object:
    """One line; empty where nothing in it is seen."""
    if not isinstance(value, str):
        return value
    return "" if is_blank(value) else " ".join(value.split())


Day = Annotated[date, BeforeValidator(_day)]
Line = Annotated[PlainText, BeforeValidator(_line), Field(max_length=500)]
Said = Annotated[Line, Field(min_length=1)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")
    author: Said = UNKNOWN


class PostedItem(_Body):
    text: Said
    owner: Said
    due: Day
    cause: Line = ""
    proof: Annotated[str, Field(pattern=f"^({PROOF.pattern})?$", max_length=110)] = ""
    public: Line = ""

    def asked(self) -> NewItem:
        return NewItem(self.text, self.owner, self.due, self.cause, self.proof, self.author, self.public)


class PostedChange(_Body):
    owner: Line = ""
    due: Day | None = None
    public: Line | None = None

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.owner and self.due is None and self.public is None:
            raise ValueError("expected owner, due or public")
        return self


class PostedDone(_Body):
    """shown: what shows that the item's proof holds."""

    shown: Line = ""


class PostedDrop(_Body):
    why: Said


@dataclass(frozen=True)
class ActionSources:
    """acted: called after a change, so that its message need not wait for the next round.

    candidates: ids of the causes that reports know; without any, no item's cause is questioned.
    """

    actions: Actions
    clock: Clock
    acted: Callable[[], None]
    candidates: Callable[[], Collection[str]] = tuple


def actions_router(sources: ActionSources) -> APIRouter:
    """List and add; change, done and drop of one."""
    router = APIRouter(prefix="/api/v1/incidents/{incident_id}/actions", route_class=AlertsRoute)
    view = _View(sources)
    router.add_api_route("", view.listed, methods=["GET"])
    router.add_api_route("", view.add, methods=["POST"], status_code=201)
    router.add_api_route("/{number}/change", view.change, methods=["POST"])
    router.add_api_route("/{number}/done", view.done, methods=["POST"])
    router.add_api_route("/{number}/drop", view.drop, methods=["POST"])
    return router


class _View:
    def __init__(self, sources: ActionSources) -> None:
        self._actions = sources.actions
        self._clock = sources.clock
        self._acted = sources.acted
        self._candidates = sources.candidates

    def listed(self, incident_id: str) -> list[Json]:
        """By number."""
        return [item_json(item) for item in self._actions.listed(incident_id)]

    async def add(self, incident_id: str, request: Request) -> Json:
        """Adds one; answers it with its number. One with a known ``Idempotency-Key`` is answered as it is.

        ``warnings`` of the answer say which cause it names that reports do not know.
        """
        key = event_key(request.headers.get("idempotency-key"))
        posted = await read_model(request, "action", PostedItem)
        item = await self._do(lambda at: self._actions.add(incident_id, posted.asked(), at, key))
        unknown = unknown_cause(posted.cause, self._candidates())
        return item | ({"warnings": [f"cause: {unknown}"]} if unknown else {})

    async def change(self, incident_id: str, number: int, request: Request) -> Json:
        """Another owner, date or text for the public."""
        posted = await read_model(request, "change", PostedChange)
        return await self._do(
            lambda at: self._actions.change(
                incident_id,
                number,
                posted.author,
                at,
                owner=posted.owner,
                due=posted.due,
                public=posted.public,
            )
        )

    async def done(self, incident_id: str, number: int, request: Request) -> Json:
        """It was done, with what its proof asks for."""
        posted = await read_model(request, "done", PostedDone)
        return await self._do(
            lambda at: self._actions.done(incident_id, number, posted.author, at, shown=posted.shown)
        )

    async def drop(self, incident_id: str, number: int, request: Request) -> Json:
        """It will not be done, and why."""
        posted = await read_model(request, "drop", PostedDrop)
        return await self._do(
            lambda at: self._actions.drop(incident_id, number, posted.author, at, why=posted.why)
        )

    async def _do(self, act: Callable[[float], ActionItem]) -> Json:
        item = await run_in_threadpool(act, self._clock.now())
        self._acted()
        return item_json(item)


def item_json(item: ActionItem) -> Json:
    """An item as docs/incidents.md shows it."""
    inner = ("dated_by", "settled_by", "is_reminded")
    return {key: value for key, value in asdict(item).items() if key not in inner} | {
        "due": item.due.isoformat()
    }
