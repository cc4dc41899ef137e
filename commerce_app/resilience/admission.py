"""Turns requests away at the door while too many are in flight, the least important first."""

import math
from collections.abc import Callable, Mapping
from functools import partial

from starlette.types import ASGIApp, Receive, Scope, Send

from commerce_app.errors import ErrorType, LoadShedError
from commerce_app.instrument.requests import mark_error
from commerce_app.instrument.routes import Route, match_route
from commerce_app.metrics import Metrics
from commerce_app.resilience.adaptive_limit import AdaptiveLimit
from commerce_app.resilience.door import Door
from commerce_app.resilience.gate import ALIKE, PRIORITIES, Share, Work
from commerce_app.resilience.pace import Pace, whole_seconds
from commerce_app.resilience.rate_profiles import POPULAR, RANKING, TOGETHER
from commerce_app.resilience.work import doing
from commerce_app.responses import error_response
from commerce_app.switches import Switch, Switches

LIMITING = (Switch.LOAD_SHEDDING, Switch.ADAPTIVE_LIMIT, Switch.PRIORITY_SHEDDING)
# Lists that a shop can do without for a while.
EXTRAS = frozenset({POPULAR, RANKING, TOGETHER})


def work_of(route: Route) -> Work:
    """The class of a route; orders, claims and charges alike are what must not fail."""
    if route.method != "GET":
        return Work.ORDERS
    return Work.EXTRAS if route.path in EXTRAS else Work.PAGES


class Admission:
    """Pure ASGI middleware; health, metrics and switches always pass. ``limit``: the fixed one, in flight."""

    def __init__(
        self,
        app: ASGIApp,
        switches: Switches,
        metrics: Metrics,
        limit: int,
        adaptive: AdaptiveLimit,
        *,
        timer: Callable[[], float],
    ) -> None:
        self._app = app
        self._switches = switches
        self._metrics = metrics
        self._fixed = limit
        self._adaptive = adaptive
        self._timer = timer
        self._door = Door(self._shares, self._limit)
        self._pace = Pace()
        metrics.concurrency_limit.set_function(self._limit)
        for work in Work:
            metrics.requests_queued.labels(work).set_function(partial(self._door.waiting, work))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        route = match_route(scope["method"], scope["path"]) if scope["type"] == "http" else None
        if route is None:
            await self._app(scope, receive, send)
            return
        work = work_of(route)
        if not await self._door.enter(work):
            mark_error(scope, ErrorType.LOAD_SHED)
            await error_response(self._shed(work))(scope, receive, send)
            return
        with doing(work):
            await self._serve(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = self._timer()
        try:
            await self._app(scope, receive, send)
        finally:
            ended = self._timer()
            self._pace.ended(ended - began)
            self._adaptive.observe(ended - began, self._door.in_flight, ended)
            self._door.leave()

    def _limit(self) -> float:
        if not any(map(self._switches.on, LIMITING)):
            return math.inf
        return self._adaptive.limit if self._switches.on(Switch.ADAPTIVE_LIMIT) else self._fixed

    def _shares(self) -> Mapping[Work, Share]:
        return PRIORITIES if self._switches.on(Switch.PRIORITY_SHEDDING) else ALIKE

    def _shed(self, work: Work) -> LoadShedError:
        reason = work.value if self._switches.on(Switch.PRIORITY_SHEDDING) else "requests"
        self._metrics.load_shed.labels(reason).inc()
        drain_seconds = self._pace.drain_seconds(self._door.ahead(work), int(min(self._limit(), self._fixed)))
        return LoadShedError(reason, whole_seconds(drain_seconds))
