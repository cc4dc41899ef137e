"""The hands on the shop: its switches, and pre-warming."""

from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from commerce_app.drill.errors import CommandError

PREWARM_TOP = 100
# A shop that is saturated reads the request late, and an index takes its time.
SWITCH_SECONDS = 30.0
RUNBOOK, DRILL = "runbook", "drill"


class Controls:
    def __init__(self, shop_url: str, admin_token: str, client: httpx.Client) -> None:
        self._shop_url = shop_url
        self._authorization = {"Authorization": f"Bearer {admin_token}"}
        self._client = client

    def switch(self, switches: Mapping[str, bool], reason: str, author: str = RUNBOOK) -> None:
        """Flip the shop's switches; it posts each flip as an event itself, one of ``DRILL`` as a fault."""
        body = {**switches, "author": author, "reason": reason}
        self._send(
            "PUT",
            f"{self._shop_url}/admin/switches",
            json=body,
            headers=self._authorization,
            timeout=SWITCH_SECONDS,
        )

    def prewarm(self, reason: str, product_ids: Sequence[int] | None = None) -> None:
        """Load these products, or those read most lately, into the cache: seconds while Redis is slow."""
        chosen = {"top": PREWARM_TOP} if product_ids is None else {"product_ids": list(product_ids)}
        body = {**chosen, "author": RUNBOOK, "reason": reason}
        self._send(
            "POST", f"{self._shop_url}/admin/prewarm", json=body, headers=self._authorization, timeout=60
        )

    def _send(self, method: str, url: str, **options: Any) -> None:  # noqa: ANN401 -- httpx's own
        try:
            answer = self._client.request(method, url, **options)
        except httpx.TransportError as error:
            raise CommandError(f"{method} {url}: no answer ({error})") from error
        if answer.is_error:
            raise CommandError(f"{method} {url}: {answer.status_code} {answer.text[:300]}")
