"""The Slack notifier: one message for each incident, updated in place; its thread carries the rest."""

import logging
from dataclasses import dataclass
from typing import Any

import httpx
import orjson

from alerts.errors import DeliveryError
from alerts.group import Occasion
from alerts.notify.content import Content, write
from alerts.notify.message import Message, Receipt, Style
from alerts.notify.reminder import write_reminder
from alerts.notify.slack_blocks import (
    SECTION_MOST,
    TEXT_MOST,
    Block,
    blocks,
    cut,
    escape,
    news_blocks,
    news_text,
    section,
)
from alerts.receive import Severity
from alerts.storage_incidents import firing_severity
from collector.http_client import HttpClient, reason_of

TIMEOUT_SECONDS = 8.0
MOST_ANSWER_BYTES = 256 * 1024
DEFAULT_WAIT_SECONDS = 30.0
# Slack says 200 and one of these when it is its own fault.
PASSING_ERRORS = frozenset(
    {"internal_error", "fatal_error", "service_unavailable", "request_timeout", "ratelimited", "rate_limited"}
)
REFUSED_BLOCKS_ERRORS = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"})
LOST_MESSAGE_ERRORS = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Told:
    """A message. ``text`` stands for the blocks where only text is shown, with the mention behind it."""

    text: str
    blocks: list[Block]
    mention: str


class SlackNotifier:
    """Posts as a bot. A try is one request: the outbox tries again, at a time that the answer decides.

    base_url: Slack's API, or a stand-in for it.
    """

    name = "slack"
    wakes_people = True
    pace_seconds = 1.0  # Slack takes about one message a second in a channel
    keeps_groups = False

    def __init__(self, token: str, channel: str, style: Style, *, mention: str, base_url: str) -> None:
        self._base_url = base_url
        self._client = HttpClient(
            seconds=TIMEOUT_SECONDS,
            most_bytes=MOST_ANSWER_BYTES,
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json; charset=utf-8"},
            limits=httpx.Limits(max_keepalive_connections=0),
        )
        self._channel = channel
        self._style = style
        self._mention = mention

    def send(self, message: Message, receipt: Receipt | None) -> Receipt | None:
        """Posts the incident's message, or updates it and tells what is new in its thread."""
        if message.occasion is Occasion.REMINDER:
            return self._remind(message, receipt)
        content = write(message, self._style)
        root = self._root(content, message)
        if receipt is None or not self._update(receipt, root):
            return self._post(root)
        if not content.news and message.occasion is not Occasion.PAGE:
            return receipt
        return self._reply(receipt, content, message, root)

    def _remind(self, message: Message, receipt: Receipt | None) -> Receipt | None:
        """In the incident's thread and in the channel: nobody looks into a thread that is a week old."""
        content = write_reminder(message, self._style)
        text = "\n".join(filter(None, (content.headline, *content.lines, content.link)))
        thread = {} if receipt is None else {"thread_ts": receipt["ts"], "reply_broadcast": True}
        told = _Told(
            escape(cut(text, TEXT_MOST, self._style.language)),
            [section(cut(text, SECTION_MOST, self._style.language))],
            mention="",
        )
        channel = self._channel if receipt is None else receipt["channel"]
        self._show("chat.postMessage", told, channel=channel, unfurl_links=False, **thread)
        return receipt

    def _root(self, content: Content, message: Message) -> _Told:
        language = self._style.language
        mention = self._mention if _wakes(message) else ""
        return _Told(
            escape(cut(content.headline, 500, language)),
            blocks(content, message.incident, language, mention),
            mention,
        )

    def _post(self, root: _Told) -> Receipt | None:
        """None where Slack does not say what it became: a later message stands for itself."""
        answer = self._show("chat.postMessage", root, channel=self._channel, unfurl_links=False)
        return _receipt(answer)

    def _update(self, receipt: Receipt, root: _Told) -> bool:
        """False when somebody deleted the message: a new one takes its place."""
        try:
            self._show("chat.update", root, channel=receipt["channel"], ts=receipt["ts"])
        except DeliveryError as error:
            if str(error) not in LOST_MESSAGE_ERRORS:
                raise
            log.warning("slack: the message at %s is gone (%s), posting a new one", receipt["ts"], error)
            return False
        return True

    def _reply(self, receipt: Receipt, content: Content, message: Message, root: _Told) -> Receipt:
        """A page in a thread is shown in the channel as well: an update in place rings no bell."""
        loud = message.occasion is Occasion.PAGE
        mention = self._mention if loud and _wakes(message) else ""
        told = (content, message.occasion, self._style.language, mention)
        answer = self._show(
            "chat.postMessage",
            _Told(news_text(*told), news_blocks(*told), mention=""),  # the text has it
            channel=receipt["channel"],
            thread_ts=receipt["ts"],
            reply_broadcast=loud,
            unfurl_links=False,
        )
        fresh = _receipt(answer)
        if fresh is None or _thread(answer) == receipt["ts"]:
            return receipt
        # Slack posts at top level when the thread is gone. That message becomes the incident's.
        log.warning("slack: the thread of %s is gone, going on in a new one", receipt["ts"])
        self._update(fresh, root)
        return fresh

    def _show(self, method: str, root: _Told, **where: object) -> dict[str, Any]:
        """With its blocks; should Slack refuse those, a plain page is better than none."""
        try:
            return self._call(method, **where, text=root.text, blocks=root.blocks)
        except DeliveryError as error:
            if str(error) not in REFUSED_BLOCKS_ERRORS:
                raise
            log.exception("slack: the blocks were refused, sending the text alone")
            return self._call(method, **where, text=f"{root.text}  {root.mention}".strip(), blocks=[])

    def _call(self, method: str, **arguments: object) -> dict[str, Any]:
        """What Slack answered with ``ok``."""
        try:
            answer = self._client.send("POST", f"{self._base_url}/{method}", content=orjson.dumps(arguments))
        except httpx.HTTPError as error:
            raise DeliveryError(f"{method}: {reason_of(error)}", retryable=True) from error
        return _accepted(answer)


def _wakes(message: Message) -> bool:
    """A page that arrives late wakes people even if it has ended; an update by then does not."""
    incident = message.incident
    pages = message.occasion is Occasion.PAGE or firing_severity(message.alerts) is Severity.PAGE
    return pages and incident.severity is Severity.PAGE and not incident.is_resolved


def _accepted(answer: httpx.Response) -> dict[str, Any]:
    """The answer of a message that Slack took.

    Raises:
        DeliveryError: final only where Slack itself refuses the message for good. Whatever else speaks in its
            place, a proxy in maintenance for example, passes: a page must outlive it.
    """
    said = _said(answer)
    code = str(said.get("error", ""))
    wait = _seconds(answer.headers.get("retry-after"))
    if answer.status_code == 429 or code in {"ratelimited", "rate_limited"}:
        raise DeliveryError(
            code or "ratelimited",
            retryable=True,
            retry_after_seconds=wait or DEFAULT_WAIT_SECONDS,
            pauses_channel=True,
        )
    if answer.is_success and said.get("ok") is True:
        return said
    if said.get("ok") is not False or answer.status_code >= 500:
        text = f"HTTP {answer.status_code} {code}".strip()
        raise DeliveryError(f"{text}: not an answer of Slack", retryable=True, retry_after_seconds=wait)
    raise DeliveryError(code or "refused", retryable=code in PASSING_ERRORS)


def _said(answer: httpx.Response) -> dict[str, Any]:
    try:
        said = orjson.loads(answer.content)
    except orjson.JSONDecodeError:
        return {}
    return said if isinstance(said, dict) else {}


def _receipt(answer: dict[str, Any]) -> Receipt | None:
    if "channel" not in answer or "ts" not in answer:
        return None
    return {"channel": str(answer["channel"]), "ts": str(answer["ts"])}


def _thread(answer: dict[str, Any]) -> object:
    message = answer.get("message")
    return message.get("thread_ts") if isinstance(message, dict) else None


def _seconds(value: str | None) -> float | None:
    """The Retry-After header in seconds; one that names a date is not read."""
    return float(value) if value and value.isascii() and value.isdigit() else None
