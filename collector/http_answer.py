"""Answers that are not trusted: redirects are followed unread, bodies unpacked no further than asked.

httpx reads a redirect's body whole before it follows, and unpacks each piece of a body whole: a few
kilobytes, packed twice, would fill the memory.
"""

import asyncio
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpx

MOST_REQUESTS = 10  # as Go's client: the eleventh would be the tenth redirect
_CHUNK_BYTES = 256 * 1024
_PART_BYTES = 1024 * 1024
_GZIP_WINDOW = 16 + zlib.MAX_WBITS
_NO_AUTH = httpx.Auth()
_OF_ANY_REQUEST = {
    "accept",
    "accept-encoding",
    "connection",
    "content-length",
    "content-type",
    "host",
    "transfer-encoding",
    "user-agent",
    "x-prometheus-scrape-timeout-seconds",
}


class AddressError(httpx.ConnectError):
    """An address that cannot exist, such as port 99999: no other try makes it better."""


def no_cookies() -> CookieJar:
    """A jar that stays empty: targets that share a client are strangers to each other."""
    return CookieJar(DefaultCookiePolicy(allowed_domains=[]))


@asynccontextmanager
async def answer_of(client: httpx.AsyncClient, request: httpx.Request) -> AsyncIterator[httpx.Response]:
    """The answer to a request, its body unread; redirects are followed where the client says so.

    Raises:
        httpx.HTTPError: where none came, also for more than MOST_REQUESTS.
    """
    response = await _sent(client, request)
    try:
        sent = 1
        while client.follow_redirects and response.next_request is not None:
            if sent == MOST_REQUESTS:
                raise httpx.TooManyRedirects(f"stopped after {MOST_REQUESTS} redirects", request=request)
            following = _without_secrets(response.next_request, response.request.url)
            await response.aclose()
            response = await _sent(client, following, auth=_NO_AUTH)
            sent += 1
        yield response
    finally:
        await response.aclose()


def _without_secrets(request: httpx.Request, before: httpx.URL) -> httpx.Request:
    """Another scheme, host or port is another server: of what was set for the first it gets nothing.

    httpx takes the credentials off only, and leaves a header such as a tenant's key.
    """
    if _origin(request.url) != _origin(before):
        for name in set(request.headers) - _OF_ANY_REQUEST:
            del request.headers[name]
    return request


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port or {"http": 80, "https": 443}.get(url.scheme)


async def _sent(client: httpx.AsyncClient, request: httpx.Request, **how: Any) -> httpx.Response:  # noqa: ANN401  httpx's own
    """An address that cannot be reached at all, such as port 99999, is an error like any other."""
    try:
        return await client.send(request, stream=True, follow_redirects=False, **how)
    except (OverflowError, ValueError, ExceptionGroup) as error:
        first: Exception = error
        while isinstance(first, ExceptionGroup):  # of the addresses of a host, which are tried side by side
            first = first.exceptions[0]
        kind = AddressError if isinstance(first, OverflowError | ValueError) else httpx.ConnectError
        raise kind(f"expected an address that exists: {first}", request=request) from error


async def read_body(response: httpx.Response, most_bytes: int) -> bytes:
    """The first ``most_bytes`` of the unpacked body. What follows them is not read.

    Raises:
        httpx.HTTPError: for a body that breaks off, or is packed otherwise than by gzip.
    """
    if response.is_stream_consumed:  # a transport in memory gave it whole
        return response.content[:most_bytes]
    encoding = response.headers.get("Content-Encoding", "identity").lower()
    if encoding not in {"gzip", "identity"}:
        raise httpx.DecodingError(f"Content-Encoding {encoding[:40]}: expected gzip or none")
    body = bytearray()
    packed = _Gzip() if encoding == "gzip" else None
    async for chunk in response.aiter_raw(_CHUNK_BYTES):
        for part in packed.unpacked(chunk) if packed else (chunk,):
            body += part
            if len(body) >= most_bytes:
                return bytes(body[:most_bytes])
            await asyncio.sleep(0)  # unpacking must not hold up other requests
    if packed:
        packed.finish()
    return bytes(body)


class _Gzip:
    """Unpacks in parts of bounded size. A body may be several members one after another, as in Go."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(_GZIP_WINDOW)
        self._is_begun = False

    def unpacked(self, chunk: bytes) -> Iterator[bytes]:
        part = b""
        while chunk or len(part) == _PART_BYTES:
            if self._member.eof:
                self._member = zlib.decompressobj(_GZIP_WINDOW)
            try:
                part = self._member.decompress(chunk, _PART_BYTES)
            except zlib.error as error:
                raise httpx.DecodingError(f"body is not gzip: {error}") from error
            self._is_begun = True
            chunk = self._member.unused_data if self._member.eof else self._member.unconsumed_tail
            yield part

    def finish(self) -> None:
        if self._is_begun and not self._member.eof:
            raise httpx.DecodingError("body is not gzip: it breaks off")
