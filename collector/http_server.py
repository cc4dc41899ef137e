"""HTTP connections that cannot be held: slow, huge and too many clients are dropped."""

import asyncio
from collections.abc import Sized

from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

# Of an answer, within ``request_seconds``: a client that takes less is not reading.
KEEP_ALIVE_SECONDS = 75  # of an idle connection: longer than senders of remote write pause
_LEAST_TAKEN_BYTES = 64 * 1024
_PIECE_BYTES = 4 * 1024  # read before looking whether requests wait: some 200 of the shortest


class HeadTooLargeError(Exception):
    """The request line and the headers are longer than they may be."""


class PipelineFlow(FlowControl):
    """Reads no further while requests wait for the answers to those before them.

    Uvicorn reads on after every answer, and whenever an application waits for the client to go.
    """

    def __init__(self, transport: asyncio.Transport, waiting: Sized) -> None:
        super().__init__(transport)
        self._waiting = waiting

    def resume_reading(self) -> None:
        if not self._waiting:
            super().resume_reading()


class BoundedHttp(HttpToolsProtocol):
    """Uvicorn's protocol with what it leaves to a proxy in front.

    request_seconds: a request has to be there, all of it, within this, and an answer has to be taken on.
    head_bytes: of the request line and the headers.
    most_connections: one more takes the place of the one that says nothing for longest; where all are being
    answered it is refused with 503. (``limit_concurrency`` would refuse it for idle ones' sake.)
    """

    request_seconds = 30.0
    head_bytes = 64 * 1024
    most_connections = 512

    _waiting_since = 0.0
    _request_timer: asyncio.TimerHandle | None = None
    _answer_timer: asyncio.TimerHandle | None = None
    _is_in_head = True
    _heads = 0
    _head_raw_bytes = 0
    _head_read_bytes = 0
    _answered: RequestResponseCycle | None = None  # ``cycle`` is the latest, which may wait for it
    _unread = memoryview(b"")  # what came with requests that wait; empty where none does

    # Connections

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as its base
        super().connection_made(transport)
        self.flow = PipelineFlow(transport, self.pipeline)
        self._waiting_since = self.loop.time()
        self._await_request()
        if len(self.connections) > self.most_connections and not self._take_a_place():
            self._refuse(503, "Too many connections.")

    def connection_lost(self, exc: Exception | None) -> None:
        self._request_came()
        self._answer_moved()
        self._unread = self._unread[:0]
        self.pipeline.clear()
        if self._answered is not None:
            self._answered.disconnected = True
            self._answered.message_event.set()
        super().connection_lost(exc)

    @property
    def is_waiting(self) -> bool:
        """Whether no request of the client's is being answered."""
        return self.cycle is None or self.cycle.response_complete  # type: ignore[redundant-expr]  # None at first

    @property
    def owes_nothing(self) -> bool:
        """Whether there is nothing that the client asked in full and is not answered."""
        in_body = not self._is_in_head and not self.pipeline and not self.flow.read_paused
        return self.is_waiting or in_body

    def _take_a_place(self) -> bool:
        others = [other for other in self.connections if isinstance(other, BoundedHttp) and other is not self]
        idle = [other for other in others if other.owes_nothing]
        if not idle:
            return False
        min(idle, key=lambda other: other._waiting_since).transport.abort()
        return True

    # Requests

    def data_received(self, data: bytes) -> None:
        self._unread = memoryview(bytes(self._unread) + data if self._unread else data)
        self._read_on()

    def _read_on(self) -> None:
        """Hands the parser what came, until a request waits; what comes at once can hold thousands."""
        while self._unread and not self.pipeline and not self.transport.is_closing():
            piece, self._unread = self._unread[:_PIECE_BYTES], self._unread[_PIECE_BYTES:]
            self._read_piece(bytes(piece))

    def _read_piece(self, data: bytes) -> None:
        began_in_head, heads = self._is_in_head, self._heads
        super().data_received(data)
        if self.transport.is_closing():
            return
        is_one_head = began_in_head and self._is_in_head and heads == self._heads
        self._head_raw_bytes = self._head_raw_bytes + len(data) if is_one_head else 0
        if self._head_raw_bytes > self.head_bytes:
            self._refuse(431, "Headers too large.")
        elif self.is_waiting:
            self._await_request()

    def on_message_begin(self) -> None:
        self._head_read_bytes = 0
        self._await_request()
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._read_head(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._read_head(name, value)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._is_in_head = False
        self._heads += 1
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._request_came()
        self._is_in_head = True
        super().on_message_complete()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._answered = cycle
        super()._start_asgi_task(cycle, app)

    def on_response_complete(self) -> None:
        self._waiting_since = self.loop.time()
        super().on_response_complete()
        self._read_on()
        if not self.transport.is_closing():
            self.flow.resume_reading()

    def send_400_response(self, msg: str) -> None:
        if self._head_read_bytes > self.head_bytes:
            self._refuse(431, "Headers too large.")
        else:
            self._refuse(400, msg)

    def _read_head(self, *parts: bytes) -> None:
        self._head_read_bytes += sum(map(len, parts))
        if self._head_read_bytes > self.head_bytes:
            raise HeadTooLargeError

    def _await_request(self) -> None:
        if self._request_timer is None:
            self._request_timer = self.loop.call_later(self.request_seconds, self._request_is_late)

    def _request_came(self) -> None:
        if self._request_timer is not None:
            self._request_timer.cancel()
            self._request_timer = None

    def _request_is_late(self) -> None:
        self._request_timer = None
        if self.flow.read_paused:  # it is ours to read on
            self._await_request()
        elif self.is_waiting:
            self._refuse(408, "The request took too long.")
        else:
            self.transport.abort()

    def _refuse(self, status: int, said: str) -> None:
        """Answers where nothing is being answered, and ends the connection."""
        if self.is_waiting and not self.transport.is_closing():
            body = said.encode()
            head = b"content-type: text/plain; charset=utf-8\r\nconnection: close\r\ncontent-length: "
            self.transport.write(STATUS_LINE[status] + head + str(len(body)).encode() + b"\r\n\r\n" + body)
        self.transport.close()

    # Answers

    def pause_writing(self) -> None:
        super().pause_writing()
        self._await_taking()

    def resume_writing(self) -> None:
        self._answer_moved()
        super().resume_writing()

    def _await_taking(self) -> None:
        left = self.transport.get_write_buffer_size()
        self._answer_timer = self.loop.call_later(self.request_seconds, self._answer_stands, left)

    def _answer_moved(self) -> None:
        if self._answer_timer is not None:
            self._answer_timer.cancel()
            self._answer_timer = None

    def _answer_stands(self, left_bytes: int) -> None:
        """More is written only once this is taken, so what is left can only have become less."""
        if left_bytes - self.transport.get_write_buffer_size() < _LEAST_TAKEN_BYTES:
            self.transport.abort()
        else:
            self._await_taking()
