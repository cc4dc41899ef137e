"""How long a request's head may take to arrive: nothing of the application sees one that is not whole.

uvicorn bounds the time between requests, and not that of the first, nor of a head that trickles.
"""

import asyncio
from typing import ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class HeadDeadline(HttpToolsProtocol):
    """A connection whose heads come whole within ``head_seconds`` of their first byte, or of its begin."""

    head_seconds: ClassVar[float] = 5.0
    _timer: asyncio.TimerHandle | None = None
    _in_head = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn's own
        super().connection_made(transport)
        self._start()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        # Nearly every head comes in one piece, and needs no timer.
        if not self._in_head:
            self._stop()
        elif self._timer is None:
            self._start()

    def on_message_begin(self) -> None:
        self._in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head = False
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop()
        super().connection_lost(exc)

    def _start(self) -> None:
        self._timer = self.loop.call_later(self.head_seconds, self._give_up)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_up(self) -> None:
        # There is none before the first request, whatever its type says.
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is not None and not cycle.response_complete:
            # Sent ahead of the answer to the request before, which has a deadline of its own.
            self._start()
            return
        if self._in_head:
            self.transport.write(TOO_SLOW)
        self.transport.close()
