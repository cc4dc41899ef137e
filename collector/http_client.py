"""Requests that end within their time, however slowly the other side speaks, and however much it says.

A socket's timeout begins anew with each byte: a server that drips one a second holds its caller for ever.
"""

import asyncio
import concurrent.futures
import os
import socket
import ssl
import threading
from collections.abc import Coroutine
from functools import cache
from typing import Any, TypeVar

import httpx

from collector.http_answer import AddressError, answer_of, no_cookies, read_body
from collector.redaction import without_userinfo

T = TypeVar("T")
MOST_BYTES = 256 * 1024 * 1024
_GRACE_SECONDS = 2.0  # for the loop to tell that the time is over
_DROPPED = {"content-encoding", "content-length", "transfer-encoding"}  # of what is decoded by now


def reason_of(error: BaseException) -> str:
    """Why a request failed, in the system's words where it has some: ``Connection refused``."""
    if isinstance(error, httpx.LocalProtocolError):  # it quotes the header, which may be a secret
        return "a header or an address that HTTP cannot carry"
    cause: BaseException | None = error
    found = without_userinfo(str(error)) or type(error).__name__
    while cause is not None:
        if isinstance(cause, OSError) and cause.errno and not isinstance(cause, ssl.SSLError):
            named = cause.strerror if isinstance(cause, socket.gaierror) else os.strerror(cause.errno)
            found = named or found
        cause = cause.__cause__ or cause.__context__
    return found


class HttpClient:
    """Blocking; any thread may send. Takes what ``httpx.AsyncClient`` takes.

    seconds: from the start of a request to the end of its answer.
    most_bytes: how much of an answer is read, unpacked; the rest of a longer one is cut off.
    refuse_longer: such an answer is a DecodingError instead.
    """

    def __init__(
        self,
        *,
        seconds: float,
        most_bytes: int = MOST_BYTES,
        refuse_longer: bool = False,
        **options: Any,  # noqa: ANN401  httpx's own
    ) -> None:
        self._seconds = seconds
        self._refuse_longer = refuse_longer
        self._most_bytes = most_bytes
        self._client = httpx.AsyncClient(timeout=seconds, cookies=no_cookies(), **options)
        self._under_way: set[asyncio.Task[Any]] = set()

    def send(self, method: str, url: str, **request: Any) -> httpx.Response:  # noqa: ANN401  httpx's own
        """The whole answer. Takes what ``httpx.Client.request`` takes.

        Raises:
            AddressError: a TransportError, for an address that cannot exist.
            httpx.TransportError: where none came in time, or the request was interrupted.
            httpx.DecodingError: for an answer that is packed otherwise than by gzip, or wrongly, or too long.
            httpx.TooManyRedirects: where redirects are followed.
        """
        asked = asyncio.run_coroutine_threadsafe(self._sent(method, url, request), _loop())
        try:
            return asked.result(self._seconds + _GRACE_SECONDS)
        except TimeoutError as error:
            asked.cancel()
            raise httpx.ReadTimeout(f"no whole answer within {self._seconds:g} s") from error
        except concurrent.futures.CancelledError as error:
            raise httpx.ReadError("interrupted") from error

    def interrupt(self) -> None:
        """Ends the requests under way."""

        def cancel() -> None:
            for task in self._under_way:
                task.cancel()

        _loop().call_soon_threadsafe(cancel)

    def close(self) -> None:
        self.interrupt()
        _wait(self._client.aclose())

    async def _sent(self, method: str, url: str, request: dict[str, Any]) -> httpx.Response:
        task = asyncio.current_task()
        assert task is not None
        self._under_way.add(task)
        try:
            return await self._read(method, url, request)
        finally:
            self._under_way.discard(task)

    async def _read(self, method: str, url: str, request: dict[str, Any]) -> httpx.Response:
        try:
            asked = self._client.build_request(method, url, **request)
        except ValueError as error:
            raise AddressError(f"expected an address that exists: {error}") from error
        if "Accept-Encoding" not in httpx.Headers(request.get("headers")):
            asked.headers["Accept-Encoding"] = "gzip"  # what is unpacked here
        async with asyncio.timeout(self._seconds), answer_of(self._client, asked) as answer:
            body = await read_body(answer, self._most_bytes + 1)
            if len(body) > self._most_bytes and self._refuse_longer:
                expected = f"expected an answer of at most {self._most_bytes // 1024} KiB, found a longer one"
                raise httpx.DecodingError(expected, request=asked)
            headers = [pair for pair in answer.headers.multi_items() if pair[0].lower() not in _DROPPED]
            return httpx.Response(
                answer.status_code,
                headers=headers,
                content=body[: self._most_bytes],
                request=answer.request,
            )


def _wait(coroutine: Coroutine[Any, Any, T]) -> T:
    return asyncio.run_coroutine_threadsafe(coroutine, _loop()).result(_GRACE_SECONDS)


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """One for all clients of the process; it ends with the process."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="http-client", daemon=True).start()
    return loop
