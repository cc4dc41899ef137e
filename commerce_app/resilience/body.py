"""Takes in a request's body before anything is done for it: in whole, within a size and a time."""

from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from commerce_app.errors import RejectedError
from commerce_app.instrument.requests import mark_begun
from commerce_app.resilience.standstill import awake_within
from commerce_app.responses import error_response

# The largest that is meant, a thousand products to pre-warm, has 12 kB.
LIMIT_BYTES = 16_384
PATIENCE_SECONDS = 5.0
# Nothing of ours reads the body of these; the server takes in no more of it than a socket's buffer.
BODILESS = frozenset({"GET", "HEAD"})


class WholeBody:
    """Pure ASGI middleware: too much is 413, too slow 408, cut off 400, and the connection is closed.

    What is inside has the body at once: nobody who dawdles holds a place there, or is timed.
    """

    def __init__(
        self, app: ASGIApp, timer: Callable[[], float], patience_seconds: float = PATIENCE_SECONDS
    ) -> None:
        self._app = app
        self._timer = timer
        self._patience_seconds = patience_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in BODILESS:
            await self._app(scope, receive, send)
            return
        try:
            body = await self._take(receive)
        except RejectedError as error:
            mark_begun(scope, self._timer())
            refusal = error_response(error)
            refusal.headers["Connection"] = "close"
            await refusal(scope, receive, send)
            return
        mark_begun(scope, self._timer())
        await self._app(scope, _told_at_once(body, receive), send)

    async def _take(self, receive: Receive) -> bytes:
        try:
            async with awake_within(self._patience_seconds):
                return await _read(receive)
        except TimeoutError as error:
            seconds = f"{self._patience_seconds:g} s"
            raise RejectedError(408, f"body: expected all of it within {seconds}") from error


async def _read(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise RejectedError(400, "body: it ended early")
        body += message.get("body", b"")
        if len(body) > LIMIT_BYTES:
            raise RejectedError(413, f"body: expected at most {LIMIT_BYTES} bytes")
        if not message.get("more_body", False):
            return bytes(body)


def _told_at_once(body: bytes, receive: Receive) -> Receive:
    """The body as one message, then whatever else is told of the connection."""
    told = False

    async def tell() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return tell
