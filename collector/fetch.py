"""Fetches a target's page over HTTP within a deadline and a bounded size."""

import asyncio
import logging
import ssl
import time
from dataclasses import dataclass
from functools import cache

import httpx

from collector.config_http import HttpClientConfig, TlsConfig
from collector.credentials import credentials
from collector.errors import ConfigError
from collector.http_answer import answer_of, no_cookies, read_body
from collector.http_client import reason_of

logger = logging.getLogger(__name__)

CEILING_BYTES = 256 * 1024 * 1024
_ACCEPT = (  # clients escape names that are not bare unless they are told that they need not
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.8,"
    "application/openmetrics-text;version=1.0.0;q=0.7,"
    "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
)


@dataclass(frozen=True)
class Fetched:
    """A page, or why there is none."""

    text: str
    content_type: str
    duration_seconds: float
    error: str = ""


class _UnusablePageError(Exception):
    """A page that cannot be taken: status, size or encoding."""


def http_client(
    config: HttpClientConfig, *, transport: httpx.AsyncBaseTransport | None = None
) -> httpx.AsyncClient:
    """A client that reaches a server as the configuration says; timeouts are the caller's.

    Raises:
        ConfigError: for a secret or certificates that cannot be read.
    """
    trust = tls_context(config.tls)
    return httpx.AsyncClient(
        auth=credentials(config),
        cookies=no_cookies(),
        verify=_default_trust() if trust is True else trust,
        follow_redirects=config.follow_redirects,
        timeout=httpx.Timeout(None),
        trust_env=False,
        transport=transport,
    )


@cache
def _default_trust() -> ssl.SSLContext:
    """Shared by all clients: to read the authorities takes a client longer than all else."""
    return httpx.create_ssl_context(trust_env=False)


def tls_context(tls: TlsConfig) -> ssl.SSLContext | bool:
    """What httpx takes as ``verify``; True is the default trust.

    Raises:
        ConfigError: for certificates that cannot be read.
    """
    if tls == TlsConfig():
        return True
    try:
        context = ssl.create_default_context(cafile=str(tls.ca_file) if tls.ca_file else None)
        if tls.cert_file:
            context.load_cert_chain(tls.cert_file, tls.key_file)
    except OSError as error:
        files = ", ".join(str(file) for file in (tls.ca_file, tls.cert_file, tls.key_file) if file)
        place = tls.place or "tls_config"
        raise ConfigError(f"{place}: expected certificates in {files}: {_plain(error)}") from error
    if tls.insecure_skip_verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _plain(error: OSError) -> str:
    if isinstance(error, ssl.SSLError):
        return (error.reason or "not PEM").replace("_", " ").lower()
    return error.strerror or str(error)


async def fetch(
    client: httpx.AsyncClient,
    url: str,
    *,
    timeout_seconds: float,
    limit_bytes: int = 0,
    server_name: str = "",
) -> Fetched:
    """Fetches a page; the deadline covers the whole of it, however slowly it drips.

    limit_bytes: of the unpacked body; 0 leaves only the ceiling that every page has.
    """
    began = time.perf_counter()
    headers = {
        "Accept": _ACCEPT,
        "Accept-Encoding": "gzip",
        "User-Agent": "Fireline",
        "X-Prometheus-Scrape-Timeout-Seconds": f"{timeout_seconds:g}",
    }
    extensions = {"sni_hostname": server_name} if server_name else {}
    text = content_type = error = ""
    try:
        async with asyncio.timeout(timeout_seconds):
            request = client.build_request("GET", url, headers=headers, extensions=extensions)
            async with answer_of(client, request) as response:
                text = await _read(response, min(limit_bytes or CEILING_BYTES, CEILING_BYTES))
                content_type = response.headers.get("Content-Type", "")
    except TimeoutError:
        error = f"no complete answer within {timeout_seconds:g}s"
    except (_UnusablePageError, ConfigError) as failure:
        error = str(failure)
    except (httpx.InvalidURL, ValueError) as failure:
        error = "expected an address" if "@" in url else str(failure)  # it may quote a part of a password
    except httpx.HTTPError as failure:
        error = reason_of(failure)
    except Exception as failure:  # whatever a target does, it is down and says so
        logger.exception("fetching a page failed")
        error = f"fetching the page failed: {failure!r}"
    return Fetched(text, content_type, time.perf_counter() - began, error)


class SharedClient:
    """The client of all targets that are reached alike; once retired, it closes after its last fetch."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self._under_way = 0
        self._retired = False

    async def fetch(
        self, url: str, *, timeout_seconds: float, limit_bytes: int = 0, server_name: str = ""
    ) -> Fetched:
        """As the function ``fetch``."""
        self._under_way += 1
        try:
            return await fetch(
                self._client,
                url,
                timeout_seconds=timeout_seconds,
                limit_bytes=limit_bytes,
                server_name=server_name,
            )
        finally:
            self._under_way -= 1
            await self._close_unused()

    async def retire(self) -> None:
        """Nothing begins a fetch any more; those under way are finished."""
        self._retired = True
        await self._close_unused()

    async def _close_unused(self) -> None:
        if self._retired and not self._under_way:
            await self._client.aclose()


async def _read(response: httpx.Response, limit_bytes: int) -> str:
    if response.status_code != 200:
        raise _UnusablePageError(f"HTTP status {response.status_code}: expected 200")
    body = await read_body(response, limit_bytes + 1)
    if len(body) > limit_bytes:
        raise _UnusablePageError(f"body over {limit_bytes} bytes: expected at most that (body_size_limit)")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _UnusablePageError(f"body is not UTF-8: {error.reason} at byte {error.start}") from error
