"""GET and PUT /admin/switches, POST /admin/prewarm, GET /admin/supplies: what operators and runbooks do."""

import hashlib
import logging
import secrets
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from commerce_app.errors import RejectedError
from commerce_app.events import Event, EventPoster
from commerce_app.flips import AUTHOR_LIMIT, REASON_LIMIT, one_line, read_flips
from commerce_app.loopback import is_nobodys_page
from commerce_app.mistakes import unread
from commerce_app.numbers import Number
from commerce_app.product.warming import Warming
from commerce_app.resilience.deadline import deadline
from commerce_app.supplies import Supplies
from commerce_app.switchboard import Switchboard
from commerce_app.switches import Flip, Switch

PREWARM_LIMIT = 1_000
PREWARM_SECONDS = 60.0
SUPPLIES_SECONDS = 10.0
DRILL, PRELAUNCH = "drill", "prelaunch"


log = logging.getLogger(__name__)


class PrewarmRequest(BaseModel):
    """The products to warm, or the ``top`` hottest of the last seconds."""

    model_config = ConfigDict(extra="forbid")

    product_ids: Annotated[list[Number], Field(max_length=PREWARM_LIMIT)] | None = None
    top: Annotated[int, Field(ge=1, le=PREWARM_LIMIT)] = 100
    author: str = "operator"
    reason: str = ""

    def who_and_why(self) -> tuple[str, str]:
        """Author and reason, which is empty if not given; raises RejectedError as flips do."""
        reason = one_line("reason", self.reason, REASON_LIMIT) if self.reason else ""
        return one_line("author", self.author, AUTHOR_LIMIT), reason


def admin_routes(
    switchboard: Switchboard,
    warming: Warming,
    events: EventPoster,
    now: Callable[[], float],
    token: str | None,
    *,
    supplies: Supplies,
) -> APIRouter:
    """Everything under /admin, behind the bearer token when there is one."""
    router = APIRouter(prefix="/admin", dependencies=[Depends(_bearer(token))])

    @router.get("/switches")
    async def show() -> dict[str, bool | dict[str, str] | None]:
        states = await switchboard.states()
        return {**states, "descriptions": {each.value: each.description for each in Switch}}

    @router.put("/switches")
    async def flip(request: Request) -> dict[str, bool | None]:
        try:
            wanted = read_flips(await request.body())
        except RejectedError as error:
            _audit(request, error)
            raise
        for flipped in await switchboard.flip(wanted.states):
            events.post(flip_event(flipped, now(), wanted.author, wanted.reason))
        return await switchboard.states()

    @router.post("/prewarm")
    async def prewarm(request: Request) -> dict[str, int]:
        wanted = _read_prewarm(await request.body())
        author, reason = wanted.who_and_why()
        chosen = warming.hottest(wanted.top) if wanted.product_ids is None else wanted.product_ids
        async with deadline(PREWARM_SECONDS):
            warmed = await warming.prewarm(chosen)
        if warmed:
            events.post(prewarm_event(warmed, now(), author, reason))
        return {"warmed": warmed}

    @router.get("/supplies")
    async def count(
        product_id: Annotated[list[Number], Query(min_length=1, max_length=PREWARM_LIMIT)],
        coupon_id: Number | None = None,
    ) -> dict[str, Any]:
        async with deadline(SUPPLIES_SECONDS):
            return await supplies.count(product_id, coupon_id)

    return router


def _read_prewarm(body: bytes) -> PrewarmRequest:
    """Whatever its content type is said to be, as flips are read; nothing at all is an empty object."""
    try:
        return PrewarmRequest.model_validate_json(body or b"{}")
    except ValidationError as error:
        raise unread(error.errors()) from error


def flip_event(flip: Flip, at: float, author: str, reason: str) -> Event:
    """A switch that was flipped, as the timeline tells it: what a drill does is a fault, no answer to one."""
    return Event(
        at=at,
        kind="fault" if author == DRILL else "switch",
        text=_because(f"{flip.switch} {'on' if flip.enabled else 'off'}", reason),
        author=author,
        attributes={
            "switch": flip.switch.value,
            "from": not flip.enabled,
            "to": flip.enabled,
            "reason": reason,
        },
    )


def prewarm_event(warmed: int, at: float, author: str, reason: str) -> Event:
    """Keys that were warmed, in both languages; what is done before a banner is no answer to an incident."""
    text_ko = _because(f"캐시 키 {warmed}개 프리워밍", reason)
    return Event(
        at=at,
        kind="note" if author == PRELAUNCH else "mitigation",
        text=_because(f"pre-warmed {warmed} keys", reason),
        author=author,
        attributes={"warmed": warmed, "reason": reason, "text_ko": text_ko},
    )


def _because(text: str, reason: str) -> str:
    return f"{text}: {reason}" if reason else text


def _audit(request: Request, error: RejectedError) -> None:
    """Whoever was refused, and why; never what he gave as token."""
    client = request.client.host if request.client else "unknown"
    log.warning(
        "refused %s %r from %s: %d %r", request.method, request.url.path, client, error.status, str(error)
    )


def _bearer(token: str | None) -> Callable[[Request], None]:
    """A check of the Authorization header; without a token whoever reaches this machine's address may.

    That is no page which lets a name of its own stand for that address and has a browser ask.
    """
    expected = _digest(f"Bearer {token}".encode())

    def mistake(request: Request) -> RejectedError | None:
        if token is None:
            if is_nobodys_page(request.headers.get("host", "")):
                return None
            return RejectedError(403, "Host: expected an address or localhost, unless ADMIN_TOKEN is set")
        given = _digest(request.headers.get("authorization", "").encode("latin-1"))
        if secrets.compare_digest(given, expected):
            return None
        return RejectedError(401, "expected Authorization: Bearer ADMIN_TOKEN")

    def check(request: Request) -> None:
        error = mistake(request)
        if error is not None:
            _audit(request, error)
            raise error

    return check


def _digest(given: bytes) -> bytes:
    """Of one length for all, so that comparing takes the same time for every length of token."""
    return hashlib.sha256(given).digest()
