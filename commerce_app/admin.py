"""GET and PUT /admin/switches, POST /admin/prewarm: what operators and runbooks do to the shop."""

import secrets
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from commerce_app.errors import RejectedError
from commerce_app.events import Event, EventPoster
from commerce_app.product.service import Products
from commerce_app.switches import Flip, Switch, Switches

PREWARM_LIMIT = 1_000


class PrewarmRequest(BaseModel):
    """The products to warm, or the ``top`` hottest of the last seconds."""

    model_config = ConfigDict(extra="forbid")

    product_ids: Annotated[list[int], Field(max_length=PREWARM_LIMIT)] | None = None
    top: Annotated[int, Field(ge=1, le=PREWARM_LIMIT)] = 100
    author: str = "operator"
    reason: str = ""


def admin_routes(
    switches: Switches,
    products: Products,
    events: EventPoster,
    now: Callable[[], float],
    token: str | None,
) -> APIRouter:
    """Everything under /admin, behind the bearer token when there is one."""
    router = APIRouter(prefix="/admin", dependencies=[Depends(_bearer(token))])

    @router.get("/switches")
    async def show() -> dict[str, bool]:
        return switches.states()

    @router.put("/switches")
    async def flip(body: dict[str, Any]) -> dict[str, bool]:
        wanted, author, reason = read_flips(body)
        for flipped in switches.set(wanted):
            events.post(flip_event(flipped, now(), author, reason))
        return switches.states()

    @router.post("/prewarm")
    async def prewarm(request: PrewarmRequest) -> dict[str, int]:
        chosen = products.hottest(request.top) if request.product_ids is None else request.product_ids
        warmed = await products.prewarm(chosen)
        events.post(prewarm_event(warmed, now(), request.author, request.reason))
        return {"warmed": warmed}

    return router


def flip_event(flip: Flip, at: float, author: str, reason: str) -> Event:
    """A switch that was flipped, as the timeline tells it."""
    return Event(
        at=at,
        kind="switch",
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
    """Keys that were warmed, in both languages."""
    text_ko = _because(f"캐시 키 {warmed}개 프리워밍", reason)
    return Event(
        at=at,
        kind="mitigation",
        text=_because(f"pre-warmed {warmed} keys", reason),
        author=author,
        attributes={"warmed": warmed, "reason": reason, "text_ko": text_ko},
    )


def _because(text: str, reason: str) -> str:
    return f"{text}: {reason}" if reason else text


def read_flips(body: dict[str, Any]) -> tuple[dict[Switch, bool], str, str]:
    """(wanted switches, author, reason); raises RejectedError (422) that names what is wrong."""
    author, reason = body.get("author", "operator"), body.get("reason", "")
    if not isinstance(author, str) or not isinstance(reason, str):
        raise RejectedError(422, "author and reason: expected text")
    wanted = {}
    for name, state in body.items():
        if name in {"author", "reason"}:
            continue
        if name not in set(Switch):
            raise RejectedError(422, f"{name}: expected a switch: {', '.join(Switch)}")
        if not isinstance(state, bool):
            raise RejectedError(422, f"{name}: expected true or false")
        wanted[Switch(name)] = state
    return wanted, author, reason


def _bearer(token: str | None) -> Callable[[Request], None]:
    """A check of the Authorization header; without a token everybody may."""
    expected = f"Bearer {token}".encode()

    def check(request: Request) -> None:
        given = request.headers.get("authorization", "").encode()
        if token is not None and not secrets.compare_digest(given, expected):
            raise RejectedError(401, "expected Authorization: Bearer ADMIN_TOKEN")

    return check
