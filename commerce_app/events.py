"""Posts events to Fireline in the background: with retries until a deadline, never in anybody's way.

A post that was not answered in time may have been recorded: each attempt bears the event's key.
"""

import asyncio
import logging
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import httpx
import stamina

from commerce_app.metrics import Metrics

DEADLINE_SECONDS = 60.0
ATTEMPT_SECONDS = 5.0
DRAIN_SECONDS = 3.0

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Event:
    """What ``POST /api/v1/events`` takes; ``at`` is in Unix seconds."""

    at: float
    kind: str
    text: str
    author: str
    service: str = "product"
    source: str = "shop"
    attributes: dict[str, Any] = field(default_factory=dict)


class EventPoster:
    """Without a URL events go nowhere, and are only logged."""

    def __init__(
        self,
        fireline_url: str | None,
        metrics: Metrics,
        client: httpx.AsyncClient,
        deadline_seconds: float = DEADLINE_SECONDS,
        drain_seconds: float = DRAIN_SECONDS,
    ) -> None:
        self._url = fireline_url
        self._metrics = metrics
        self._client = client
        self._deadline_seconds = deadline_seconds
        self._drain_seconds = drain_seconds
        self._posts: set[asyncio.Task[None]] = set()

    def post(self, event: Event) -> None:
        """Send it some time soon; returns at once."""
        log.info("%s: %s (%s)", event.kind, event.text, event.author)
        if self._url is not None:
            post = asyncio.create_task(self._deliver(f"{self._url}/api/v1/events", event))
            self._posts.add(post)
            post.add_done_callback(self._posts.discard)

    async def close(self) -> None:
        """Give what is under way a moment."""
        if self._posts:
            _, late = await asyncio.wait(self._posts, timeout=self._drain_seconds)
            for post in late:
                post.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await self._client.aclose()

    async def _deliver(self, url: str, event: Event) -> None:
        try:
            await self._send(url, event)
        except (httpx.HTTPError, TimeoutError, asyncio.CancelledError) as error:
            self._metrics.event_failures.inc()
            log.warning("event %r did not reach %s: %s", event.text, url, str(error) or type(error).__name__)
            if isinstance(error, asyncio.CancelledError):
                raise

    async def _send(self, url: str, event: Event) -> None:
        key = {"Idempotency-Key": uuid.uuid4().hex}
        attempts = stamina.retry_context(
            on=_retryable, attempts=None, timeout=self._deadline_seconds, wait_initial=0.1, wait_max=5
        )
        async for attempt in attempts:
            with attempt:
                # The client's time-outs are per read: an answer that trickles would go on for ever.
                await self._try(url, event, key)

    async def _try(self, url: str, event: Event, key: Mapping[str, str]) -> None:
        try:
            async with asyncio.timeout(min(ATTEMPT_SECONDS, self._deadline_seconds)):
                (await self._client.post(url, json=asdict(event), headers=key)).raise_for_status()
        except (httpx.HTTPError, TimeoutError) as error:
            log.info("event %r: %s: %s", event.text, url, str(error) or type(error).__name__)
            raise


def _retryable(error: Exception) -> bool:
    if isinstance(error, httpx.HTTPStatusError):
        return error.response.status_code == 429 or error.response.status_code >= 500
    return isinstance(error, httpx.TransportError | TimeoutError)
