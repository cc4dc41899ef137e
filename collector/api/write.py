"""``POST /api/v1/write``: remote write 1.0."""

import asyncio
import logging
import queue
from collections.abc import Mapping
from contextlib import nullcontext

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from collector.api.bodies import BodyRoom, NoRoomError
from collector.api.request import BodyTooLargeError, read_body
from collector.app import Collector
from collector.errors import RemoteWriteError, StoreError
from collector.frames import without_frames
from collector.remotewrite.receiver import MAX_PACKED_BYTES, Received, unpacked_bytes

logger = logging.getLogger(__name__)

_AT_ONCE = 8
_LARGE_BYTES = 4 * 1024 * 1024
_BODY_SECONDS = 30.0
_BODIES_BYTES = 128 * 1024 * 1024
_OWN_BYTES = 256 * 1024  # of a body, whatever others need: senders pack some thousand samples in less
_AGAIN_SECONDS = 5  # Prometheus' own longest wait
_MEDIA_TYPE = "application/x-protobuf"
_MESSAGE = "prometheus.WriteRequest"
_SWITCHED_OFF = (
    "remote write is not received here: start with --enable-remote-write-receiver,"
    " or set remote_write_receiver in fireline.yml"
)


class WriteApi:
    """Works on a few requests at once; others wait, within the room that there is for bodies.

    A body is read before its turn, so that slow ones hold none. Requests that are large when unpacked, and
    are read in turns with others, are worked on one at a time.
    """

    def __init__(self, collector: Collector) -> None:
        self._collector = collector
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._large = asyncio.Lock()
        self._room = BodyRoom(_BODIES_BYTES, _OWN_BYTES)

    async def write(self, request: Request) -> Response:
        status, said = await self._answered(request)
        self._collector.receiver.requests[status] += 1
        headers = {"Retry-After": str(_AGAIN_SECONDS)} if status == 503 else None
        return Response(f"{said}\n" if said else b"", status, headers, media_type="text/plain")

    async def _answered(self, request: Request) -> tuple[int, str]:
        """Status and text: 204 once the samples are durable; a sender tries again only after 5xx."""
        if not self._collector.receives_remote_write:
            return 404, _SWITCHED_OFF
        if unsupported := unsupported_headers(request.headers):
            return 415, unsupported
        try:
            return await self._taken(request)
        except Exception as error:  # noqa: BLE001  # told logs what nobody expected
            status, said = told(error)
            without_frames(error)
            return status, said

    async def _taken(self, request: Request) -> tuple[int, str]:
        with self._room.body() as grow:
            async with asyncio.timeout(_BODY_SECONDS):
                packed = await read_body(request, MAX_PACKED_BYTES, "request", grow)
            is_large = unpacked_bytes(packed) > _LARGE_BYTES
            async with self._large if is_large else nullcontext(), self._turns:
                received = await self._received(packed)
        return (400, received.refusal) if received.refusal else (204, "")

    async def _received(self, packed: bytes) -> Received:
        receiver = self._collector.receiver
        return await asyncio.wrap_future(self._collector.ingester.submit(lambda: receiver.taking(packed)))


def told(error: Exception) -> tuple[int, str]:
    """The status and the text that a failure is answered with."""
    match error:
        case BodyTooLargeError() | RemoteWriteError(too_large=True):
            return 413, str(error)
        case RemoteWriteError() | ClientDisconnect():
            return 400, str(error)
        case StoreError() | NoRoomError():
            return 503, str(error)
        case queue.Full() | TimeoutError():
            return 503, "too much waits to be kept, or the request came too slowly"
    logger.error("remote write failed", exc_info=error)
    return 500, f"unexpected error: {error!r}"


def unsupported_headers(headers: Mapping[str, str]) -> str:
    """What the headers name that is no remote write 1.0 in snappy; empty if it is.

    The content type must be there: without it any web page could make a browser write here.
    """
    media_type, *parameters = (part.strip() for part in headers.get("content-type", "").split(";"))
    if media_type.lower() != _MEDIA_TYPE:
        return f"expected the content type {_MEDIA_TYPE}, found {media_type or 'none'}"
    message = next((p.partition("=")[2] for p in parameters if p.startswith("proto=")), _MESSAGE)
    if message != _MESSAGE:
        return f"expected remote write 1.0 ({_MESSAGE}), found {message}"
    encoding = headers.get("content-encoding", "snappy")
    if encoding.lower() != "snappy":
        return f"expected the encoding snappy, found {encoding}"
    return ""
