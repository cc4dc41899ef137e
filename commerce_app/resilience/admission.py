"""Turns requests away at the door while too many are in flight."""

from starlette.types import ASGIApp, Receive, Scope, Send

from commerce_app.errors import ErrorType, LoadShedError
from commerce_app.instrument.requests import mark_error
from commerce_app.instrument.routes import match_route
from commerce_app.metrics import Metrics
from commerce_app.responses import error_response
from commerce_app.switches import Switch, Switches


class Admission:
    """Pure ASGI middleware; health, metrics and switches always pass."""

    def __init__(self, app: ASGIApp, switches: Switches, metrics: Metrics, limit: int) -> None:
        self._app = app
        self._switches = switches
        self._metrics = metrics
        self._limit = limit
        self._in_flight = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or match_route(scope["method"], scope["path"]) is None:
            await self._app(scope, receive, send)
            return
        if self._switches.on(Switch.LOAD_SHEDDING) and self._in_flight >= self._limit:
            self._metrics.load_shed.labels("requests").inc()
            mark_error(scope, ErrorType.LOAD_SHED)
            await error_response(LoadShedError("requests"))(scope, receive, send)
            return
        self._in_flight += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._in_flight -= 1
