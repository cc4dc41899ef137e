"""The hands on the shop: its switches, and the faults of the proxy before its Redis."""

from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from commerce_app.drill.errors import CommandError
from commerce_app.drill.scenario import Toxic

PROXY = "redis"
PREWARM_TOP = 100


class Controls:
    def __init__(self, shop_url: str, proxy_url: str, admin_token: str, client: httpx.Client) -> None:
        self._shop_url = shop_url
        self._proxy_url = proxy_url
        self._authorization = {"Authorization": f"Bearer {admin_token}"}
        self._client = client

    def switch(self, switches: Mapping[str, bool], reason: str) -> None:
        """Flip the shop's switches; it posts each flip as an event itself."""
        body = {**switches, "author": "runbook", "reason": reason}
        self._send("PUT", f"{self._shop_url}/admin/switches", json=body, headers=self._authorization)

    def prewarm(self, reason: str, product_ids: Sequence[int] | None = None) -> None:
        """Load these products, or those read most lately, into the cache: seconds while Redis is slow."""
        chosen = {"top": PREWARM_TOP} if product_ids is None else {"product_ids": list(product_ids)}
        body = {**chosen, "author": "runbook", "reason": reason}
        self._send(
            "POST", f"{self._shop_url}/admin/prewarm", json=body, headers=self._authorization, timeout=60
        )

    def inject(self, name: str, toxic: Toxic) -> None:
        body = {"name": name, **toxic.model_dump()}
        self._send("POST", f"{self._proxy_url}/proxies/{PROXY}/toxics", json=body)

    def heal(self) -> None:
        """Take every fault away."""
        self._send("POST", f"{self._proxy_url}/reset")

    def _send(self, method: str, url: str, **options: Any) -> None:  # noqa: ANN401 -- httpx's own
        try:
            answer = self._client.request(method, url, **options)
        except httpx.TransportError as error:
            raise CommandError(f"{method} {url}: no answer ({error})") from error
        if answer.is_error:
            raise CommandError(f"{method} {url}: {answer.status_code} {answer.text[:300]}")
