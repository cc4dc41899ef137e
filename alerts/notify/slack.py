"""The Slack notifier: one message for each incident, updated in place; its thread carries the rest."""

import http.client
import logging
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from alerts.errors import DeliveryError
from alerts.group import Occasion
from alerts.notify.content import Content, write
from alerts.notify.message import Message, Receipt, Style
from alerts.notify.slack_blocks import blocks, cut, news_text
from alerts.receive import Severity
from alerts.storage_incidents import firing_severity

TIMEOUT_SECONDS = 8
DEFAULT_WAIT_SECONDS = 30.0
# Slack says 200 and one of these when it is its own fault.
PASSING_ERRORS = frozenset(
    {"internal_error", "fatal_error", "service_unavailable", "request_timeout", "ratelimited", "rate_limited"}
)
REFUSED_BLOCKS_ERRORS = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"})
LOST_MESSAGE_ERRORS = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
TRANSPORT_ERRORS = (SlackClientError, OSError, http.client.HTTPException, ValueError)
log = logging.getLogger(__name__)


class SlackNotifier:
    """Posts as a bot. A try is one request: the outbox tries again, at a time that the answer decides.

    base_url: Slack's API, or a stand-in for it.
    """

    name = "slack"
    wakes_people = True
    pace_seconds = 1.0  # Slack takes about one message a second in a channel

    def __init__(self, token: str, channel: str, style: Style, *, mention: str, base_url: str) -> None:
        self._client = WebClient(
            token=token, base_url=f"{base_url}/", timeout=TIMEOUT_SECONDS, retry_handlers=[]
        )
        self._channel = channel
        self._style = style
        self._mention = mention

    def send(self, message: Message, receipt: Receipt | None) -> Receipt | None:
        """Posts the incident's message, or updates it and tells what is new in its thread."""
        content = write(message, self._style)
        root = self._root(content, message)
        if receipt is None or not self._update(receipt, root):
            return self._post(root)
        if not content.news and message.occasion is not Occasion.PAGE:
            return receipt
        return self._reply(receipt, content, message, root)

    def _root(self, content: Content, message: Message) -> dict[str, Any]:
        language = self._style.language
        mention = self._mention if _wakes(message) else ""
        return {
            "text": cut(content.headline, 500, language),
            "blocks": blocks(content, message.incident, language, mention),
        }

    def _post(self, root: dict[str, Any]) -> Receipt:
        answer = self._show("chat.postMessage", root, channel=self._channel, unfurl_links=False)
        return {"channel": str(answer["channel"]), "ts": str(answer["ts"])}

    def _update(self, receipt: Receipt, root: dict[str, Any]) -> bool:
        """False when somebody deleted the message: a new one takes its place."""
        try:
            self._show("chat.update", root, channel=receipt["channel"], ts=receipt["ts"])
        except DeliveryError as error:
            if str(error) not in LOST_MESSAGE_ERRORS:
                raise
            log.warning("slack: the message at %s is gone (%s), posting a new one", receipt["ts"], error)
            return False
        return True

    def _reply(self, receipt: Receipt, content: Content, message: Message, root: dict[str, Any]) -> Receipt:
        """A page in a thread is shown in the channel as well: an update in place rings no bell."""
        loud = message.occasion is Occasion.PAGE
        mention = self._mention if loud and _wakes(message) else ""
        answer = self._call(
            "chat.postMessage",
            channel=receipt["channel"],
            thread_ts=receipt["ts"],
            reply_broadcast=loud,
            unfurl_links=False,
            text=news_text(content, message.occasion, self._style.language, mention),
        )
        if answer.get("message", {}).get("thread_ts") == receipt["ts"]:
            return receipt
        # Slack posts at top level when the thread is gone. That message becomes the incident's.
        log.warning("slack: the thread of %s is gone, going on in a new one", receipt["ts"])
        fresh = {"channel": str(answer["channel"]), "ts": str(answer["ts"])}
        self._update(fresh, root)
        return fresh

    def _show(self, method: str, root: dict[str, Any], **where: object) -> dict[str, Any]:
        """With its blocks; should Slack refuse those, a plain page is better than none."""
        try:
            return self._call(method, **where, **root)
        except DeliveryError as error:
            if str(error) not in REFUSED_BLOCKS_ERRORS:
                raise
            log.exception("slack: the blocks were refused, sending the text alone")
            return self._call(method, **where, text=root["text"], blocks=[])

    def _call(self, method: str, **arguments: object) -> dict[str, Any]:
        try:
            answer = self._client.api_call(method, json=arguments)
        except SlackApiError as error:
            raise _failed(error) from error
        except TRANSPORT_ERRORS as error:
            raise DeliveryError(f"{method}: {error}", retryable=True) from error
        data = answer.data
        return data if isinstance(data, dict) else {}


def _wakes(message: Message) -> bool:
    """A page that arrives late wakes people even if it has ended; an update by then does not."""
    incident = message.incident
    pages = message.occasion is Occasion.PAGE or firing_severity(message.alerts) is Severity.PAGE
    return pages and incident.severity is Severity.PAGE and not incident.is_resolved


def _failed(error: SlackApiError) -> DeliveryError:
    """Whether Slack may take the same message later: 429, 5xx, and 200 with an error of Slack's own."""
    response = error.response
    status = int(response.status_code)
    code = str(response.data.get("error", "") if isinstance(response.data, dict) else "")
    headers = {str(name).lower(): value for name, value in (response.headers or {}).items()}
    wait = _seconds(headers.get("retry-after"))
    if status == 429 or code in {"ratelimited", "rate_limited"}:
        return DeliveryError(
            code or "ratelimited", retryable=True, retry_after_seconds=wait or DEFAULT_WAIT_SECONDS
        )
    passing = status >= 500 or code in PASSING_ERRORS
    text = code if status == 200 else f"HTTP {status} {code}".strip()
    return DeliveryError(text, retryable=passing, retry_after_seconds=wait if passing else None)


def _seconds(value: object) -> float | None:
    """The Retry-After header: a number, or a list of one."""
    first = value[0] if isinstance(value, list) and value else value
    try:
        return max(float(str(first)), 0.0) if first is not None else None
    except ValueError:
        return None
