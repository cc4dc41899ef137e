"""Toxiproxy's HTTP API as a drill speaks it."""

from collections.abc import Mapping
from typing import Any

import httpx

from commerce_app.faults.errors import FaultError


class ProxyClient:
    """Raises FaultError when the proxy does not answer, or refuses."""

    def __init__(self, url: str, client: httpx.Client) -> None:
        self._url = url
        self._client = client

    def create(self, proxy: str, listen: str, upstream: str) -> None:
        self._send("POST", "/proxies", {"name": proxy, "listen": listen, "upstream": upstream})

    def add_toxic(self, proxy: str, toxic: Mapping[str, Any]) -> None:
        self._send("POST", f"/proxies/{proxy}/toxics", toxic)

    def remove_toxic(self, proxy: str, name: str) -> None:
        """Nothing happens when it is not there."""
        self._send("DELETE", f"/proxies/{proxy}/toxics/{name}", may_be_gone=True)

    def enable(self, proxy: str, *, enabled: bool) -> None:
        self._send("POST", f"/proxies/{proxy}", {"enabled": enabled})

    def _send(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, may_be_gone: bool = False
    ) -> None:
        try:
            answer = self._client.request(method, self._url + path, json=body)
        except httpx.TransportError as error:
            raise FaultError(f"fault proxy: {method} {path}: no answer ({error})") from error
        if answer.is_error and not (may_be_gone and answer.status_code == 404):
            raise FaultError(f"fault proxy: {method} {path}: {answer.status_code} {answer.text[:300]}")
