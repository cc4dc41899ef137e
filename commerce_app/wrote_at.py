"""When a customer last wrote: told with each answer to a write, brought along with the reads that follow.

In the header ``Shop-Wrote-At`` and in a cookie, as Unix seconds. The time is taken once the answer is there,
so that whatever was committed, also by a request that failed half-way, was committed before it. Only what was
not done in time may be committed yet: its answer tells a time to come, which counts as now until it is over.
"""

import re
from collections.abc import Callable

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from commerce_app.errors import RejectedError
from commerce_app.instrument.routes import match_route

HEADER = "Shop-Wrote-At"
TIMED_OUT = 504
COOKIE = "shop_wrote_at"
# Past it the replica has caught up, or has been given up.
KEPT_SECONDS = 600
# Past it no statement waits for a lock any more that was sent before a 504.
UNSETTLED_SECONDS = 10
# What is further ahead no process of the shop can have told, unless its clock is that wrong.
AHEAD_SECONDS = 60
TIME = re.compile(r"[0-9]{1,11}(\.[0-9]{1,6})?", re.ASCII)


class WroteAt:
    """Pure ASGI middleware; ``now`` in Unix seconds."""

    def __init__(self, app: ASGIApp, now: Callable[[], float]) -> None:
        self._app = app
        self._now = now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        route = match_route(scope["method"], scope["path"]) if scope["type"] == "http" else None
        if route is None or route.method != "POST":
            await self._app(scope, receive, send)
            return

        async def tell(message: Message) -> None:
            if message["type"] == "http.response.start":
                unsettled_seconds = UNSETTLED_SECONDS if message["status"] == TIMED_OUT else 0
                headers, at = MutableHeaders(scope=message), f"{self._now() + unsettled_seconds:.6f}"
                headers.append(HEADER, at)
                headers.append(
                    "Set-Cookie", f"{COOKIE}={at}; Max-Age={KEPT_SECONDS}; Path=/; HttpOnly; SameSite=Lax"
                )
            await send(message)

        await self._app(scope, receive, tell)


def wrote_at_reader(now: Callable[[], float]) -> Callable[[Request], float | None]:
    """A FastAPI dependency: when who asks last wrote; raises RejectedError (400).

    A time still to come counts as now; one that is further ahead than any answer's counts as none, lest a
    customer read from the primary for ever.
    """

    def read(request: Request) -> float | None:
        given = [
            text for text in (request.headers.get(HEADER), request.cookies.get(COOKIE)) if text is not None
        ]
        for text in given:
            if not TIME.fullmatch(text):
                raise RejectedError(400, f"{HEADER}: expected Unix seconds, got {text!r:.40}")
        at = now()
        told = [min(wrote_at, at) for wrote_at in map(float, given) if wrote_at <= at + AHEAD_SECONDS]
        return max(told, default=None)

    return read
