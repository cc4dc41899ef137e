"""Measures each request around the whole application: duration, outcome, in flight."""

from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from commerce_app.errors import ErrorType
from commerce_app.instrument.routes import Route, match_route
from commerce_app.metrics import Metrics

ENDING = "shop.ending"


@dataclass(slots=True)
class Ending:
    """How a request ends: written by handlers and middlewares, read when it is over.

    begun_at: by the timer of whoever measures; what the customer's own dawdling takes is no part of it.
    """

    begun_at: float
    status: int = 500
    error_type: str = ErrorType.NONE


def mark_error(scope: MutableMapping[str, Any], error_type: str) -> None:
    """Say why this request fails; a request that is not measured ignores it."""
    ending = scope.get(ENDING)
    if ending is not None:
        ending.error_type = error_type


def mark_begun(scope: MutableMapping[str, Any], at: float) -> None:
    """Say that this request is complete only now; a request that is not measured ignores it."""
    ending = scope.get(ENDING)
    if ending is not None:
        ending.begun_at = at


class RequestMetrics:
    """Pure ASGI middleware; ``timer`` counts seconds monotonically."""

    def __init__(self, app: ASGIApp, metrics: Metrics, timer: Callable[[], float]) -> None:
        self._app = app
        self._metrics = metrics
        self._timer = timer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        route = match_route(scope["method"], scope["path"]) if scope["type"] == "http" else None
        if route is None:
            await self._app(scope, receive, send)
        else:
            await self._measure(route, scope, receive, send)

    async def _measure(self, route: Route, scope: Scope, receive: Receive, send: Send) -> None:
        ending = scope[ENDING] = Ending(self._timer())

        async def watch(message: Message) -> None:
            if message["type"] == "http.response.start":
                ending.status = message["status"]
            await send(message)

        active = self._metrics.active_requests.labels(route.method, route.path)
        active.inc()
        try:
            await self._app(scope, receive, watch)
        except BaseException:
            ending.status, ending.error_type = 500, ErrorType.INTERNAL
            raise
        finally:
            active.dec()
            error_type = ending.error_type or (ErrorType.INTERNAL if ending.status >= 500 else "")
            self._metrics.request_seconds.labels(
                route.method, route.path, str(ending.status), error_type
            ).observe(self._timer() - ending.begun_at)
