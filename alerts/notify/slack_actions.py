"""Button presses from Slack: whether they are Slack's, and what was pressed by whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import parse_qs

from pydantic import BaseModel, Field, ValidationError
from slack_sdk.signature import Clock as SlackClock
from slack_sdk.signature import SignatureVerifier

from alerts.errors import RequestError
from collector.clock import Clock


@dataclass(frozen=True)
class Press:
    """One press. ``key`` is the same when Slack sends it again."""

    action: str
    incident_id: str
    author: str
    key: str


class _At(SlackClock):
    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> float:
        return self._clock.now()


class _User(BaseModel):
    id: str = ""
    name: str = ""
    username: str = ""


class _Action(BaseModel):
    action_id: str
    value: str = ""
    action_ts: str = ""


class _Payload(BaseModel):
    type: str
    user: _User = Field(default_factory=_User)
    actions: Annotated[list[_Action], Field(default_factory=list)]


def verify(body: bytes, headers: Mapping[str, str], secret: str, clock: Clock) -> None:
    """Checks Slack's v0 signature over the raw body, at most 300 s old.

    Raises:
        RequestError: 401 for anything else, junk included.
    """
    try:
        genuine = SignatureVerifier(secret, _At(clock)).is_valid_request(body, dict(headers))
    except (
        ValueError,
        TypeError,
    ) as error:  # what the SDK raises on junk; UnicodeDecodeError is a ValueError
        raise RequestError("the request is not signed by Slack", status=401) from error
    if not genuine:
        raise RequestError("the request is not signed by Slack", status=401)


def parse_presses(body: bytes) -> tuple[Press, ...]:
    """What was pressed, from a verified form body; nothing for payloads that are no button presses.

    Raises:
        RequestError: 400 when it is no payload.
    """
    try:
        form = parse_qs(body.decode(), max_num_fields=10)
        payload = _Payload.model_validate_json(form["payload"][0])
    except (KeyError, ValueError, ValidationError) as error:
        raise RequestError("expected a form with Slack's payload") from error
    if payload.type != "block_actions":
        return ()
    author = payload.user.name or payload.user.username or payload.user.id or "slack"
    return tuple(
        Press(each.action_id, each.value, author, f"{payload.user.id}/{each.action_id}/{each.action_ts}")
        for each in payload.actions
    )
