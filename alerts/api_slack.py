"""``POST /slack/actions``: verified button presses become acts on the incident."""

import logging
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi import Response as HttpResponse
from fastapi.concurrency import run_in_threadpool

from alerts.api_route import AlertsRoute, read_body
from alerts.errors import RequestError
from alerts.notify import slack_blocks
from alerts.notify.slack_actions import Press, parse_presses, verify
from alerts.response import Response
from collector.clock import Clock

SOURCE = "slack"
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Desk:
    """What presses act on. secret: Slack's signing secret, empty when there is none."""

    response: Response
    clock: Clock
    secret: str
    silence_seconds: float


def slack_router(desk: Desk) -> APIRouter:
    """The one route that Slack calls."""
    router = APIRouter(route_class=AlertsRoute)

    async def actions(request: Request) -> HttpResponse:
        body = await read_body(request, "slack")
        if not desk.secret:
            raise RequestError("no Slack signing secret is configured", status=401)
        verify(body, request.headers, desk.secret, desk.clock)
        for press in parse_presses(body):
            await run_in_threadpool(act, desk, press)
        return HttpResponse()

    router.add_api_route("/slack/actions", actions, methods=["POST"])
    return router


def act(desk: Desk, press: Press) -> None:
    """Does what was pressed. A press that came too late is told in the log: its button is gone by then."""
    at, response = desk.clock.now(), desk.response
    try:
        match press.action:
            case slack_blocks.ACKNOWLEDGE:
                response.acknowledge(press.incident_id, press.author, SOURCE, at)
            case slack_blocks.RESOLVE:
                response.resolve(press.incident_id, press.author, SOURCE, at)
            case slack_blocks.MITIGATION:
                response.mark_mitigation(press.incident_id, press.author, SOURCE, at, key=press.key)
            case slack_blocks.SILENCE:
                until = at + desk.silence_seconds
                response.silence(press.incident_id, press.author, SOURCE, at, until=until, key=press.key)
    except RequestError as error:
        log.warning("slack: %s by %s: %s", press.action, press.author, error)
