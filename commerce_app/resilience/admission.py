"""Turns requests away at the door while too many are in flight."""

from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from commerce_app.errors import ErrorType, LoadShedError
from commerce_app.instrument.requests import mark_error
from commerce_app.instrument.routes import match_route
from commerce_app.metrics import Metrics
from commerce_app.resilience.pace import Pace, whole_seconds
from commerce_app.responses import error_response
from commerce_app.switches import Switch, Switches


class Admission:
    """Pure ASGI middleware; health, metrics and switches always pass."""

    def __init__(
        self,
        app: ASGIApp,
        switches: Switches,
        metrics: Metrics,
        limit: int,
        timer: Callable[[], float],
    ) -> None:
        self._app = app
        self._switches = switches
        self._metrics = metrics
        self._limit = limit
        self._timer = timer
        self._in_flight = 0
        self._pace = Pace()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or match_route(scope["method"], scope["path"]) is None:
            await self._app(scope, receive, send)
            return
        if self._switches.on(Switch.LOAD_SHEDDING) and self._in_flight >= self._limit:
            self._metrics.load_shed.labels("requests").inc()
            mark_error(scope, ErrorType.LOAD_SHED)
            retry_after_seconds = whole_seconds(self._pace.drain_seconds(self._in_flight, self._limit))
            await error_response(LoadShedError("requests", retry_after_seconds))(scope, receive, send)
            return
        self._in_flight += 1
        began = self._timer()
        try:
            await self._app(scope, receive, send)
        finally:
            self._in_flight -= 1
            self._pace.ended(self._timer() - began)
